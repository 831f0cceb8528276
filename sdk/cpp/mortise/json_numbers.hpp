// Numbers from text: integers without rounding, doubles as the nearest one, each with the reason when it does not work.
#pragma once

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace mortise {

/// How reading a number went.
enum class NumberOutcome { Ok, NotANumber, OutOfRange };

namespace detail {

/// Reads digits with an optional sign. "5.0" and "1e3" are no integers in a query or path.
template <std::integral Integer>
NumberOutcome parseInteger(std::string_view text, Integer& value) noexcept {
    Integer parsed = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
    const bool complete = result.ptr == text.data() + text.size() && !text.empty();
    if (result.ec == std::errc() && complete) {
        value = parsed;
        return NumberOutcome::Ok;
    }
    // from_chars stops at the sign for unsigned types; a negative integer is out of their range, not malformed.
    std::int64_t wide = 0;
    const auto again = std::from_chars(text.data(), text.data() + text.size(), wide);
    if (again.ptr != text.data() + text.size() || again.ec == std::errc::invalid_argument) {
        return NumberOutcome::NotANumber;
    }
    if (again.ec == std::errc() && wide == 0) {
        value = 0;
        return NumberOutcome::Ok;
    }
    return NumberOutcome::OutOfRange;
}

/// The exponent of a JSON number, far-away ones as something that is certainly too far.
inline std::int64_t boundedExponent(std::string_view text) noexcept {
    constexpr std::int64_t kFar = 1'000'000'000;
    std::int64_t exponent = 0;
    for (const char c : text) {
        if (c >= '0' && c <= '9' && exponent < kFar) {
            exponent = exponent * 10 + (c - '0');
        }
    }
    return !text.empty() && text.front() == '-' ? -exponent : exponent;
}

/// Reads a JSON number that is whole, in whatever form: 5, 5.0 and 5e0 are one number. Exact.
template <std::integral Integer>
NumberOutcome parseWhole(std::string_view text, Integer& value) {
    if (text.find_first_of(".eE") == std::string_view::npos) {
        return parseInteger(text, value);
    }
    const std::size_t mantissa_end = std::min(text.find_first_of("eE"), text.size());
    std::string digits;
    std::int64_t exponent = 0;
    bool after_point = false;
    for (const char c : text.substr(0, mantissa_end)) {
        exponent -= after_point && c != '.' ? 1 : 0;
        after_point = after_point || c == '.';
        if (c >= '0' && c <= '9' && (c != '0' || !digits.empty())) {
            digits += c;
        }
    }
    while (!digits.empty() && digits.back() == '0') {
        digits.pop_back();
        ++exponent;
    }
    if (mantissa_end < text.size()) {
        exponent += boundedExponent(text.substr(mantissa_end + 1));
    }
    if (digits.empty()) {
        value = 0;
        return NumberOutcome::Ok;
    }
    if (exponent < 0) {
        return NumberOutcome::NotANumber;
    }
    // 64 bits hold 20 digits at most.
    if (static_cast<std::int64_t>(digits.size()) + exponent > 20) {
        return NumberOutcome::OutOfRange;
    }
    digits.append(static_cast<std::size_t>(exponent), '0');
    return parseInteger((text.front() == '-' ? "-" : "") + digits, value);
}

/// The characters a decimal number is made of; keeps "nan", "inf", "0x1" and "+1" away from the library.
inline bool hasDecimalForm(std::string_view text) noexcept {
    return !text.empty() && text.front() != '+' &&
           text.find_first_not_of("+-0123456789.eE") == std::string_view::npos;
}

#if defined(__cpp_lib_to_chars)
inline bool convertDouble(std::string_view text, double& value) {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec == std::errc::result_out_of_range) {
        // Says the same for 1e999 and 1e-999; strtod tells them apart, and rarely runs.
        value = std::strtod(std::string(text).c_str(), nullptr);
    }
    return result.ptr == text.data() + text.size() && result.ec != std::errc::invalid_argument;
}
#else
// libc++ has no std::from_chars for double yet. strtod wants a terminated text and the decimal point of the locale.
inline bool convertDouble(std::string_view text, double& value) {
    std::string copy(text);
    if (const std::size_t point = copy.find('.'); point != std::string::npos) {
        copy[point] = *std::localeconv()->decimal_point;
    }
    char* end = nullptr;
    value = std::strtod(copy.c_str(), &end);
    return end == copy.c_str() + copy.size();
}
#endif

/// Reads a finite decimal number. Too large ones are out of range, too small ones become 0.
inline NumberOutcome parseDouble(std::string_view text, double& value) {
    double parsed = 0;
    if (!hasDecimalForm(text) || !convertDouble(text, parsed)) {
        return NumberOutcome::NotANumber;
    }
    if (!std::isfinite(parsed)) {
        return NumberOutcome::OutOfRange;
    }
    value = parsed;
    return NumberOutcome::Ok;
}

/// Digits after the decimal point that PostgreSQL's numeric holds, and with it jsonb. A double needs 1074 at most.
inline constexpr std::int64_t kDecimalCountMax = 16383;

/// Whether a JSON number fits everywhere a document may go: it is finite as a double and its digits fit a numeric.
inline bool fitsEverywhere(std::string_view text) {
    const std::size_t mantissa_end = std::min(text.find_first_of("eE"), text.size());
    if (mantissa_end == text.size() && text.size() <= 300) {
        return true;  // as nearly all are: too short to be out of range
    }
    const std::size_t point = std::min(text.find('.'), mantissa_end);
    const std::size_t fraction_size = mantissa_end - std::min(point + 1, mantissa_end);
    const std::int64_t exponent =
        mantissa_end < text.size() ? boundedExponent(text.substr(mantissa_end + 1)) : 0;
    // Zero with a far exponent is a number in JSON and none in a numeric.
    if (exponent > kDecimalCountMax ||
        static_cast<std::int64_t>(fraction_size) - exponent > kDecimalCountMax) {
        return false;
    }
    double value = 0;
    return parseDouble(text, value) == NumberOutcome::Ok;
}

}  // namespace detail

}  // namespace mortise
