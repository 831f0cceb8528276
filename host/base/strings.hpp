// Small operations on ASCII text that the standard library does not offer. Locale plays no part in
// any of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mortise {

/// Without spaces, tabs, carriage returns and line feeds at both ends. Points into `text`.
std::string_view trimmed(std::string_view text) noexcept;

std::string lowered(std::string_view text);
std::string uppered(std::string_view text);
bool equalsIgnoringCase(std::string_view left, std::string_view right) noexcept;

/// Parts between `separator`, trimmed, empty ones left out. Points into `text`.
std::vector<std::string_view> splitList(std::string_view text, char separator);
std::string joined(std::span<const std::string> parts, std::string_view separator);

/// The whole text as a decimal number, nothing before or after it; empty optional when it is none
/// or does not fit.
std::optional<std::int64_t> parseInteger(std::string_view text) noexcept;
/// Finite numbers only.
std::optional<double> parseNumber(std::string_view text) noexcept;
/// true/false, yes/no, on/off, 1/0 in any case.
std::optional<bool> parseBoolean(std::string_view text) noexcept;

/// Shortest decimal text that reads back as the same value.
std::string numberText(double value);

/// The candidate a misspelt `name` most likely meant: at most a third of its letters differ. Empty
/// when none is near.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

/// Compares in time that depends on the sizes only, for secrets.
bool equalsInConstantTime(std::string_view left, std::string_view right) noexcept;

}  // namespace mortise
