// Decimal: an exact number of at most 18 significant digits, for money and whatever else must not be rounded by accident.
//
// Problem: 0.1 + 0.2 is not 0.3 in binary, and amounts that travel through double come back a cent off.
// Choice:  a 64-bit coefficient and the count of its decimals: "12.50" is 1250 with 2 decimals. 18 digits fit every intermediate
//          result of + - * and comparison into 128 bits, so each operation is exact or throws; nothing is rounded silently.
// Guarantee: values are equal when their numbers are (12.5 == 12.50); the count of decimals is kept for printing.
// Form:    in JSON a number, with the digits as they are ("12.50"): the only form whose bounds a JSON Schema can state. A client
//          that reads numbers into doubles keeps 15 digits. In SQL it is `numeric`.
// Missing on purpose: division, which is rarely exact: multiply by the factor and round() the result.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mortise/decimal_scan.hpp"

namespace mortise {

/// What round() does with a value exactly between two.
enum class Rounding {
    HalfEven,  ///< To the one whose last digit is even: no bias over many amounts.
    HalfUp,    ///< Away from zero, as people do it.
};

class Decimal {
public:
    /// Significant digits, and also the most decimals.
    static constexpr int kDigitsMax = detail::kDecimalDigitsMax;

    /// 0.
    constexpr Decimal() = default;
    /// Throws std::overflow_error beyond 18 digits.
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) constexpr Decimal(Integer number)
        : Decimal(ofWide(detail::Int128{number}, 0)) {}

    /// 1250 and 2 make 12.50.
    static constexpr Decimal of(std::int64_t coefficient, int decimals) {
        return ofWide(coefficient, decimals);
    }

    /// Reads "12.50", "-0.1", "1e3". Nothing for other texts and for numbers of more than 18 digits or decimals.
    static constexpr std::optional<Decimal> parse(std::string_view text) noexcept;

    /// "12.50": all digits, no exponent.
    std::string toString() const {
        char text[kTextSizeMax];
        return {text, writeTo(text)};
    }
    static constexpr std::size_t kTextSizeMax = kDigitsMax + 3;
    /// The same without an allocation; returns the size.
    constexpr std::size_t writeTo(char (&text)[kTextSizeMax]) const noexcept;

    constexpr std::int64_t coefficient() const noexcept { return coefficient_; }
    constexpr int decimals() const noexcept { return decimals_; }
    constexpr bool isZero() const noexcept { return coefficient_ == 0; }
    constexpr bool isNegative() const noexcept { return coefficient_ < 0; }

    /// With exactly `places` decimals (0 to 18). Throws std::overflow_error when they need more than 18 digits.
    constexpr Decimal round(int places, Rounding rounding = Rounding::HalfEven) const;
    /// With as few decimals as the number needs: 12.50 becomes 12.5.
    constexpr Decimal reduced() const noexcept;
    /// `divisor` is not 0.
    constexpr bool isMultipleOf(Decimal divisor) const noexcept {
        const Pair pair(*this, divisor);
        return pair.left % pair.right == 0;
    }

    constexpr Decimal operator-() const noexcept { return Decimal(-coefficient_, decimals_); }
    // Sum, difference and product are exact; they throw std::overflow_error beyond 18 digits.
    friend constexpr Decimal operator+(Decimal left, Decimal right) {
        const Pair pair(left, right);
        return ofWide(pair.left + pair.right, pair.decimals);
    }
    friend constexpr Decimal operator-(Decimal left, Decimal right) { return left + -right; }
    friend constexpr Decimal operator*(Decimal left, Decimal right) {
        return ofWide(detail::Int128{left.coefficient_} * right.coefficient_,
                      left.decimals_ + right.decimals_);
    }
    constexpr Decimal& operator+=(Decimal other) { return *this = *this + other; }
    constexpr Decimal& operator-=(Decimal other) { return *this = *this - other; }
    constexpr Decimal& operator*=(Decimal other) { return *this = *this * other; }

    friend constexpr bool operator==(Decimal left, Decimal right) noexcept {
        const Pair pair(left, right);
        return pair.left == pair.right;
    }
    /// Weak: equal values may print differently.
    friend constexpr std::weak_ordering operator<=>(Decimal left, Decimal right) noexcept {
        const Pair pair(left, right);
        return pair.left < pair.right   ? std::weak_ordering::less
               : pair.left > pair.right ? std::weak_ordering::greater
                                        : std::weak_ordering::equivalent;
    }

private:
    constexpr Decimal(std::int64_t coefficient, int decimals) noexcept
        : coefficient_(coefficient), decimals_(decimals) {}

    /// Two values brought to the same count of decimals: at most 36 digits, which fit 128 bits.
    struct Pair {
        constexpr Pair(Decimal first, Decimal second) noexcept
            : decimals(first.decimals_ > second.decimals_ ? first.decimals_ : second.decimals_),
              left(detail::Int128{first.coefficient_} *
                   detail::powerOfTen(decimals - first.decimals_)),
              right(detail::Int128{second.coefficient_} *
                    detail::powerOfTen(decimals - second.decimals_)) {}
        int decimals;
        detail::Int128 left;
        detail::Int128 right;
    };

