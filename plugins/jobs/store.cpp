// SQL of the jobs API. See store.hpp.
#include "store.hpp"

#include <string_view>
#include <tuple>
#include <utility>

#include <mortise/json_writer.hpp>

namespace jobs {

namespace {

using mortise::Sql;

#define MORTISE_JOB_COLUMNS                                                                    \
    "id, job_type, queue, state, priority, args, result, progress_fraction, progress_message," \
    " attempt, max_attempts, run_at, created_at, started_at, finished_at, errors, submitted_by"

struct JobRow : Job {
    static auto columns() {
        return std::make_tuple(&Job::id, &Job::job_type, &Job::queue, &Job::state, &Job::priority,
                               &Job::args, &Job::result, &Job::progress_fraction,
                               &Job::progress_message, &Job::attempt, &Job::max_attempts,
                               &Job::run_at, &Job::created_at, &Job::started_at, &Job::finished_at,
                               &Job::errors, &Job::submitted_by);
    }
};

/// A job that was added, with its place in the submission.
struct AddedRow : Job {
    std::size_t position = 0;

    static auto columns() {
        return std::tuple_cat(std::make_tuple(&AddedRow::position), JobRow::columns());
    }
};

constexpr std::string_view kUniqueKey = "jobs_live_unique_key";
constexpr std::string_view kQueueFullState = "MJ001";

bool isQueueFull(const mortise::HostError& error) {
    return std::string_view(error.what()).find(kQueueFullState) != std::string_view::npos;
}

std::vector<Job> toJobs(std::vector<JobRow> rows) {
    return {std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())};
}

std::optional<Job> toJob(std::optional<JobRow> row) {
    return row ? std::optional<Job>(*std::move(row)) : std::nullopt;
}

mortise::Json ordersJson(const std::vector<JobOrder>& orders) {
    std::string text;
    mortise::JsonWriter writer(text);
    writer.beginArray();
    for (const JobOrder& order : orders) {
        writer.beginObject();
        writer.member("job_type", std::string_view(order.job_type));
        writer.key("args");
        writer.raw(order.args.text);
        writer.member("queue", std::string_view(order.queue));
        writer.member("priority", order.priority);
        writer.member("max_attempts", order.max_attempts);
        if (order.run_at) {
            writer.member("run_at", std::string_view(order.run_at->toString()));
        }
        if (order.unique_key) {
            writer.member("unique_key", std::string_view(*order.unique_key));
        }
        writer.endObject();
    }
    writer.endArray();
    return {std::move(text)};
}

/// Indexes that none of the added jobs has. `added` is sorted by position.
std::vector<std::size_t> missingPositions(std::size_t order_count,
                                          const std::vector<AddedRow>& added) {
    std::vector<std::size_t> missing;
    std::size_t next = 0;
    for (std::size_t position = 0; position < order_count; ++position) {
        if (next < added.size() && added[next].position == position) {
            ++next;
        } else {
            missing.push_back(position);
        }
    }
    return missing;
}

}  // namespace

JobRepository::Submission JobStore::submit(const std::vector<JobOrder>& orders, const Actor& actor,
                                           int queue_limit) {
    try {
        return orders.size() == 1 ? submitOne(orders.front(), actor, queue_limit)
                                  : submitAll(orders, actor, queue_limit);
    } catch (const mortise::UniqueViolation& violation) {
        if (violation.constraint() != kUniqueKey) {
            throw;
        }
        return {Refusal::Duplicate, {}, {0}};
    } catch (const mortise::HostError& error) {
        if (!isQueueFull(error)) {
            throw;
        }
        return {Refusal::QueueFull, {}, {}};
    }
}

