// uri: from a request target to the path that is routed.
//
// A path is decoded once, before routing, and what is routed is what the handler sees. Two spellings of one path must never
// be two paths to two checks, so dot segments are resolved after decoding, and what cannot be decoded without changing the
// meaning is refused: an encoded slash (it would be a segment for one reader and none for the next), control characters,
// anything that is not UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mortise::http {

/// A request target (RFC 9112 section 3.2) in parts, borrowed and undecoded.
struct TargetParts {
    std::string_view authority;  ///< Absolute form only.
    std::string_view path;       ///< "*" for the asterisk form.
    std::string_view query;      ///< Without '?'.
};

/// nullopt when the target has neither origin, absolute nor asterisk form.
std::optional<TargetParts> splitTarget(std::string_view target) noexcept;

/// True when decoding and resolving `path` would change nothing, as for nearly every request; then it is also valid.
bool isPlainPath(std::string_view path) noexcept;

/// Decodes `path` and resolves its dot segments (RFC 3986 section 5.2.4); nullopt when it is refused.
std::optional<std::string> normalisePath(std::string_view path);

/// Appends the decoded text; false when an escape is broken. `plus_is_space` for queries and forms.
bool appendDecoded(std::string& out, std::string_view text, bool plus_is_space);

/// Host of an authority or Host field: without port; an IPv6 literal keeps its brackets. Empty when it is malformed or
/// carries user information.
std::string_view hostOf(std::string_view authority) noexcept;

}  // namespace mortise::http
