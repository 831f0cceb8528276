// Constraint: one change of the rules of a field, and the kind of member it fits.
#pragma once

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "mortise/rules.hpp"

namespace mortise {

/// The members a constraint fits.
enum class Target {
    Any,
    Text,
    TextDefault,
    NumberDefault,
    BoolDefault,
    Number,         ///< Written as an integer.
    RealNumber,     ///< Written as a floating-point number.
    DecimalNumber,  ///< Written as a Decimal.
    List,
    Unique,
    Map,
    Nullable,
};

/// A constraint whose effect is one change of the rules.
template <Target kFits, class Change>
struct Constraint {
    static constexpr Target kTarget = kFits;
    Change change;

    constexpr void applyTo(FieldRules& rules) const { change(rules); }
};

namespace detail {
template <Target kFits, class Change>
constexpr Constraint<kFits, Change> constraint(Change change) {
    return {change};
}
template <class Number>
inline constexpr Target kFitsNumber = std::same_as<Number, bool>      ? Target::Any
                                      : std::integral<Number>         ? Target::Number
                                      : std::floating_point<Number>   ? Target::RealNumber
                                      : std::same_as<Number, Decimal> ? Target::DecimalNumber
                                                                      : Target::Any;
template <class Number>
constexpr Literal numberLiteral(Number number) {
    static_assert(kFitsNumber<Number> != Target::Any, "a bound is a number");
    if constexpr (std::integral<Number>) {
        if (!std::in_range<std::int64_t>(number)) {
            throw std::logic_error("a bound fits into 64 bits with a sign");
        }
    }
    return Literal::of(number);
}
}  // namespace detail

}  // namespace mortise
