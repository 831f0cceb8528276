// FieldRules: what a schema says about one field, in a form that does not depend on the field's type.
//
// Every constraint writes into one plain struct. So the checks below exist once per kind of value instead of once per field and
// combination of constraints, which keeps plugins small and quick to compile. Rules about text and numbers mean the innermost
// value: of a list they hold for each item.
//
// A new constraint? Then also: constraints.hpp (how authors write it), schema_text.hpp (its JSON Schema keyword), the table in
// tests/unit/sdk/constraints_test.cpp.
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "mortise/utf8.hpp"
#include "mortise/violations.hpp"

namespace mortise {

/// A scalar written down in a schema: a bound, a default, an example.
struct Literal {
    enum class Kind : std::uint8_t { None, Bool, Integer, Real, Text, Json };

    Kind kind = Kind::None;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text;

    static constexpr Literal of(bool flag) { return {Kind::Bool, flag ? 1 : 0, 0, {}}; }
    static constexpr Literal of(std::integral auto number) {
        return {Kind::Integer, static_cast<std::int64_t>(number), static_cast<double>(number), {}};
    }
    static constexpr Literal of(double number) { return {Kind::Real, 0, number, {}}; }
    static constexpr Literal of(std::string_view text) { return {Kind::Text, 0, 0, text}; }
    static constexpr Literal of(const char* text) { return of(std::string_view(text)); }

    constexpr bool isSet() const noexcept { return kind != Kind::None; }

    void writeTo(JsonWriter& writer) const {
        switch (kind) {
            case Kind::None:
                writer.null();
                break;
            case Kind::Bool:
                writer.value(integer != 0);
                break;
            case Kind::Integer:
                writer.value(integer);
                break;
            case Kind::Real:
                writer.value(real);
                break;
            case Kind::Text:
                writer.value(text);
                break;
            case Kind::Json:
                writer.raw(text);
                break;
        }
    }
};

/// A bound on a count of characters or items; -1 means none. An empty message takes the standard one.
struct CountBound {
    std::int64_t limit = -1;
    std::string_view message;
};

/// A bound on a number.
struct NumberBound {
    Literal limit;
    bool exclusive = false;
    std::string_view message;
};

/// A predicate on text.
struct TextFormat {
    bool (*matches)(std::string_view) = nullptr;
    /// Value of `format` in the JSON Schema; may be empty.
    std::string_view name;
    std::string_view message;
};

struct FieldRules {
    CountBound length_min, length_max;
    CountBound item_count_min, item_count_max;
    NumberBound minimum, maximum;
    TextFormat format;
    std::string_view choices_message;
    Literal default_value;
    Literal example;
    std::string_view description;
    bool required = true;
    bool null_allowed = true;
    bool read_only = false;
    bool write_only = false;
};

/// The rules of a field together with the texts it may have; no choices means any text.
struct RulesView {
    const FieldRules& field;
    std::span<const std::string_view> choices{};
};

namespace detail {

template <class Number>
bool isLess(Number left, const Literal& right) {
    if constexpr (std::integral<Number>) {
        if (right.kind == Literal::Kind::Integer) {
            return std::cmp_less(left, right.integer);
        }
    }
    return static_cast<double>(left) < right.real;
}

template <class Number>
bool isGreater(Number left, const Literal& right) {
    if constexpr (std::integral<Number>) {
        if (right.kind == Literal::Kind::Integer) {
            return std::cmp_greater(left, right.integer);
        }
    }
    return static_cast<double>(left) > right.real;
}

inline std::string literalText(const Literal& literal) {
    std::string text;
    JsonWriter writer(text);
    literal.writeTo(writer);
    return text;
}

/// "Must be at least 8 characters", or what the author of the schema wrote instead.
inline void addCountViolation(Violations& violations, const CountBound& bound,
                              std::string_view standard, std::string_view unit) {
    if (!bound.message.empty()) {
        violations.add(bound.message);
        return;
    }
    std::string message(standard);
    message += std::to_string(bound.limit);
    message += ' ';
    message += unit;
    message += bound.limit == 1 ? "" : "s";
    violations.add(message);
}

inline void addNumberViolation(Violations& violations, const NumberBound& bound,
                               std::string_view inclusive, std::string_view exclusive) {
    if (!bound.message.empty()) {
        violations.add(bound.message);
        return;
    }
    violations.add(std::string(bound.exclusive ? exclusive : inclusive) + literalText(bound.limit));
}

inline void addChoicesViolation(Violations& violations, const RulesView& rules) {
    if (!rules.field.choices_message.empty()) {
        violations.add(rules.field.choices_message);
        return;
    }
    std::string message = "Must be one of: ";
    for (const std::string_view choice : rules.choices) {
        message += choice;
        message += ", ";
    }
    message.resize(message.size() - 2);
    violations.add(message);
}

/// Checks a text. U+0000 is refused everywhere: JSON can carry it, PostgreSQL's text cannot.
inline void checkText(std::string_view text, const RulesView& rules, Violations& violations) {
    const FieldRules& field = rules.field;
    if (text.find('\0') != std::string_view::npos) {
        violations.add("Must not contain the character U+0000");
        return;
    }
    if (field.length_min.limit >= 0 || field.length_max.limit >= 0) {
        const auto length = static_cast<std::int64_t>(utf8::length(text));
        if (length < field.length_min.limit) {
            addCountViolation(violations, field.length_min, "Must be at least ", "character");
        }
        if (field.length_max.limit >= 0 && length > field.length_max.limit) {
            addCountViolation(violations, field.length_max, "Must be at most ", "character");
        }
    }
    if (field.format.matches != nullptr && !field.format.matches(text)) {
        violations.add(field.format.message);
    }
    if (!rules.choices.empty() &&
        std::find(rules.choices.begin(), rules.choices.end(), text) == rules.choices.end()) {
        addChoicesViolation(violations, rules);
    }
}

template <class Number>
void checkNumber(Number value, const FieldRules& field, Violations& violations) {
    const NumberBound& low = field.minimum;
    if (low.limit.isSet() &&
        (low.exclusive ? !isGreater(value, low.limit) : isLess(value, low.limit))) {
        addNumberViolation(violations, low, "Must be at least ", "Must be greater than ");
    }
    const NumberBound& high = field.maximum;
    if (high.limit.isSet() &&
        (high.exclusive ? !isLess(value, high.limit) : isGreater(value, high.limit))) {
        addNumberViolation(violations, high, "Must be at most ", "Must be less than ");
    }
}

inline void checkItemCount(std::size_t count, const FieldRules& field, Violations& violations) {
    const auto items = static_cast<std::int64_t>(count);
    if (items < field.item_count_min.limit) {
        addCountViolation(violations, field.item_count_min, "Must have at least ", "item");
    }
    if (field.item_count_max.limit >= 0 && items > field.item_count_max.limit) {
        addCountViolation(violations, field.item_count_max, "Must have at most ", "item");
    }
}

}  // namespace detail

}  // namespace mortise
