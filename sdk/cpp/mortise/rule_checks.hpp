// Rule checks: what FieldRules mean. One function per kind of value; each adds a violation per broken rule and goes on.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/rules.hpp"
#include "mortise/utf8.hpp"
#include "mortise/violations.hpp"

namespace mortise {

namespace detail {

/// A bound of a Decimal member; constraints.hpp sees to it that it is no floating-point number.
constexpr Decimal decimalOf(const Literal& literal) {
    return literal.kind == Literal::Kind::Decimal ? literal.decimal : Decimal(literal.integer);
}

template <class Number>
bool isLess(Number left, const Literal& right) {
    if constexpr (std::integral<Number>) {
        if (right.kind == Literal::Kind::Integer) {
            return std::cmp_less(left, right.integer);
        }
    }
    if constexpr (std::same_as<Number, Decimal>) {
        return left < decimalOf(right);
    } else {
        return static_cast<double>(left) < right.real;
    }
}

template <class Number>
bool isGreater(Number left, const Literal& right) {
    if constexpr (std::integral<Number>) {
        if (right.kind == Literal::Kind::Integer) {
            return std::cmp_greater(left, right.integer);
        }
    }
    if constexpr (std::same_as<Number, Decimal>) {
        return left > decimalOf(right);
    } else {
        return static_cast<double>(left) > right.real;
    }
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

/// Length, format and pattern. A text that is too long is not matched: the pattern costs the more the longer it is.
///
/// U+0000 is refused everywhere, PostgreSQL's text cannot hold it; the host lets none through in JSON, but tokens may come from
/// elsewhere. False when it is there: nothing else is worth saying then.
inline bool checkTextRules(std::string_view text, const TextRules& rules, Violations& violations) {
    const utf8::Measure measure = utf8::measure(text);
    if (measure.has_nul) {
        violations.add("Must not contain the character U+0000");
        return false;
    }
    const auto length = static_cast<std::int64_t>(measure.length);
    const bool too_long = rules.length_max.limit >= 0 && length > rules.length_max.limit;
    if (length < rules.length_min.limit) {
        addCountViolation(violations, rules.length_min, "Must be at least ", "character");
    }
    if (too_long) {
        addCountViolation(violations, rules.length_max, "Must be at most ", "character");
    }
    if (rules.format.matches != nullptr && !rules.format.matches(text)) {
        violations.add(rules.format.message);
    }
    if (rules.pattern.matches != nullptr && !too_long && !rules.pattern.matches(text)) {
        violations.add(rules.pattern.message);
    }
    return true;
}

/// Checks a text.
inline void checkText(std::string_view text, const RulesView& rules, Violations& violations) {
    if (!checkTextRules(text, rules.field.text, violations)) {
        return;
    }
    if (!rules.choices.empty() &&
        std::find(rules.choices.begin(), rules.choices.end(), text) == rules.choices.end()) {
        addChoicesViolation(violations, rules);
    }
}

/// Checks the key of a map; the messages speak of the key, the path names it.
inline void checkKey(std::string_view key, const TextRules& rules, Violations& violations) {
    Violations found;
    checkTextRules(key, rules, found);
    for (const Violations::Entry& entry : found.entries()) {
        violations.add("Key: " + entry.message);
    }
}

template <class Number>
bool isMultiple(Number value, const Literal& divisor) {
    if constexpr (std::same_as<Number, Decimal>) {
        return value.isMultipleOf(decimalOf(divisor));
    } else if constexpr (std::floating_point<Number>) {
        return std::fmod(value, static_cast<double>(divisor.integer)) == 0;
    } else if constexpr (std::unsigned_integral<Number>) {
        return static_cast<std::uint64_t>(value) % static_cast<std::uint64_t>(divisor.integer) == 0;
    } else {
        return static_cast<std::int64_t>(value) % divisor.integer == 0;
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
    const MultipleRule& multiple = field.multiple;
    if (multiple.divisor.isSet() && !isMultiple(value, multiple.divisor)) {
        violations.add(multiple.message.empty()
                           ? "Must be a multiple of " + literalText(multiple.divisor)
                           : std::string(multiple.message));
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

/// Adds one violation when two items are equal. Sorts what it is given.
template <class Item>
void checkUnique(std::vector<Item> items, const FieldRules& field, Violations& violations) {
    std::sort(items.begin(), items.end());
    if (std::adjacent_find(items.begin(), items.end()) != items.end()) {
        violations.add(field.unique.message);
    }
}

}  // namespace detail

}  // namespace mortise
