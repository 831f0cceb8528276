// Where spans go, and how many of them. Filled by app.
#pragma once

#include <string>

namespace mortise::trace {

struct Settings {
    /// Of the collector's OTLP/HTTP receiver, `http://` only; without a path it is /v1/traces. Empty: nothing is recorded.
    std::string otlp_url;
    /// Share of the traces begun here that is kept, 0 to 1.
    double sample_ratio = 1;
    // What every span of this process is told to come from.
    std::string service_name;
    std::string service_version;
    std::string environment;
    std::string host_version;
};

}  // namespace mortise::trace
