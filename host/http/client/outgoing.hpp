// Outgoing: a request this host makes of another server, and what came of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limits.hpp"

namespace mortise::http {

using OutgoingHeaders = std::vector<std::pair<std::string, std::string>>;

struct OutgoingRequest {
    std::string method = "GET";
    /// http or https, without user and password.
    std::string url;
    OutgoingHeaders headers;
    std::string body;
    /// Of the whole call: waiting for a place, name look-up, all attempts and the pauses between them.
    std::chrono::steady_clock::time_point deadline;
    /// Bytes of the answer's body, decompressed.
    std::size_t response_size_max = limits::kOutgoingResponseSizeDefault;
    /// 1 means that nothing is repeated.
    unsigned attempts_max = 1;
    /// Only to addresses of the public internet, however the name resolves.
    bool public_only = false;
    /// Who calls: places and circuit breakers are kept per caller and origin.
    std::string caller;
};

struct OutgoingResponse {
    int status = 0;
    /// Names in lower case, in the order of the server.
    OutgoingHeaders headers;
    std::string body;
};

enum class OutgoingFailure : std::uint8_t {
    None,
    InvalidRequest,  ///< A URL, method or header that must not be sent.
    Unreachable,     ///< No name, no connection, no trust, or the connection broke.
    AddressRefused,  ///< `public_only`, and the name leads to a private address.
    DeadlineExceeded,
    Cancelled,  ///< Nobody waits for the answer any more, or the host stops.
    ResponseTooLarge,
    BreakerOpen,  ///< The last answers of this origin were failures; it is left alone for a while.
    TooMany,      ///< Too many calls are under way.
};

struct OutgoingResult {
    OutgoingFailure failure = OutgoingFailure::None;
    /// For the log and for operators; empty without failure.
    std::string reason;
    OutgoingResponse response;
    /// Requests that were sent, or tried to be.
    unsigned attempts = 0;
    std::chrono::microseconds took{0};
};

/// Why the request cannot be sent; empty when it can. The URL is judged by OutgoingTarget.
std::string problemOf(const OutgoingRequest& request);

/// Sending it twice does what sending it once does (RFC 9110 section 9.2.2), or the caller marked it with an Idempotency-Key.
bool isRepeatable(const OutgoingRequest& request);

/// nullptr when there is none. `lower_name` is in lower case.
const std::string* findHeader(const OutgoingHeaders& headers, std::string_view lower_name) noexcept;

}  // namespace mortise::http
