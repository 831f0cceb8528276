// Settings of the client for outgoing requests; app fills them from the area http_client.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "limits.hpp"

namespace mortise::http {

struct OutgoingSettings {
    /// Calls of one caller to one origin at once.
    std::size_t per_origin_max = limits::kOutgoingPerOriginMax;
    std::chrono::milliseconds connect_timeout = limits::kOutgoingConnectTimeout;
    /// PEM file with the certificates to trust; empty: those of the system.
    std::string ca_file;
    /// Sent as User-Agent unless the request has its own.
    std::string user_agent = "mortise";
};

}  // namespace mortise::http
