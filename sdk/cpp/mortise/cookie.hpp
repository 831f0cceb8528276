// cookie: the pairs of the Cookie header field (RFC 6265, section 4.2), read without copying.
//
// A browser sends what any page of the domain ever set, so foreign pairs may be garbage and are passed over; only the value of
// the cookie that was asked for must be made of the characters the grammar allows. When a name comes twice the first one counts:
// browsers put the one with the longest path first.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "mortise/binding.hpp"
#include "mortise/errors.hpp"
#include "mortise/header_parameters.hpp"

namespace mortise::detail {

/// Pairs looked at. Browsers keep about 50 per domain or more; with more than this, searching them is what the client wants.
inline constexpr std::size_t kCookieCountMax = 256;

/// `cookie-octet` of the grammar.
constexpr bool isCookieOctet(char c) noexcept {
    return c > ' ' && c < '\x7f' && c != '"' && c != ',' && c != ';' && c != '\\';
}

constexpr bool isCookieValue(std::string_view text) noexcept {
    for (const char c : text) {
        if (!isCookieOctet(c)) {
            return false;
        }
    }
    return true;
}

/// Cuts the next `;`-separated item off `text`.
constexpr std::string_view cutCookiePair(std::string_view& text) noexcept {
    const std::size_t end = text.find(';');
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return trimmedBlanks(pair);
}

/// The value of the first cookie of this name, without the quotes it may stand in. Throws BAD_REQUEST when there are too many.
inline std::optional<std::string_view> findCookie(Pairs headers, std::string_view name) {
    std::size_t seen_count = 0;
    for (const mortise_pair& header : headers) {
        std::string_view rest =
            textOf(header.name) == "cookie" ? textOf(header.value) : std::string_view();
        while (!rest.empty()) {
            if (++seen_count > kCookieCountMax) {
                throw AppError(codes::BAD_REQUEST, "The request has too many cookies");
            }
            const std::string_view pair = cutCookiePair(rest);
            const std::size_t equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name) {
                continue;
            }
            const std::string_view value = pair.substr(equals + 1);
            const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
            return is_quoted ? value.substr(1, value.size() - 2) : value;
        }
    }
    return std::nullopt;
}

}  // namespace mortise::detail
