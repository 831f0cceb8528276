// Constraints: what may be written after a field in a schema.
//
//     .field("full_name", &UserCreate::full_name, minLength(1), maxLength(255), example("Ada Lovelace"))
//     .field("amount", &Transfer::amount, gt(0, "Amount must be positive"), le(100'000))
//
// Each checks input, appears in the JSON Schema, and takes an own message as last argument where it can fail. Each names the
// kind of member it fits, so that a length on a number does not compile. Inside a struct that has a member called `email` or
// `description` the constraint of that name is hidden: write `mortise::email()`.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "mortise/formats.hpp"
#include "mortise/rules.hpp"

namespace mortise {

/// The members a constraint fits.
enum class Target { Any, Text, TextDefault, Number, List, Bool, Nullable };

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
constexpr Literal numberLiteral(Number number) {
    static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool>,
                  "a bound is a number");
    return Literal::of(number);
}
}  // namespace detail

// ---- text; lengths are characters, not bytes -------------------------------------------------------------------------------

constexpr auto minLength(std::int64_t length, std::string_view message = {}) {
    return detail::constraint<Target::Text>([=](FieldRules& rules) {
        rules.length_min = {length, message};
    });
}
constexpr auto maxLength(std::int64_t length, std::string_view message = {}) {
    return detail::constraint<Target::Text>([=](FieldRules& rules) {
        rules.length_max = {length, message};
    });
}

/// Any predicate. `format` names it in the JSON Schema and may be empty.
constexpr auto matching(bool (*predicate)(std::string_view), std::string_view message,
                        std::string_view format = {}) {
    return detail::constraint<Target::Text>([=](FieldRules& rules) {
        rules.format = {predicate, format, message};
    });
}
constexpr auto email(std::string_view message = "Invalid email format") {
    return matching(formats::isEmail, message, "email");
}
/// "order-items"
constexpr auto kebabCase(std::string_view message = "Must be lower-case words joined by hyphens") {
    return matching(formats::isKebabCase, message, "kebab-case");
}
/// "page_size"
constexpr auto snakeCase(
    std::string_view message = "Must be lower-case words joined by underscores") {
    return matching(formats::isSnakeCase, message, "snake_case");
}
/// "demo.sleep"
constexpr auto dottedName(std::string_view message = "Must be lower-case names joined by dots") {
    return matching(formats::isDottedName, message, "dotted-name");
}
constexpr auto notBlank(std::string_view message = "Must not be blank") {
    return matching(formats::isNotBlank, message);
}

/// The only texts a field may have.
template <std::size_t kCount>
struct Choices {
    static constexpr Target kTarget = Target::Text;
    std::array<std::string_view, kCount> texts;
    std::string_view own_message{};

    constexpr void applyTo(FieldRules& rules) const { rules.choices_message = own_message; }
    /// Replaces "Must be one of: ...".
    constexpr Choices message(std::string_view text) const { return {texts, text}; }
};
template <std::convertible_to<std::string_view>... Texts>
constexpr Choices<sizeof...(Texts)> oneOf(Texts... texts) {
    static_assert(sizeof...(Texts) > 0, "oneOf() needs at least one text");
    return {{std::string_view(texts)...}};
}

// ---- numbers ---------------------------------------------------------------------------------------------------------------

/// At least.
template <class Number>
constexpr auto ge(Number limit, std::string_view message = {}) {
    return detail::constraint<Target::Number>([=](FieldRules& rules) {
        rules.minimum = {detail::numberLiteral(limit), false, message};
    });
}
/// At most.
template <class Number>
constexpr auto le(Number limit, std::string_view message = {}) {
    return detail::constraint<Target::Number>([=](FieldRules& rules) {
        rules.maximum = {detail::numberLiteral(limit), false, message};
    });
}
/// Greater than.
template <class Number>
constexpr auto gt(Number limit, std::string_view message = {}) {
    return detail::constraint<Target::Number>([=](FieldRules& rules) {
        rules.minimum = {detail::numberLiteral(limit), true, message};
    });
}
/// Less than.
template <class Number>
constexpr auto lt(Number limit, std::string_view message = {}) {
    return detail::constraint<Target::Number>([=](FieldRules& rules) {
        rules.maximum = {detail::numberLiteral(limit), true, message};
    });
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

// ---- presence --------------------------------------------------------------------------------------------------------------

/// The value of a missing field: a bool, a number or a text (also for enumerations).
template <class Value>
constexpr auto defaultValue(Value value) {
    constexpr Target kFits = std::same_as<Value, bool>     ? Target::Bool
                             : std::is_arithmetic_v<Value> ? Target::Number
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
        rules.example = Literal{Literal::Kind::Json, 0, 0, json};
    });
}

}  // namespace mortise
