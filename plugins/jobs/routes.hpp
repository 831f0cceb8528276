// The HTTP boundary of the jobs plugin, and its own type of job.
#pragma once

#include <mortise/jobs_queue.hpp>
#include <mortise/plugin.hpp>

#include "schemas.hpp"
#include "service.hpp"
#include "settings.hpp"

namespace jobs {

class JobRoutes {
public:
    explicit JobRoutes(const Settings& settings) : settings_(settings) {}

    using JobId = mortise::Path<"job_id", mortise::Uuid>;

    /// The types of job are asked for through the host, which routes do not get as a parameter.
    void attach(const mortise::Host& host) noexcept { host_ = &host; }

    mortise::Created<JobData> submit(mortise::Body<JobCreate> body, mortise::Request& request,
                                     const mortise::Principal& principal, mortise::Db& db,
                                     mortise::Log& log);
    JobBatchData submitBatch(mortise::Body<JobBatchCreate> body, mortise::Request& request,
                             const mortise::Principal& principal, mortise::Db& db,
                             mortise::Log& log);
    mortise::CursorPage<JobResponse> list(mortise::Query<JobListQuery> query,
                                          const mortise::Principal& principal, mortise::Db& db,
                                          mortise::Identity& identity);
    JobData show(JobId id, const mortise::Principal& principal, mortise::Db& db);
    JobData cancel(JobId id, const mortise::Principal& principal, mortise::Db& db);
    JobData retry(JobId id, const mortise::Principal& principal, mortise::Db& db);

    /// Does nothing for a while, tells how far it is, and can be cancelled.
    SleepResult sleep(mortise::Args<SleepArgs> args, mortise::JobRun& run);

private:
    const Settings& settings_;
    const mortise::Host* host_ = nullptr;
};

}  // namespace jobs
