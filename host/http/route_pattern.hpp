// RoutePattern: the text of a route taken apart, e.g. "/api/v1/users/{user_id:int}".
//
// Read when a table is built and when the OpenAPI document is written, never per request. A trailing slash means nothing, so
// "/users" and "/users/" are one pattern. A parameter takes a whole segment and never an empty one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::http {

/// What the value of a path parameter must look like; a value that does not is answered 422 before any handler runs.
enum class ParamType : std::uint8_t { Text, Int, Uuid };

struct PatternSegment {
    bool is_param = false;
    ParamType type = ParamType::Text;  ///< Parameters only.
    std::string_view text;  ///< Literal, or the name of the parameter. Borrowed from the pattern.
};

/// Segments of `pattern`, whose bytes they borrow; none for "/". Throws mortise::Error naming the fault: no leading slash, an
/// empty segment, a character outside [A-Za-z0-9._~-], a name that is not snake_case, an unknown type, a name given twice,
/// more than limits::kPathParamCountMax parameters.
std::vector<PatternSegment> parsePattern(std::string_view pattern);

/// The pattern without types and trailing slash, as logs and OpenAPI show it. Throws as parsePattern().
std::string displayPattern(std::string_view pattern);

/// The pattern with nameless parameters, "/users/{}": two patterns of one shape match the same paths.
std::string patternShape(std::string_view pattern);

/// Its parameters alone, in order.
std::vector<PatternSegment> patternParams(std::string_view pattern);

/// What breaks the naming rules for API paths (kebab-case segments, no verbs such as "get-user"); empty when nothing does.
/// For plugins' routes; the host's own ("/openapi.json") are exempt by not being asked.
std::vector<std::string> namingViolations(std::string_view pattern);

/// True when `value` fits; Int means a decimal int64 without '+', Uuid means 8-4-4-4-12 hexadecimal digits.
bool fits(ParamType type, std::string_view value) noexcept;

}  // namespace mortise::http