JobRepository::Submission JobStore::submitOne(const JobOrder& order, const Actor& actor,
                                              int queue_limit) {
    const auto id = db_.scalar<mortise::Uuid>(
        Sql("job_submit", "SELECT jobs.submit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        order.job_type, order.args, order.queue, order.priority, order.run_at, order.max_attempts,
        order.unique_key, actor.subject, actor.request_id, queue_limit);
    Submission submission;
    submission.jobs.push_back(*find(id));
    return submission;
}

JobRepository::Submission JobStore::submitAll(const std::vector<JobOrder>& orders,
                                              const Actor& actor, int queue_limit) {
    const mortise::Json input = ordersJson(orders);
    db_.execute(Sql("jobs_require_room",
                    "SELECT jobs.require_room(q.queue, q.job_count, $2)"
                    " FROM (SELECT o->>'queue' AS queue, count(*)::integer AS job_count"
                    "       FROM jsonb_array_elements($1::jsonb) AS o GROUP BY 1) AS q"),
                input, queue_limit);
    std::vector<AddedRow> added = db_.all<AddedRow>(
        Sql("jobs_submit",
            "WITH input AS MATERIALIZED ("
            " SELECT o.position - 1 AS position, jobs.uuid_v7() AS new_id,"
            "  o.job->>'job_type' AS job_type, o.job->'args' AS args, o.job->>'queue' AS queue,"
            "  (o.job->>'priority')::integer AS priority,"
            "  (o.job->>'max_attempts')::integer AS max_attempts,"
            "  coalesce((o.job->>'run_at')::timestamptz, now()) AS run_at,"
            "  o.job->>'unique_key' AS unique_key"
            " FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS o(job, position)),"
            " added AS ("
            " INSERT INTO jobs.jobs (id, job_type, args, queue, state, priority, run_at,"
            "  max_attempts, unique_key, submitted_by, request_id)"
            " SELECT new_id, job_type, args, queue,"
            "  CASE WHEN run_at > now() THEN 'scheduled' ELSE 'available' END,"
            "  priority, run_at, max_attempts, unique_key, nullif($2, ''), nullif($3, '')"
            " FROM input ORDER BY position ON CONFLICT DO NOTHING"
            " RETURNING " MORTISE_JOB_COLUMNS ")"
            " SELECT input.position, added.* FROM input JOIN added ON added.id = input.new_id"
            " ORDER BY input.position"),
        input, actor.subject, actor.request_id);
    if (added.size() != orders.size()) {
        return {Refusal::Duplicate, {}, missingPositions(orders.size(), added)};
    }
    db_.execute(Sql("jobs_announce", "SELECT pg_notify('jobs_available', '')"));
    Submission submission;
    submission.jobs.assign(std::make_move_iterator(added.begin()),
                           std::make_move_iterator(added.end()));
    return submission;
}

std::optional<Job> JobStore::find(const mortise::Uuid& id) {
    return toJob(db_.optional<JobRow>(
        Sql("job_find", "SELECT " MORTISE_JOB_COLUMNS " FROM jobs.jobs WHERE id = $1"), id));
}

std::optional<Job> JobStore::findForUpdate(const mortise::Uuid& id) {
    return toJob(db_.optional<JobRow>(
        Sql("job_lock", "SELECT " MORTISE_JOB_COLUMNS " FROM jobs.jobs WHERE id = $1 FOR UPDATE"),
        id));
}

Job JobStore::cancel(const mortise::Uuid& id) {
    return db_.one<JobRow>(Sql("job_cancel",
                               "UPDATE jobs.jobs SET state = 'cancelled', finished_at = now()"
                               " WHERE id = $1 RETURNING " MORTISE_JOB_COLUMNS),
                           id);
}

Job JobStore::requestCancellation(const mortise::Uuid& id) {
    Job job = db_.one<JobRow>(Sql("job_request_cancellation",
                                  "UPDATE jobs.jobs SET cancel_requested = true"
                                  " WHERE id = $1 RETURNING " MORTISE_JOB_COLUMNS),
                              id);
    db_.execute(Sql("cancellation_announce", "SELECT pg_notify('jobs_cancelled', $1)"),
                id.toString());
    return job;
}

std::optional<Job> JobStore::retry(const mortise::Uuid& id) {
    try {
        Job job = db_.one<JobRow>(
            Sql("job_retry",
                "UPDATE jobs.jobs SET state = 'available', run_at = now(), finished_at = NULL,"
                " max_attempts = greatest(max_attempts, least(attempt + 1, 100)),"
                " cancel_requested = false, progress_fraction = 0, progress_message = ''"
                " WHERE id = $1 RETURNING " MORTISE_JOB_COLUMNS),
            id);
        db_.execute(Sql("jobs_announce", "SELECT pg_notify('jobs_available', '')"));
        return job;
    } catch (const mortise::UniqueViolation&) {
        return std::nullopt;
    }
}

std::vector<Job> JobStore::list(const JobFilter& filter, const std::optional<JobPosition>& position,
                                std::int64_t limit) const {
    std::optional<mortise::Timestamp> before;
    std::optional<mortise::Uuid> before_id;
    if (position) {
        before = position->created_at;
        before_id = position->id;
    }
    return toJobs(db_.all<JobRow>(
        Sql("jobs_list",
            "SELECT " MORTISE_JOB_COLUMNS " FROM jobs.jobs"
            " WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR job_type = $2)"
            " AND ($3::text IS NULL OR queue = $3) AND ($4::text IS NULL OR submitted_by = $4)"
            " AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6::uuid))"
            " ORDER BY created_at DESC, id DESC LIMIT $7"),
        filter.state, filter.job_type, filter.queue, filter.submitted_by, before, before_id,
        limit));
}

}  // namespace jobs
