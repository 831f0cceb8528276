// request_head: the second, strict look at a request's head.
//
// Problem:   two readers that disagree about where a request ends let one client smuggle a request into another's connection.
//            The parser is built to get along with everybody: it takes folded fields, runs of spaces in the request line, heads
//            without a version, other protocols, and its releases differ in what they take.
// Choice:    once the parser has found the end of a head, its bytes are read again by these few lines, which know one form of
//            each thing and refuse all others. Only what both accept becomes a request.
// Guarantee: every line ends with CRLF, every field is `token ":" value`, the request line is `METHOD SP target SP HTTP/1.x`;
//            there is exactly one reading of how long the body is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace mortise::http {

/// Why a request is refused: the status and the host's error code. No status = not refused.
struct Refusal {
    int status = 0;
    std::string_view code;

    explicit operator bool() const noexcept { return status != 0; }
};

inline constexpr Refusal kBadRequest{400, "BAD_REQUEST"};
inline constexpr Refusal kRequestTimeout{408, "REQUEST_TIMEOUT"};
inline constexpr Refusal kPayloadTooLarge{413, "PAYLOAD_TOO_LARGE"};
inline constexpr Refusal kUriTooLong{414, "URI_TOO_LONG"};
inline constexpr Refusal kHeadersTooLarge{431, "HEADERS_TOO_LARGE"};
inline constexpr Refusal kNotImplemented{501, "NOT_IMPLEMENTED"};
inline constexpr Refusal kDeadlineExceeded{503, "DEADLINE_EXCEEDED"};
inline constexpr Refusal kVersionNotSupported{505, "HTTP_VERSION_NOT_SUPPORTED"};

struct HeadLimits {
    std::size_t size_max = 0;
    std::size_t field_count_max = 0;
    std::size_t target_size_max = 0;
};

/// What the head says, as far as the connection is concerned. Views borrow from the bytes read.
struct RequestHead {
    std::string_view method_name;
    std::string_view target;
    bool is_http_10 = false;
    bool keeps_alive = false;
    bool expects_continue = false;
    bool is_chunked = false;
    std::uint64_t content_length = 0;

    bool hasBody() const noexcept { return is_chunked || content_length > 0; }
};

/// Reads a whole head, from the request line (empty lines before it are skipped) to the empty line at its end. Field names
/// become lower case in place. On refusal `head` and `fields` hold what was read so far.
Refusal readHead(std::string& bytes, const HeadLimits& limits, RequestHead& head,
                 std::vector<Pair>& fields);

}  // namespace mortise::http
