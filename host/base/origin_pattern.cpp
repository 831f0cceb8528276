#include "base/origin_pattern.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace mortise {
namespace {

constexpr std::size_t kHostSizeMax = 253;  // RFC 1035 section 2.3.4, as text.

bool isLabel(std::string_view label) noexcept {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

bool isName(std::string_view host) noexcept {
    if (host.empty() || host.size() > kHostSizeMax) {
        return false;
    }
    while (true) {
        const std::size_t dot = host.find('.');
        if (!isLabel(host.substr(0, dot))) {
            return false;
        }
        if (dot == std::string_view::npos) {
            return true;
        }
        host.remove_prefix(dot + 1);
    }
}

bool isBracketed(std::string_view host) noexcept {
    return host.size() > 4 && host.front() == '[' && host.back() == ']' &&
           std::all_of(host.begin() + 1, host.end() - 1, [](char c) {
               return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
           });
}

/// Takes ":8443" or ":*" off the end; false when what stands there is no port.
bool takePort(std::string_view& rest, std::uint16_t& port) {
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string_view::npos || rest.ends_with(']')) {
        return true;
    }
    const std::string_view digits = rest.substr(colon + 1);
    if (digits == "*") {
        port = 0;
        rest = rest.substr(0, colon);
        return true;
    }
    const auto number = parseInteger(digits);
    if (!number || *number < 1 || *number > 65535 || std::to_string(*number) != digits) {
        return false;
    }
    port = static_cast<std::uint16_t>(*number);
    rest = rest.substr(0, colon);
    return true;
}

}  // namespace

std::optional<OriginPattern> OriginPattern::parse(std::string_view text) {
    OriginPattern pattern;
    if (text == "*") {
        return pattern;
    }
    if (text.starts_with("https://")) {
        pattern.scheme_ = "https";
        pattern.port_ = 443;
    } else if (text.starts_with("http://")) {
        pattern.scheme_ = "http";
        pattern.port_ = 80;
    } else {
        return std::nullopt;
    }
    std::string_view rest = text.substr(pattern.scheme_.size() + 3);
    if (!takePort(rest, pattern.port_)) {
        return std::nullopt;
    }
    const bool is_below = rest.starts_with("*.");
    if (is_below) {
        rest.remove_prefix(1);
    }
    const std::string_view name = is_below ? rest.substr(1) : rest;
    // All names below one label would be all names of a whole top-level domain.
    const bool is_wide = is_below && name.find('.') == std::string_view::npos;
    if (is_wide || !(isName(name) || (!is_below && isBracketed(name)))) {
        return std::nullopt;
    }
    pattern.host_ = rest;
    return pattern;
}

bool OriginPattern::matches(std::string_view scheme, std::string_view host,
                            std::uint16_t port) const noexcept {
    if (isAnyPublic() || scheme != scheme_ || (port_ != 0 && port != port_)) {
        return false;
    }
    return host_.starts_with('.') ? host.size() > host_.size() && host.ends_with(host_)
                                  : host == host_;
}

}  // namespace mortise
