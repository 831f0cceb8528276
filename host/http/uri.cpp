#include "http/uri.hpp"

#include <algorithm>
#include <cstddef>

#include "base/strings.hpp"
#include "base/utf8.hpp"

namespace mortise::http {

namespace {

constexpr bool isControl(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

int hexValue(char digit) noexcept {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

/// The byte an escape at the start of `text` stands for, -1 when it is broken.
int escapedByte(std::string_view text) noexcept {
    if (text.size() < 3) {
        return -1;
    }
    const int high = hexValue(text[1]);
    const int low = hexValue(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool hasEscapedSlash(std::string_view path) noexcept {
    for (std::size_t at = path.find('%'); at != std::string_view::npos;
         at = path.find('%', at + 1)) {
        if (escapedByte(path.substr(at)) == '/') {
            return true;
        }
    }
    return false;
}

/// `path` starts with a slash; the result does too.
std::string withoutDotSegments(std::string_view path) {
    std::string out;
    out.reserve(path.size());
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        const std::string_view segment = path.substr(1, end - 1);
        const bool is_last = end == path.size();
        if (segment == "..") {
            out.resize(out.empty() ? 0 : out.rfind('/'));
        } else if (segment != ".") {
            out.append(path.substr(0, end));
        }
        if (is_last && (segment == "." || segment == "..")) {
            out.push_back('/');  // "/a/." is the directory "/a/".
        }
        path.remove_prefix(end);
    }
    return out;
}

/// Letters, digits and what RFC 3986 allows in a registered name; colons only between brackets.
bool isHostText(std::string_view host) noexcept {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+,;=";
    if (host.starts_with('[')) {
        return host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdefABCDEF:.") ==
               std::string_view::npos;
    }
    return host.find_first_not_of(kPlain) == std::string_view::npos;
}

bool isSchemeName(std::string_view scheme) noexcept {
    return equalsIgnoringCase(scheme, "http") || equalsIgnoringCase(scheme, "https");
}

}  // namespace

std::optional<TargetParts> splitTarget(std::string_view target) noexcept {
    TargetParts parts;
    if (target == "*") {
        parts.path = target;
        return parts;
    }
    if (!target.empty() && target.front() != '/') {
        const std::size_t colon = target.find("://");
        if (colon == std::string_view::npos || !isSchemeName(target.substr(0, colon))) {
            return std::nullopt;
        }
        target.remove_prefix(colon + 3);
        const std::size_t end = std::min(target.find_first_of("/?#"), target.size());
        parts.authority = target.substr(0, end);
        target.remove_prefix(end);
        if (parts.authority.empty()) {
            return std::nullopt;
        }
    } else if (target.empty()) {
        return std::nullopt;
    }
    // A fragment never belongs on the wire; tolerating it would give one path two spellings.
    if (target.find('#') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t question = target.find('?');
    parts.path = target.substr(0, question);
    if (question != std::string_view::npos) {
        parts.query = target.substr(question + 1);
    }
    if (parts.path.empty()) {
        parts.path = "/";  // "http://host" and "http://host?x" mean the root.
    }
    return parts;
}

bool isPlainPath(std::string_view path) noexcept {
    if (path.empty() || path.front() != '/') {
        return false;
    }
    char before = 0;
    for (const char c : path) {
        if (c == '%' || isControl(c) || static_cast<signed char>(c) < 0 ||
            (c == '.' && before == '/')) {
            return false;  // Perhaps still valid; normalisePath() decides.
        }
        before = c;
    }
    return true;
}

std::optional<std::string> normalisePath(std::string_view path) {
    if (path.empty() || path.front() != '/' || hasEscapedSlash(path)) {
        return std::nullopt;
    }
    std::string decoded;
    decoded.reserve(path.size());
    if (!appendDecoded(decoded, path, false) ||
        std::any_of(decoded.begin(), decoded.end(), isControl) || !isUtf8(decoded)) {
        return std::nullopt;
    }
    return withoutDotSegments(decoded);
}

bool appendDecoded(std::string& out, std::string_view text, bool plus_is_space) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            const int byte = escapedByte(text.substr(i));
            if (byte < 0) {
                return false;
            }
            out.push_back(static_cast<char>(byte));
            i += 2;
        } else {
            out.push_back(c == '+' && plus_is_space ? ' ' : c);
        }
    }
    return true;
}

std::string_view hostOf(std::string_view authority) noexcept {
    std::size_t end = 0;
    if (authority.starts_with('[')) {
        end = authority.find(']');
        if (end == std::string_view::npos) {
            return {};
        }
        ++end;
    } else {
        end = std::min(authority.find(':'), authority.size());
    }
    const std::string_view rest = authority.substr(end);
    const bool port_is_valid =
        rest.empty() || (rest.front() == ':' && rest.size() <= 6 &&
                         rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
    const std::string_view host = authority.substr(0, end);
    return port_is_valid && isHostText(host) ? host : std::string_view();
}

}  // namespace mortise::http
