// The table of jobs as the API uses it. The statements of the workers stand in claims.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <mortise/db.hpp>

#include "service.hpp"

namespace jobs {

/// What a listing is narrowed to; what is missing narrows nothing.
struct JobFilter {
    std::optional<std::string> state;
    std::optional<std::string> job_type;
    std::optional<std::string> queue;
    std::optional<std::string> submitted_by;
};

/// Where a listing goes on: behind this job. Newest jobs come first; the id breaks ties.
struct JobPosition {
    mortise::Timestamp created_at;
    mortise::Uuid id;
};

class JobStore final : public JobRepository {
public:
    explicit JobStore(const mortise::Db& db) : db_(db) {}

    Submission submit(const std::vector<JobOrder>& orders, const Actor& actor,
                      int queue_limit) override;
    std::optional<Job> find(const mortise::Uuid& id) override;
    std::optional<Job> findForUpdate(const mortise::Uuid& id) override;
    Job cancel(const mortise::Uuid& id) override;
    Job requestCancellation(const mortise::Uuid& id) override;
    std::optional<Job> retry(const mortise::Uuid& id) override;

    std::vector<Job> list(const JobFilter& filter, const std::optional<JobPosition>& position,
                          std::int64_t limit) const;

private:
    Submission submitOne(const JobOrder& order, const Actor& actor, int queue_limit);
    Submission submitAll(const std::vector<JobOrder>& orders, const Actor& actor, int queue_limit);

    const mortise::Db& db_;
};

}  // namespace jobs
