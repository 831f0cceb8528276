// Formats of addresses: IPv4, IPv6, DNS names, URIs.
#pragma once

#include <cstddef>
#include <string_view>

#include "mortise/formats.hpp"

namespace mortise::formats {

/// Four decimal numbers up to 255, without leading zeros (which some readers take for octal).
constexpr bool isIpv4(std::string_view text) noexcept {
    int part_count = 0;
    for (std::size_t begin = 0; begin <= text.size(); ++part_count) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        const std::string_view part = text.substr(begin, end - begin);
        if (part.empty() || part.size() > 3 || (part.size() > 1 && part.front() == '0') ||
            !std::all_of(part.begin(), part.end(), detail::isDigit)) {
            return false;
        }
        int value = 0;
        for (const char digit : part) {
            value = value * 10 + (digit - '0');
        }
        if (value > 255) {
            return false;
        }
        begin = end + 1;
    }
    return part_count == 4;
}

namespace detail {

constexpr bool isHexDigit(char c) noexcept {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Groups of an IPv6 address between colons; -1 when one is none. An IPv4 address at the very end counts as two.
constexpr int countGroups(std::string_view text, bool at_end) noexcept {
    int count = 0;
    for (std::size_t begin = 0; !text.empty() && begin <= text.size();) {
        const std::size_t end = std::min(text.find(':', begin), text.size());
        const std::string_view group = text.substr(begin, end - begin);
        const bool is_last = end == text.size();
        if (at_end && is_last && isIpv4(group)) {
            count += 2;
        } else if (!group.empty() && group.size() <= 4 &&
                   std::all_of(group.begin(), group.end(), isHexDigit)) {
            ++count;
        } else {
            return -1;
        }
        begin = end + 1;
    }
    return count;
}

}  // namespace detail

/// RFC 4291, section 2.2, without zone.
constexpr bool isIpv6(std::string_view text) noexcept {
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        return detail::countGroups(text, true) == 8;
    }
    const int before = detail::countGroups(text.substr(0, gap), false);
    const int after = detail::countGroups(text.substr(gap + 2), true);
    return before >= 0 && after >= 0 && before + after <= 7;
}

/// RFC 1123: labels joined by dots, at most 253 characters; "localhost" is one.
constexpr bool isDnsName(std::string_view text) noexcept {
    if (text.size() > 253) {
        return false;
    }
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        if (!detail::isHostLabel(text.substr(begin, end - begin))) {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

namespace detail {

/// Characters of RFC 3986 from `allowed`, letters, digits, unreserved marks and percent-encoded bytes.
constexpr bool isUriText(std::string_view text, std::string_view allowed) noexcept {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '%') {
            if (at + 2 >= text.size() || !isHexDigit(text[at + 1]) || !isHexDigit(text[at + 2])) {
                return false;
            }
            at += 2;
        } else if (!isAlnum(c) && std::string_view("-._~").find(c) == std::string_view::npos &&
                   allowed.find(c) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

inline constexpr std::string_view kSubDelimiters = "!$&'()*+,;=";

/// [ userinfo "@" ] host [ ":" port ]
constexpr bool isAuthority(std::string_view text) noexcept {
    if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
        if (!isUriText(text.substr(0, at), "!$&'()*+,;=:")) {
            return false;
        }
        text.remove_prefix(at + 1);
    }
    std::size_t host_end = text.find(':');
    if (!text.empty() && text.front() == '[') {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos || !isIpv6(text.substr(1, close - 1))) {
            return false;
        }
        host_end = close + 1;
    } else if (!isUriText(text.substr(0, host_end), kSubDelimiters)) {
        return false;
    }
    if (host_end >= text.size()) {
        return true;
    }
    const std::string_view port = text.substr(host_end + 1);
    return text[host_end] == ':' && std::all_of(port.begin(), port.end(), isDigit);
}

}  // namespace detail

/// RFC 3986: a URI with a scheme; relative references are none.
constexpr bool isUri(std::string_view text) noexcept {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        return false;
    }
    const std::string_view scheme = text.substr(0, colon);
    const bool begins_with_letter =
        detail::isAlnum(scheme.front()) && !detail::isDigit(scheme.front());
    if (!begins_with_letter || !std::all_of(scheme.begin(), scheme.end(), [](char c) {
            return detail::isAlnum(c) || c == '+' || c == '-' || c == '.';
        })) {
        return false;
    }
    std::string_view rest = text.substr(colon + 1);
    if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
        if (!detail::isUriText(rest.substr(hash + 1), "!$&'()*+,;=:@/?")) {
            return false;
        }
        rest = rest.substr(0, hash);
    }
    if (rest.substr(0, 2) == "//") {
        const std::size_t end = rest.find_first_of("/?", 2);
        if (!detail::isAuthority(rest.substr(2, end == rest.npos ? end : end - 2))) {
            return false;
        }
        rest = end == rest.npos ? std::string_view() : rest.substr(end);
    }
    return detail::isUriText(rest, "!$&'()*+,;=:@/?");
}

}  // namespace mortise::formats
