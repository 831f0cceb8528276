// Entry and wiring of the jobs plugin: settings, routes, its own type of job, and the life of the workers.
#include <memory>

#include <mortise/plugin.hpp>

#include "errors.hpp"
#include "routes.hpp"
#include "settings.hpp"
#include "workers.hpp"

namespace jobs {

class JobsPlugin final : public mortise::Plugin {
public:
    void configure(const mortise::Config& config) override {
        using std::chrono::milliseconds;
        settings_.workers = config.get<int>("workers");
        settings_.queues = config.get<std::vector<std::string>>("queues");
        settings_.queue_limit = config.get<int>("queue_limit");
        settings_.poll_interval = config.get<milliseconds>("poll_interval_ms");
        settings_.lease = config.get<std::chrono::seconds>("lease_seconds");
        settings_.attempt_timeout = config.get<std::chrono::seconds>("attempt_timeout_seconds");
        settings_.retry_base = config.get<milliseconds>("retry_base_ms");
        settings_.retry_cap = config.get<milliseconds>("retry_cap_ms");
        settings_.retention = config.get<std::chrono::hours>("retention_hours");
    }

    void declare(mortise::Router& router) override {
        const auto jobs = router.group("/jobs").tag("jobs").requireUser();
        declareSubmission(jobs);
        declareJobs(jobs);
        router.job("demo.sleep", &JobRoutes::sleep, routes_);
    }

    void prepare(mortise::Host& host, mortise::Deadline) override {
        routes_.attach(host);
        workers_ = std::make_unique<Workers>(host, settings_);
        workers_->start();
    }

    void activate() noexcept override { workers_->resume(); }
    void quiesce() override { workers_->quiesce(); }
    void resume() noexcept override { workers_->resume(); }

    void stop(mortise::Deadline deadline) override {
        if (workers_) {
            workers_->stop(deadline.at());
            workers_.reset();
        }
    }

private:
    void declareSubmission(const mortise::RouteGroup& jobs) {
        jobs.post("/", &JobRoutes::submit, routes_)
            .summary("Submit a job")
            .message("Job submitted")
            .errors(JOB_TYPE_UNKNOWN, JOB_DUPLICATE, JOB_QUEUE_FULL);
        jobs.post("/batches", &JobRoutes::submitBatch, routes_)
            .created()
            .message("Jobs submitted")
            .summary("Submit up to 1000 jobs, all or none")
            .errors(JOB_TYPE_UNKNOWN, JOB_DUPLICATE, JOB_QUEUE_FULL);
    }

    void declareJobs(const mortise::RouteGroup& jobs) {
        jobs.get("/", &JobRoutes::list, routes_)
            .summary("List jobs, newest first; administrators see everybody's");
        jobs.get("/{job_id}", &JobRoutes::show, routes_)
            .summary("Get one job")
            .errors(JOB_NOT_FOUND);
        jobs.post("/{job_id}/cancellation", &JobRoutes::cancel, routes_)
            .summary("Cancel a job")
            .message("Cancellation requested")
            .errors(JOB_NOT_FOUND, JOB_NOT_CANCELLABLE);
        jobs.post("/{job_id}/retry", &JobRoutes::retry, routes_)
            .summary("Run a job that ended once more")
            .message("Job will run again")
            .errors(JOB_NOT_FOUND, JOB_NOT_RETRYABLE, JOB_DUPLICATE);
    }

    Settings settings_;
    JobRoutes routes_{settings_};
    std::unique_ptr<Workers> workers_;
};

}  // namespace jobs

MORTISE_PLUGIN(jobs::JobsPlugin)
