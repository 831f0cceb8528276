// What the jobs plugin speaks: bodies, queries and answers of its routes, and the arguments of its own job type.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mortise/schema.hpp>
#include <mortise/types.hpp>

namespace jobs {

/// "default", "emails", "order-items".
constexpr bool isQueueName(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

constexpr auto queueName() {
    return mortise::matching(isQueueName,
                             "Must consist of lower-case letters, digits, '-' and '_'");
}

struct JobCreate {
    std::string job_type;
    mortise::Json args{"{}"};
    std::string queue;
    int priority = 0;
    std::optional<mortise::Timestamp> run_at;
    std::optional<int> max_attempts;
    std::optional<std::string> unique_key;

    static constexpr auto schema() {
        using namespace mortise;
        return object<JobCreate>("JobCreate")
            .field("job_type", &JobCreate::job_type, minLength(1), maxLength(120),
                   example("demo.sleep"))
            .field("args", &JobCreate::args, notRequired(), exampleJson(R"({"seconds":5})"),
                   description("Object that fits the type of job"))
            .field("queue", &JobCreate::queue, defaultValue("default"), maxLength(64), queueName())
            .field("priority", &JobCreate::priority, defaultValue(0), ge(-100), le(100),
                   description("Larger runs earlier"))
            .field("run_at", &JobCreate::run_at, description("Not before this time"))
            .field("max_attempts", &JobCreate::max_attempts, notNull(), ge(1), le(100),
                   description("The type's own unless given"))
            .field("unique_key", &JobCreate::unique_key, minLength(1), maxLength(255),
                   description("At most one waiting or running job has this key"));
    }

    static void validate(const JobCreate& job, mortise::Violations& violations) {
        if (!job.args.text.starts_with('{')) {
            violations.add("args", "Must be an object");
        }
    }
};

struct JobBatchCreate {
    std::vector<JobCreate> jobs;

    static constexpr auto schema() {
        using namespace mortise;
        return object<JobBatchCreate>("JobBatchCreate")
            .field("jobs", &JobBatchCreate::jobs, minItems(1), maxItems(1000),
                   description("All are accepted or none"));
    }
};

struct JobProgress {
    double fraction = 0;
    std::string message;

    static constexpr auto schema() {
        return mortise::object<JobProgress>("JobProgress")
            .field("fraction", &JobProgress::fraction, mortise::description("0 to 1"))
            .field("message", &JobProgress::message);
    }
};

struct JobResponse {
    mortise::Uuid id;
    std::string job_type;
    std::string queue;
    std::string state;
    int priority = 0;
    mortise::Json args;
    mortise::Json result;
    JobProgress progress;
    int attempt = 0;
    int max_attempts = 0;
    mortise::Timestamp run_at;
    mortise::Timestamp created_at;
    std::optional<mortise::Timestamp> started_at;
    std::optional<mortise::Timestamp> finished_at;
    mortise::Json errors;

    static constexpr auto schema() {
        using namespace mortise;
        return object<JobResponse>("JobResponse")
            .field("id", &JobResponse::id)
            .field("job_type", &JobResponse::job_type, example("demo.sleep"))
            .field("queue", &JobResponse::queue, example("default"))
            .field("state", &JobResponse::state,
                   oneOf("available", "scheduled", "running", "retryable", "completed", "cancelled",
                         "discarded"))
            .field("priority", &JobResponse::priority)
            .field("args", &JobResponse::args, exampleJson(R"({"seconds":5})"))
            .field("result", &JobResponse::result, exampleJson("{}"))
            .field("progress", &JobResponse::progress)
            .field("attempt", &JobResponse::attempt)
            .field("max_attempts", &JobResponse::max_attempts)
            .field("run_at", &JobResponse::run_at)
            .field("created_at", &JobResponse::created_at)
            .field("started_at", &JobResponse::started_at)
            .field("finished_at", &JobResponse::finished_at)
            .field("errors", &JobResponse::errors, exampleJson("[]"),
                   description("The newest failed attempts: attempt, message, at"));
    }
};

/// `data` of the routes that answer one job.
struct JobData {
    JobResponse job;

    static constexpr auto schema() {
        return mortise::object<JobData>("JobData").field("job", &JobData::job);
    }
};

/// `data` of an accepted batch, in its order.
struct JobBatchData {
    std::vector<JobResponse> items;

    static constexpr auto schema() {
        return mortise::object<JobBatchData>("JobBatchData").field("items", &JobBatchData::items);
    }
};

/// Newest jobs first; always a cursor listing, because jobs come and go faster than pages are read.
struct JobListQuery {
    std::optional<std::string> state;
    std::optional<std::string> job_type;
    std::optional<std::string> queue;
    std::int64_t limit = 20;
    std::optional<std::string> cursor;

    static constexpr auto schema() {
        using namespace mortise;
        return object<JobListQuery>("JobListQuery")
            .field("state", &JobListQuery::state,
                   oneOf("available", "scheduled", "running", "retryable", "completed", "cancelled",
                         "discarded"))
            .field("job_type", &JobListQuery::job_type, maxLength(120))
            .field("queue", &JobListQuery::queue, maxLength(64))
            .field("limit", &JobListQuery::limit, defaultValue(20), ge(1), le(100))
            .field("cursor", &JobListQuery::cursor, minLength(1), maxLength(1024),
                   description("next_cursor of the answer before"));
    }
};

/// Arguments of `demo.sleep`.
struct SleepArgs {
    double seconds = 0;

    static constexpr auto schema() {
        using namespace mortise;
        return object<SleepArgs>("SleepArgs")
            .field("seconds", &SleepArgs::seconds, ge(0), le(3600), example(5));
    }
};

/// Result of `demo.sleep`.
struct SleepResult {
    double slept_seconds = 0;

    static constexpr auto schema() {
        return mortise::object<SleepResult>("SleepResult")
            .field("slept_seconds", &SleepResult::slept_seconds);
    }
};

}  // namespace jobs
