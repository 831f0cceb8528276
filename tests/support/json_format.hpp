// The formats our schemas name, decided by other means than the SDK's: regular expressions, inet_pton, the calendar of the system.
#pragma once

#include <string>
#include <string_view>

namespace mortise::test {

/// True for the formats of numbers: integers by their bits, double, decimal.
bool isNumberFormat(std::string_view format);

/// Throws std::logic_error for a format that is not known.
bool hasTextFormat(const std::string& text, std::string_view format);

/// A number in the range or precision of `format`: int32, uint64, double, decimal.
bool hasNumberFormat(const std::string& text, std::string_view format);

/// ECMA 262 pattern, found anywhere; on code points.
bool hasPattern(const std::string& text, const std::string& pattern);

}  // namespace mortise::test
