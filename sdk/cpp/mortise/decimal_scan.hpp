// The digits of a decimal number in a text: what Decimal::parse() takes apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mortise::detail {

__extension__ using Int128 = __int128;

inline constexpr int kDecimalDigitsMax = 18;

constexpr std::int64_t powerOfTen(int exponent) noexcept {
    std::int64_t power = 1;
    for (; exponent > 0; --exponent) {
        power *= 10;
    }
    return power;
}

/// Significant digits of a text in JSON's number grammar, without zeros at either end: value = digits * 10^exponent.
struct ScannedDecimal {
    std::uint64_t digits = 0;
    int exponent = 0;
    /// Decimals as they were written; may be negative.
    int decimals = 0;
    bool negative = false;
    bool fits = true;

    static constexpr std::optional<ScannedDecimal> scan(std::string_view text) noexcept;

private:
    /// Takes digits from `at` on and returns how many there were.
    constexpr std::size_t take(std::string_view text, std::size_t& at, bool after_point) noexcept;
    int zeros_ = 0;
    int count_ = 0;
};

constexpr std::size_t ScannedDecimal::take(std::string_view text, std::size_t& at,
                                           bool after_point) noexcept {
    const std::size_t begin = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
        decimals += after_point ? 1 : 0;
        if (text[at] == '0') {
            zeros_ += count_ > 0 ? 1 : 0;
            continue;
        }
        // Zeros count once a digit follows them; those at the end become part of the exponent.
        count_ += zeros_ + 1;
        fits = fits && count_ <= kDecimalDigitsMax;
        for (; fits && zeros_ > 0; --zeros_) {
            digits *= 10;
        }
        zeros_ = 0;
        digits = fits ? digits * 10 + static_cast<std::uint64_t>(text[at] - '0') : digits;
    }
    return at - begin;
}

constexpr std::optional<ScannedDecimal> ScannedDecimal::scan(std::string_view text) noexcept {
    ScannedDecimal result;
    std::size_t at = 0;
    if (!text.empty() && text.front() == '-') {
        result.negative = true;
        ++at;
    }
    if (result.take(text, at, false) == 0) {
        return std::nullopt;
    }
    if (at < text.size() && text[at] == '.' && result.take(text, ++at, true) == 0) {
        return std::nullopt;
    }
    int exponent = 0;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        const bool down = at < text.size() && text[at] == '-';
        at += at < text.size() && (text[at] == '-' || text[at] == '+') ? 1 : 0;
        const std::size_t begin = at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            // Far beyond what fits; more would only overflow.
            exponent = exponent > 1'000'000'000 / 10 ? exponent : exponent * 10 + (text[at] - '0');
        }
        if (begin == at) {
            return std::nullopt;
        }
        exponent = down ? -exponent : exponent;
    }
    result.exponent = result.zeros_ - result.decimals + exponent;
    result.decimals -= exponent;
    return at == text.size() ? std::optional(result) : std::nullopt;
}

}  // namespace mortise::detail