    /// Drops zeros at the end until the value fits; throws when it never does.
    static constexpr Decimal ofWide(detail::Int128 coefficient, int decimals) {
        const detail::Int128 limit = detail::powerOfTen(kDigitsMax);
        while ((coefficient >= limit || coefficient <= -limit || decimals > kDigitsMax) &&
               decimals > 0 && coefficient % 10 == 0) {
            coefficient /= 10;
            --decimals;
        }
        if (coefficient >= limit || coefficient <= -limit || decimals > kDigitsMax ||
            decimals < 0) {
            throw std::overflow_error("a Decimal has at most 18 digits");
        }
        return Decimal(static_cast<std::int64_t>(coefficient), decimals);
    }

    std::int64_t coefficient_ = 0;
    int decimals_ = 0;
};

constexpr std::optional<Decimal> Decimal::parse(std::string_view text) noexcept {
    const auto scanned = detail::ScannedDecimal::scan(text);
    if (!scanned || !scanned->fits) {
        return std::nullopt;
    }
    if (scanned->digits == 0) {
        return Decimal(0, scanned->decimals < 0            ? 0
                          : scanned->decimals > kDigitsMax ? kDigitsMax
                                                           : scanned->decimals);
    }
    std::uint64_t digits = scanned->digits;
    int exponent = scanned->exponent;
    const auto limit = static_cast<std::uint64_t>(detail::powerOfTen(kDigitsMax - 1));
    // Zeros the author wrote at the end are kept as far as there is room.
    while (exponent > 0 || (-exponent < scanned->decimals && -exponent < kDigitsMax)) {
        if (digits >= limit) {
            break;
        }
        digits *= 10;
        --exponent;
    }
    if (exponent > 0 || -exponent > kDigitsMax) {
        return std::nullopt;
    }
    const auto coefficient = static_cast<std::int64_t>(digits);
    return Decimal(scanned->negative ? -coefficient : coefficient, -exponent);
}

constexpr std::size_t Decimal::writeTo(char (&text)[kTextSizeMax]) const noexcept {
    char reversed[kTextSizeMax]{};
    std::size_t size = 0;
    std::int64_t rest = coefficient_ < 0 ? -coefficient_ : coefficient_;
    for (int place = 0; place <= decimals_ || rest != 0; ++place, rest /= 10) {
        if (place == decimals_ && place != 0) {
            reversed[size++] = '.';
        }
        reversed[size++] = static_cast<char>('0' + rest % 10);
    }
    if (coefficient_ < 0) {
        reversed[size++] = '-';
    }
    for (std::size_t at = 0; at < size; ++at) {
        text[at] = reversed[size - 1 - at];
    }
    return size;
}

constexpr Decimal Decimal::round(int places, Rounding rounding) const {
    if (places < 0 || places > kDigitsMax) {
        throw std::out_of_range("a Decimal has 0 to 18 decimals");
    }
    if (places >= decimals_) {
        const detail::Int128 wide =
            detail::Int128{coefficient_} * detail::powerOfTen(places - decimals_);
        const detail::Int128 limit = detail::powerOfTen(kDigitsMax);
        if (wide >= limit || wide <= -limit) {
            throw std::overflow_error("a Decimal has at most 18 digits");
        }
        return Decimal(static_cast<std::int64_t>(wide), places);
    }
    const std::int64_t unit = detail::powerOfTen(decimals_ - places);
    std::int64_t quotient = coefficient_ / unit;
    const std::int64_t rest = coefficient_ % unit;
    const std::int64_t size = rest < 0 ? -rest : rest;
    const bool is_half = size == unit - size;
    const bool away =
        is_half ? rounding == Rounding::HalfUp || quotient % 2 != 0 : size > unit - size;
    quotient += !away ? 0 : coefficient_ < 0 ? -1 : 1;
    return ofWide(quotient, places);
}

constexpr Decimal Decimal::reduced() const noexcept {
    Decimal result = *this;
    while (result.decimals_ > 0 && result.coefficient_ % 10 == 0) {
        result.coefficient_ /= 10;
        --result.decimals_;
    }
    return result;
}

namespace literals {
/// 0.01_dec: exact, checked while compiling.
consteval Decimal operator""_dec(const char* text) {
    return Decimal::parse(text).value();
}
}  // namespace literals

}  // namespace mortise

template <>
struct std::hash<mortise::Decimal> {
    std::size_t operator()(mortise::Decimal value) const noexcept {
        const mortise::Decimal reduced = value.reduced();
        return std::hash<std::uint64_t>()(static_cast<std::uint64_t>(reduced.coefficient()) * 31 +
                                          static_cast<std::uint64_t>(reduced.decimals()));
    }
};
