// Constraints: what may be written after a field in a schema.
//
//     .field("full_name", &UserCreate::full_name, minLength(1), maxLength(255), example("Ada Lovelace"))
//     .field("amount", &Transfer::amount, gt(0, "Amount must be positive"), le(100'000))
//
// Each checks input, appears in the JSON Schema, and takes an own message as last argument where it can fail. Each names the
// kind of member it fits, so that a length on a number does not compile. Inside a struct that has a member called `email` or
// `description` the constraint of that name is hidden: write `mortise::email()`.
#pragma once

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <tuple>

#include "mortise/constraint.hpp"
#include "mortise/constraints_text.hpp"

namespace mortise {

// ---- numbers ---------------------------------------------------------------------------------------------------------------

/// At least.
template <class Number>
constexpr auto ge(Number limit, std::string_view message = {}) {
    return detail::constraint<detail::kFitsNumber<Number>>([=](FieldRules& rules) {
        rules.minimum = {detail::numberLiteral(limit), false, message};
    });
}
/// At most.
template <class Number>
constexpr auto le(Number limit, std::string_view message = {}) {
    return detail::constraint<detail::kFitsNumber<Number>>([=](FieldRules& rules) {
        rules.maximum = {detail::numberLiteral(limit), false, message};
    });
}
/// Greater than.
template <class Number>
constexpr auto gt(Number limit, std::string_view message = {}) {
    return detail::constraint<detail::kFitsNumber<Number>>([=](FieldRules& rules) {
        rules.minimum = {detail::numberLiteral(limit), true, message};
    });
}
/// Less than.
template <class Number>
constexpr auto lt(Number limit, std::string_view message = {}) {
    return detail::constraint<detail::kFitsNumber<Number>>([=](FieldRules& rules) {
        rules.maximum = {detail::numberLiteral(limit), true, message};
    });
}

/// A multiple of an integer, or for Decimal members also of a Decimal: multipleOf(5), multipleOf(0.05_dec).
template <class Number>
constexpr auto multipleOf(Number divisor, std::string_view message = {}) {
    static_assert(!std::floating_point<Number>,
                  "multiples of a binary fraction are not what people mean: use a Decimal member");
    if (!(divisor > 0)) {
        throw std::logic_error("multipleOf() takes a number above 0");
    }
    return detail::constraint<detail::kFitsNumber<Number>>([=](FieldRules& rules) {
        rules.multiple = {detail::numberLiteral(divisor), message};
    });
}
/// At most this many decimals, for Decimal members: maxDecimals(2) for cents.
constexpr auto maxDecimals(int count, std::string_view message = {}) {
    return multipleOf(Decimal::of(1, count), message);
}

// ---- lists and maps --------------------------------------------------------------------------------------------------------

constexpr auto minItems(std::int64_t count, std::string_view message = {}) {
    return detail::constraint<Target::List>([=](FieldRules& rules) {
        rules.item_count_min = {count, message};
    });
}
constexpr auto maxItems(std::int64_t count, std::string_view message = {}) {
    return detail::constraint<Target::List>([=](FieldRules& rules) {
        rules.item_count_max = {count, message};
    });
}

/// No two items of a list are equal. Items are texts, numbers or described enums.
constexpr auto uniqueItems(std::string_view message = "Items must be unique") {
    return detail::constraint<Target::Unique>([=](FieldRules& rules) { rules.unique = {message}; });
}
/// What the keys of a map look like: keys(maxLength(40), snakeCase()).
template <class... Constraints>
constexpr auto keys(const Constraints&... constraints) {
    static_assert(((Constraints::kTarget == Target::Text) && ...) &&
                      !(requires { constraints.texts; } || ...),
                  "keys() takes lengths, formats and patterns");
    FieldRules rules;
    (constraints.applyTo(rules), ...);
    return detail::constraint<Target::Map>(
        [key = rules.text](FieldRules& changed) { changed.key = key; });
}

// ---- presence --------------------------------------------------------------------------------------------------------------

/// The value of a missing field: a bool, a number or a text (also for enumerations).
template <class Value>
constexpr auto defaultValue(Value value) {
    constexpr Target kNumber = detail::kFitsNumber<Value>;
    constexpr Target kFits = std::same_as<Value, bool> ? Target::BoolDefault
                             : kNumber != Target::Any  ? Target::NumberDefault
                                                       : Target::TextDefault;
    return detail::constraint<kFits>(
        [=](FieldRules& rules) { rules.default_value = Literal::of(value); });
}
/// A missing field keeps the member's initialiser.
constexpr auto notRequired() {
    return detail::constraint<Target::Any>([](FieldRules& rules) { rules.required = false; });
}
/// An optional or Patch member may be missing, but not null.
constexpr auto notNull() {
    return detail::constraint<Target::Nullable>(
        [](FieldRules& rules) { rules.null_allowed = false; });
}
/// Only in answers: ignored in input.
constexpr auto readOnly() {
    return detail::constraint<Target::Any>([](FieldRules& rules) { rules.read_only = true; });
}
/// Only in input: never written to clients.
constexpr auto writeOnly() {
    return detail::constraint<Target::Any>([](FieldRules& rules) { rules.write_only = true; });
}

// ---- reuse ----------------------------------------------------------------------------------------------------------------

/// Several constraints under one name: `inline constexpr auto kFullName = together(minLength(1), maxLength(255));`.
template <class... Constraints>
struct Together {
    static constexpr Target kTarget = Target::Any;
    std::tuple<Constraints...> parts;

    constexpr void applyTo(FieldRules& rules) const {
        std::apply([&](const auto&... part) { (part.applyTo(rules), ...); }, parts);
    }
};
template <class... Constraints>
constexpr Together<Constraints...> together(const Constraints&... constraints) {
    return {{constraints...}};
}

// ---- documentation ---------------------------------------------------------------------------------------------------------

constexpr auto description(std::string_view text) {
    return detail::constraint<Target::Any>([=](FieldRules& rules) { rules.description = text; });
}
template <class Value>
constexpr auto example(Value value) {
    return detail::constraint<Target::Any>(
        [=](FieldRules& rules) { rules.example = Literal::of(value); });
}
/// An example that is no scalar, as JSON text.
constexpr auto exampleJson(std::string_view json) {
    return detail::constraint<Target::Any>([=](FieldRules& rules) {
        rules.example = Literal{Literal::Kind::Json, 0, 0, json, {}};
    });
}

}  // namespace mortise
