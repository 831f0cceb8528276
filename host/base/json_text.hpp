// Writing JSON (RFC 8259) by appending to a string: what log, api, plugin and admin share. Reading
// JSON is not here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mortise {

/// Appends `text` between quotes, escaped. Malformed UTF-8 becomes U+FFFD, so the output is always
/// valid JSON.
void appendJsonString(std::string& out, std::string_view text);
std::string jsonString(std::string_view text);

void appendJsonInteger(std::string& out, std::int64_t value);
/// Shortest form that reads back the same; `null` for what JSON cannot say (infinities, NaN).
void appendJsonNumber(std::string& out, double value);

}  // namespace mortise
