// Settings of the request rules; app fills them from the areas http., cors., trusted. and docs.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "limits.hpp"

namespace mortise::http {

struct CorsSettings {
    /// Exact origins ("https://app.example.com"), or "*" alone, which excludes credentials.
    std::vector<std::string> origins{"http://localhost:3000"};
    bool credentials = true;
    std::vector<std::string> methods{"GET", "POST", "PUT", "PATCH", "DELETE"};
    std::vector<std::string> headers{"Authorization", "Content-Type"};
    /// Response headers a script may read besides the safelisted ones.
    std::vector<std::string> exposed_headers{"X-Request-ID", "Location", "Retry-After"};
    std::chrono::seconds max_age{600};
};

struct PipelineSettings {
    /// Names the Host header may carry: "api.example.com", "*.example.com" (below it, not itself), or "*".
    std::vector<std::string> allowed_hosts{"*"};
    /// Addresses, CIDR blocks or "*": peers whose X-Forwarded-* and X-Request-ID are believed.
    std::vector<std::string> trusted_proxies;
    CorsSettings cors;
    /// Strict-Transport-Security on plain http too, for a proxy that does not say X-Forwarded-Proto.
    bool hsts_always = false;
    /// One http_request record per request.
    bool access_log = true;
    /// Production: "*" in allowed_hosts, trusted_proxies or cors.origins is refused.
    bool wildcards_refused = false;
    /// For routes without their own.
    std::size_t body_size_max = limits::kBodySizeMax;
    std::chrono::milliseconds request_deadline = limits::kRequestDeadline;
};

/// What is wrong with the settings, one text per fault, for start-up to report together with everybody else's.
std::vector<std::string> faultsOf(const PipelineSettings& settings);

}  // namespace mortise::http
