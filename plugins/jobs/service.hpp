// The rules of the queue: what may be submitted, who may see and change a job, and what becomes of an attempt.
//
// The rules know neither HTTP nor SQL nor threads. The routes ask JobService; the workers (workers.hpp) ask decide() and
// retryDelay(). States and their arrows are drawn in migrations/0001_create_jobs.up.sql.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mortise/jobs_queue.hpp>
#include <mortise/types.hpp>

#include "settings.hpp"

namespace jobs {

inline constexpr std::string_view kDefaultQueue = "default";

/// One failed attempt, as a client sees it.
struct AttemptError {
    int attempt = 0;
    std::string message;
    mortise::Timestamp at;
};

/// One job. `args`, `result` and `errors` are the JSON of the table.
struct Job {
    mortise::Uuid id;
    std::string job_type;
    std::string queue;
    std::string state;
    int priority = 0;
    mortise::Json args;
    mortise::Json result;
    double progress_fraction = 0;
    std::string progress_message;
    int attempt = 0;
    int max_attempts = 0;
    mortise::Timestamp run_at;
    mortise::Timestamp created_at;
    std::optional<mortise::Timestamp> started_at;
    std::optional<mortise::Timestamp> finished_at;
    mortise::Json errors;
    std::optional<std::string> submitted_by;
};

/// What a client wants done.
struct JobOrder {
    std::string job_type;
    /// JSON object.
    mortise::Json args{"{}"};
    std::string queue{kDefaultQueue};
    int priority = 0;
    std::optional<mortise::Timestamp> run_at;
    /// 0 takes the type's own.
    int max_attempts = 0;
    std::optional<std::string> unique_key;
};

/// Who asks.
struct Actor {
    std::string subject;
    bool is_admin = false;
    std::string request_id;
};

/// Types of job that some plugin of this process can run.
class JobCatalogue {
public:
    struct Type {
        int max_attempts = 0;
        /// JSON Schema of the arguments, may be empty.
        std::string args_schema;
    };

    virtual ~JobCatalogue() = default;
    virtual std::optional<Type> find(std::string_view job_type) = 0;
    /// Adds to `violations` what the schema does not allow.
    virtual void check(const Type& type, const mortise::Json& args,
                       mortise::Violations& violations) = 0;
};

/// The table of jobs as the rules need it.
class JobRepository {
public:
    enum class Refusal { None, Duplicate, QueueFull };

    /// `jobs` in the order of the submission; when refused, `duplicates` holds the indexes that caused it.
    struct Submission {
        Refusal refusal = Refusal::None;
        std::vector<Job> jobs;
        std::vector<std::size_t> duplicates;
    };

    virtual ~JobRepository() = default;
    /// Adds all or none; after a refusal the unit of work is good for an error answer only.
    virtual Submission submit(const std::vector<JobOrder>& orders, const Actor& actor,
                              int queue_limit) = 0;
    virtual std::optional<Job> find(const mortise::Uuid& id) = 0;
    /// As find(), and nobody else changes the job until the unit of work ends.
    virtual std::optional<Job> findForUpdate(const mortise::Uuid& id) = 0;
    /// Ends a job that nobody runs.
    virtual Job cancel(const mortise::Uuid& id) = 0;
    /// Asks whoever runs the job to stop.
    virtual Job requestCancellation(const mortise::Uuid& id) = 0;
    /// Makes the job available once more; nothing when a live job has its unique key.
    virtual std::optional<Job> retry(const mortise::Uuid& id) = 0;
};

class JobService {
public:
    JobService(JobRepository& jobs, JobCatalogue& catalogue, const Settings& settings)
        : jobs_(jobs), catalogue_(catalogue), settings_(settings) {}

    /// Throws JOB_TYPE_UNKNOWN, ValidationError (args), JOB_DUPLICATE, JOB_QUEUE_FULL.
    Job submit(JobOrder order, const Actor& actor);
    /// All or none; the errors name the index: "jobs.3.job_type".
    std::vector<Job> submitBatch(std::vector<JobOrder> orders, const Actor& actor);

    /// Throws JOB_NOT_FOUND, also for the job of somebody else: whether it exists is not theirs to know.
    Job get(const mortise::Uuid& id, const Actor& actor);
    /// Throws what get() throws and JOB_NOT_CANCELLABLE. A running job stops when its handler notices.
    Job cancel(const mortise::Uuid& id, const Actor& actor);
    /// Throws what get() throws, JOB_NOT_RETRYABLE and JOB_DUPLICATE.
    Job retry(const mortise::Uuid& id, const Actor& actor);

private:
    /// Completes an order from its type; what is wrong goes to `violations` under `prefix`. False: the type is unknown.
    bool complete(JobOrder& order, const std::string& prefix, mortise::Violations& violations);
    std::vector<Job> store(const std::vector<JobOrder>& orders, const Actor& actor, bool is_batch);
    Job requireVisible(std::optional<Job> job, const mortise::Uuid& id, const Actor& actor);

    JobRepository& jobs_;
    JobCatalogue& catalogue_;
    const Settings& settings_;
};

/// What becomes of a job after an attempt.
enum class Verdict {
    Completed,
    Cancelled,
    /// Waits again as if the attempt had not been.
    Released,
    Retryable,
    Discarded,
};

/// Judges an attempt. `is_cancelled`: somebody asked for the job to be cancelled.
Verdict decide(const mortise::JobOutcome& outcome, int attempt, int max_attempts,
               bool is_cancelled);

/// What the job's owner reads about a failure: the text of a domain error, otherwise a standard sentence, because texts of
/// databases and libraries are for the log.
std::string publicMessage(const mortise::JobOutcome& outcome);

/// Delay before the attempt after `attempt`: exponential, capped, and shortened by up to a fifth (`jitter` 0 to 1), so that
/// jobs that failed together do not come back together.
std::chrono::milliseconds retryDelay(int attempt, double jitter, const Settings& settings);

}  // namespace jobs
