// Grammar of what a plugin may register: names, codes, patterns. One place, so that the message to an author is always the same.
#pragma once

#include <string>
#include <string_view>

namespace mortise::plugin {

/// `[a-z][a-z0-9_]*`
bool isWord(std::string_view text) noexcept;
/// Two or more words joined by dots.
bool isDottedName(std::string_view text) noexcept;
/// `[A-Z][A-Z0-9_]*`, at most 47 characters: what fits into mortise_error.
bool isErrorCode(std::string_view text) noexcept;
/// `[A-Z][A-Za-z0-9]*`, at most 64 characters.
bool isSchemaName(std::string_view text) noexcept;
/// Letters, digits and `_ . : -`, at most 64 characters.
bool isRoleOrScope(std::string_view text) noexcept;
/// GET, POST, PUT, PATCH or DELETE; HEAD and OPTIONS are answered by the host.
bool isRouteMethod(std::string_view text) noexcept;
/// A JSON object that a strict reader accepts.
bool isJsonObject(std::string_view text);

/// A route pattern taken apart.
struct Pattern {
    std::string normal;   ///< "/api/v1/users/{user_id:int}"
    std::string display;  ///< "/api/v1/users/{user_id}"
    std::string shape;    ///< "/api/v1/users/{}"
    std::string problem;  ///< Empty when the pattern follows the rules.
};
Pattern parsePattern(std::string_view text);

}  // namespace mortise::plugin
