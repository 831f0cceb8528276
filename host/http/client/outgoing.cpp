#include "http/client/outgoing.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/strings.hpp"

namespace mortise::http {
namespace {

/// RFC 9110 section 5.6.2.
bool isToken(std::string_view text) noexcept {
    static constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kPunctuation.find(c) != std::string_view::npos;
    });
}

bool isFieldValue(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
}

bool isMethod(std::string_view method) noexcept {
    return method.size() <= 32 && method != "CONNECT" && method != "TRACE" && !method.empty() &&
           std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Fields that say how the message is framed or where it goes; the client writes them.
bool isOwnField(std::string_view name) {
    static constexpr std::array<std::string_view, 9> kOwn{
        "host",    "content-length", "transfer-encoding", "connection", "upgrade", "te",
        "trailer", "expect",         "keep-alive"};
    const std::string lower = lowered(name);
    return lower.starts_with("proxy-") || std::find(kOwn.begin(), kOwn.end(), lower) != kOwn.end();
}

std::string headerProblem(const OutgoingHeaders& headers) {
    if (headers.size() > limits::kHeaderCountMax) {
        return "more than " + std::to_string(limits::kHeaderCountMax) + " header fields";
    }
    std::size_t size = 0;
    for (const auto& [name, value] : headers) {
        size += name.size() + value.size();
        if (!isToken(name)) {
            return "\"" + name + "\" is no name of a header field";
        }
        if (!isFieldValue(value)) {
            return "the header field " + name + " contains a control character";
        }
        if (isOwnField(name)) {
            return "the header field " + name + " belongs to the client";
        }
    }
    return size <= limits::kHeaderSizeMax ? "" : "the header fields are too large";
}

}  // namespace

std::string problemOf(const OutgoingRequest& request) {
    if (!isMethod(request.method)) {
        return "\"" + request.method + "\" is no method a client may send";
    }
    if (request.body.size() > limits::kOutgoingBodySizeMax) {
        return "the body has more than " + std::to_string(limits::kOutgoingBodySizeMax) + " bytes";
    }
    if (request.response_size_max > limits::kOutgoingResponseSizeMax) {
        return "no answer may have more than " + std::to_string(limits::kOutgoingResponseSizeMax) +
               " bytes";
    }
    if (request.attempts_max == 0 || request.attempts_max > limits::kOutgoingAttemptCountMax) {
        return "the attempts are 1 to " + std::to_string(limits::kOutgoingAttemptCountMax);
    }
    return headerProblem(request.headers);
}

bool isRepeatable(const OutgoingRequest& request) {
    static constexpr std::array<std::string_view, 5> kIdempotent{"GET", "HEAD", "OPTIONS", "PUT",
                                                                 "DELETE"};
    return std::find(kIdempotent.begin(), kIdempotent.end(), request.method) != kIdempotent.end() ||
           std::any_of(request.headers.begin(), request.headers.end(), [](const auto& each) {
               return equalsIgnoringCase(each.first, "idempotency-key");
           });
}

const std::string* findHeader(const OutgoingHeaders& headers,
                              std::string_view lower_name) noexcept {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& each) { return each.first == lower_name; });
    return found == headers.end() ? nullptr : &found->second;
}

}  // namespace mortise::http
