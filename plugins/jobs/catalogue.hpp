// The types of job the host has published, as the rules of the queue want them.
#pragma once

#include <vector>

#include <mortise/jobs_queue.hpp>

#include "service.hpp"

namespace jobs {

class HostCatalogue final : public JobCatalogue {
public:
    /// A catalogue is made for one request and asks the host at most once.
    explicit HostCatalogue(const mortise::Host& host) : host_(host) {}

    std::optional<Type> find(std::string_view job_type) override;
    void check(const Type& type, const mortise::Json& args,
               mortise::Violations& violations) override;

private:
    const mortise::Host& host_;
    std::optional<std::vector<mortise::JobTypeInfo>> types_;
};

}  // namespace jobs
