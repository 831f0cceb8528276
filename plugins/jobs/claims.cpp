// SQL of the workers. See claims.hpp.
#include "claims.hpp"

#include <string_view>
#include <tuple>
#include <utility>

namespace jobs {

namespace {

using mortise::Sql;

/// id, job_type, args, request_id, attempt, max_attempts
using ClaimRow =
    std::tuple<std::string, std::string, std::string, std::string, std::uint32_t, std::uint32_t>;

std::string_view stateAfter(Verdict verdict, std::chrono::milliseconds delay) {
    switch (verdict) {
        case Verdict::Completed:
            return "completed";
        case Verdict::Cancelled:
            return "cancelled";
        case Verdict::Released:
            return delay.count() > 0 ? "scheduled" : "available";
        case Verdict::Retryable:
            return "retryable";
        case Verdict::Discarded:
            break;
    }
    return "discarded";
}

bool isFinal(Verdict verdict) {
    return verdict == Verdict::Completed || verdict == Verdict::Cancelled ||
           verdict == Verdict::Discarded;
}

}  // namespace

std::optional<mortise::JobClaim> ClaimStore::claim(const std::vector<std::string>& job_types,
                                                   const Settings& settings) const {
    auto row = db_.optional<ClaimRow>(
        Sql("job_claim",
            "WITH next AS MATERIALIZED ("
            " SELECT id FROM jobs.jobs WHERE state = 'available' AND job_type = ANY ($2::text[])"
            " AND ($3::text[] = '{}' OR queue = ANY ($3::text[]))"
            " ORDER BY priority DESC, run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
            " UPDATE jobs.jobs AS j SET state = 'running', attempt = j.attempt + 1,"
            " started_at = now(), locked_until = now() + $4::interval, worker = $1,"
            " cancel_requested = false, progress_fraction = 0, progress_message = ''"
            " FROM next WHERE j.id = next.id"
            " RETURNING j.id, j.job_type, j.args, coalesce(j.request_id, ''), j.attempt,"
            " j.max_attempts"),
        worker_, job_types, settings.queues, settings.lease);
    if (!row) {
        return std::nullopt;
    }
    mortise::JobClaim claim;
    std::tie(claim.job_id, claim.job_type, claim.args, claim.request_id, claim.attempt,
             claim.max_attempts) = *std::move(row);
    return claim;
}

std::vector<LeaseState> ClaimStore::keep(const std::vector<Heartbeat>& heartbeats, bool prolong,
                                         const Settings& settings) const {
    std::vector<mortise::Uuid> ids;
    std::vector<double> fractions;
    std::vector<std::string> messages;
    for (const Heartbeat& heartbeat : heartbeats) {
        ids.push_back(heartbeat.id);
        fractions.push_back(heartbeat.progress_fraction);
        messages.push_back(heartbeat.progress_message);
    }
    // The lease is indexed, so it is left alone when only progress is news: the row can then be updated in place.
    return db_.all<LeaseState>(
        Sql("jobs_keep",
            "UPDATE jobs.jobs AS j SET progress_fraction = u.fraction,"
            " progress_message = u.message,"
            " locked_until = CASE WHEN $5 THEN now() + $6::interval ELSE j.locked_until END"
            " FROM unnest($2::uuid[], $3::float8[], $4::text[]) AS u(id, fraction, message)"
            " WHERE j.id = u.id AND j.state = 'running' AND j.worker = $1"
            " RETURNING j.id, j.cancel_requested"),
        worker_, ids, fractions, messages, prolong, settings.lease);
}

bool ClaimStore::finish(const Ending& ending) const {
    const std::optional<std::string> result =
        ending.result.empty() ? std::nullopt : std::optional(ending.result);
    const std::optional<std::string> error =
        ending.error.empty() ? std::nullopt : std::optional(ending.error);
    // A cancellation that came too late for the handler still keeps the job from running again.
    return db_.execute(
               Sql("job_finish",
                   "UPDATE jobs.jobs SET locked_until = NULL, worker = NULL,"
                   " state = CASE WHEN cancel_requested AND NOT $5 THEN 'cancelled' ELSE $4 END,"
                   " finished_at = CASE WHEN $5 OR cancel_requested THEN now() END,"
                   " run_at = CASE WHEN $5 THEN run_at ELSE now() + $6::interval END,"
                   " attempt = attempt - $7::integer, result = coalesce($8::jsonb, result),"
                   " errors = CASE WHEN $9::text IS NULL THEN errors"
                   " ELSE jobs.append_error(errors, attempt, $9) END,"
                   " progress_fraction = $10, progress_message = $11"
                   " WHERE id = $1 AND state = 'running' AND worker = $2 AND attempt = $3"),
               ending.id, worker_, ending.attempt, stateAfter(ending.verdict, ending.delay),
               isFinal(ending.verdict), ending.delay, ending.verdict == Verdict::Released ? 1 : 0,
               result, error, ending.progress_fraction, ending.progress_message) == 1;
}

std::uint64_t ClaimStore::promote() const {
    return db_.execute(Sql("jobs_promote",
                           "UPDATE jobs.jobs SET state = 'available' WHERE id IN"
                           " (SELECT id FROM jobs.jobs WHERE state IN ('scheduled', 'retryable')"
                           "  AND run_at <= now() ORDER BY run_at LIMIT 1000"
                           "  FOR UPDATE SKIP LOCKED)"));
}

std::vector<Rescue> ClaimStore::rescue(const Settings& settings) const {
    return db_.all<Rescue>(
        Sql("jobs_rescue",
            "WITH abandoned AS MATERIALIZED ("
            " SELECT id FROM jobs.jobs WHERE state = 'running' AND locked_until < now()"
            " ORDER BY locked_until LIMIT 100 FOR UPDATE SKIP LOCKED)"
            " UPDATE jobs.jobs AS j SET"
            " state = CASE WHEN j.cancel_requested THEN 'cancelled'"
            "  WHEN j.attempt >= j.max_attempts THEN 'discarded' ELSE 'retryable' END,"
            " finished_at = CASE WHEN j.cancel_requested OR j.attempt >= j.max_attempts"
            "  THEN now() END,"
            " run_at = now() + $1::interval, locked_until = NULL, worker = NULL,"
            " errors = jobs.append_error(j.errors, j.attempt, 'The job was interrupted')"
            " FROM abandoned WHERE j.id = abandoned.id RETURNING j.id, j.attempt, j.state"),
        settings.retry_base);
}

std::uint64_t ClaimStore::purge(const Settings& settings) const {
    return db_.execute(Sql("jobs_purge",
                           "DELETE FROM jobs.jobs WHERE id IN"
                           " (SELECT id FROM jobs.jobs WHERE finished_at < now() - $1::interval"
                           "  ORDER BY finished_at LIMIT 1000 FOR UPDATE SKIP LOCKED)"),
                       settings.retention);
}

}  // namespace jobs
