// openapi_diff: what the change from one OpenAPI document to the next breaks for clients.
//
// A break is one line, made so that it can be written down as meant: "PATCH /api/v1/users/{user_id}: request: email: maxLength
// was 255 and is 100". Told are: routes and methods that are gone; parameters and bodies that became required or are gone;
// answers and media types of success that are gone; access that became narrower; and what schema_diff.hpp tells of schemas.
// Not told: error answers, texts, examples, and what is new and optional.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mortise::api {

/// One line per break, in the order of the older document. Throws mortise::Error when a text is no OpenAPI document.
std::vector<std::string> openApiBreaks(std::string_view before, std::string_view after);

struct JudgedBreaks {
    std::vector<std::string> undeclared;
    std::vector<std::string> declared;
    /// Declared, but not there.
    std::vector<std::string> stale;
};

/// Sorts breaks by what a file of meant ones says: one break a line; empty lines and those with '#' in front say nothing.
JudgedBreaks judgeBreaks(const std::vector<std::string>& breaks, std::string_view meant);

}  // namespace mortise::api
