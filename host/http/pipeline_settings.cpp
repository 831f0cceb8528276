#include "http/pipeline_settings.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "http/rules/cors.hpp"
#include "http/rules/trust.hpp"

namespace mortise::http {

namespace {

bool hasWildcard(const std::vector<std::string>& values) {
    return std::find(values.begin(), values.end(), "*") != values.end();
}

}  // namespace

std::vector<std::string> faultsOf(const PipelineSettings& settings) {
    std::vector<std::string> faults;
    if (settings.allowed_hosts.empty()) {
        faults.push_back("allowed_hosts: empty, so every request would be refused");
    }
    if (settings.wildcards_refused && hasWildcard(settings.allowed_hosts)) {
        faults.push_back("allowed_hosts: \"*\" is refused in production");
    }
    if (settings.wildcards_refused && hasWildcard(settings.trusted_proxies)) {
        faults.push_back("trusted_proxies: \"*\" is refused in production");
    }
    for (const std::string& block : settings.trusted_proxies) {
        try {
            TrustedProxies({block});
        } catch (const Error& error) {
            faults.push_back(std::string("trusted_proxies: ") + error.what());
        }
    }
    if (settings.body_size_max > limits::kBodySizeCeiling) {
        faults.push_back("body_size_max: more than " + std::to_string(limits::kBodySizeCeiling) +
                         " bytes are never kept in memory");
    }
    collectFaults(settings.cors, settings.wildcards_refused, faults);
    return faults;
}

}  // namespace mortise::http
