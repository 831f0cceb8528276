// Codec<T>: how values of T are read from JSON, read from text (query, path, form), and written.
//
// One class template, one specialisation per kind of type; containers and objects build on the codec of what they hold. Readers
// put what is wrong into a Violations and go on, so that one pass finds everything. Reading from JSON is strict ("5" is no
// number); reading from text parses, because a query has nothing but text.
//
// Audience says who will read what is written. Client refuses secrets at compile time and leaves writeOnly() fields out; Plugin
// is for operation arguments between plugins of one host, where a password may travel.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mortise/enumeration.hpp"
#include "mortise/json_reader.hpp"
#include "mortise/json_writer.hpp"
#include "mortise/rule_checks.hpp"
#include "mortise/types.hpp"

namespace mortise {

enum class Audience { Client, Plugin };

namespace detail {
template <class>
inline constexpr bool kAlwaysFalse = false;

template <class Type>
concept WholeNumber =
    std::integral<Type> && !std::same_as<Type, bool> && !std::same_as<Type, char> &&
    !std::same_as<Type, wchar_t> && !std::same_as<Type, char8_t> && !std::same_as<Type, char16_t> &&
    !std::same_as<Type, char32_t>;
}  // namespace detail

/// Specialise it for a type of your own with the same four functions; kReadsText says whether readText() exists.
template <class Type>
struct Codec {
    static_assert(
        detail::kAlwaysFalse<Type>,
        "this type has no JSON form: give a struct `static auto schema()`, an enum `constexpr auto "
        "describe(E)`, or use bool, an integer, double, std::string, std::optional, Patch, "
        "std::vector, std::map<std::string, T>, std::variant of structs with a tag(), Uuid, "
        "Timestamp, Decimal, StrongId, Constrained, Json or Secret<std::string>");
};

namespace detail {

inline void addNotNull(Violations& violations) {
    violations.add("Must not be null");
}

/// The text of a JSON string, or a violation.
inline bool readStringToken(JsonValue value, std::string_view& text, Violations& violations,
                            std::string_view expectation = "Must be a string") {
    if (!value.isString()) {
        violations.add(value.isNull() ? "Must not be null" : expectation);
        return false;
    }
    text = value.text();
    return true;
}

inline bool addNumberOutcome(NumberOutcome outcome, std::string_view expectation,
                             Violations& violations) {
    if (outcome == NumberOutcome::Ok) {
        return true;
    }
    violations.add(outcome == NumberOutcome::OutOfRange ? "Number is out of range" : expectation);
    return false;
}

}  // namespace detail

template <>
struct Codec<bool> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, bool& out, const RulesView&, Violations& violations) {
        if (const auto flag = value.asBool()) {
            out = *flag;
        } else {
            violations.add(value.isNull() ? "Must not be null" : "Must be true or false");
        }
    }
    static void readText(std::string_view text, bool& out, const RulesView&,
                         Violations& violations) {
        if (text == "true" || text == "1") {
            out = true;
        } else if (text == "false" || text == "0") {
            out = false;
        } else {
            violations.add("Must be true or false");
        }
    }
    template <Audience>
    static void write(JsonWriter& writer, bool flag) {
        writer.value(flag);
    }
};

template <detail::WholeNumber Integer>
struct Codec<Integer> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, Integer& out, const RulesView& rules,
                     Violations& violations) {
        if (value.isNull()) {
            detail::addNotNull(violations);
            return;
        }
        const NumberOutcome outcome = value.toInteger(out);
        accept(outcome, out, rules, violations);
    }
    static void readText(std::string_view text, Integer& out, const RulesView& rules,
                         Violations& violations) {
        const NumberOutcome outcome = detail::parseInteger(text, out);
        accept(outcome, out, rules, violations);
    }
    template <Audience>
    static void write(JsonWriter& writer, Integer number) {
        writer.value(number);
    }

private:
    static void accept(NumberOutcome outcome, Integer number, const RulesView& rules,
                       Violations& violations) {
        if (detail::addNumberOutcome(outcome, "Must be an integer", violations)) {
            detail::checkNumber(number, rules.field, violations);
        }
    }
};

template <>
struct Codec<double> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, double& out, const RulesView& rules, Violations& violations) {
        if (value.isNull()) {
            detail::addNotNull(violations);
            return;
        }
        const NumberOutcome outcome = value.toDouble(out);
        accept(outcome, out, rules, violations);
    }
    static void readText(std::string_view text, double& out, const RulesView& rules,
                         Violations& violations) {
        const NumberOutcome outcome = detail::parseDouble(text, out);
        accept(outcome, out, rules, violations);
    }
    template <Audience>
    static void write(JsonWriter& writer, double number) {
        writer.value(number);
    }

private:
    static void accept(NumberOutcome outcome, double number, const RulesView& rules,
                       Violations& violations) {
        if (detail::addNumberOutcome(outcome, "Must be a number", violations)) {
            detail::checkNumber(number, rules.field, violations);
        }
    }
};

template <>
struct Codec<std::string> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, std::string& out, const RulesView& rules,
                     Violations& violations) {
        std::string_view text;
        if (detail::readStringToken(value, text, violations)) {
            readText(text, out, rules, violations);
        }
    }
    static void readText(std::string_view text, std::string& out, const RulesView& rules,
                         Violations& violations) {
        detail::checkText(text, rules, violations);
        out.assign(text);
    }
    template <Audience>
    static void write(JsonWriter& writer, std::string_view text) {
        writer.value(text);
    }
};

template <>
struct Codec<Secret<std::string>> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, Secret<std::string>& out, const RulesView& rules,
                     Violations& violations) {
        std::string_view text;
        if (detail::readStringToken(value, text, violations)) {
            readText(text, out, rules, violations);
        }
    }
    static void readText(std::string_view text, Secret<std::string>& out, const RulesView& rules,
                         Violations& violations) {
        detail::checkText(text, rules, violations);
        out = Secret<std::string>(std::string(text));
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, const Secret<std::string>& secret) {
        static_assert(kAudience == Audience::Plugin,
                      "a Secret never leaves in an answer: take it out of the response DTO");
        writer.value(secret.reveal());
    }
};

}  // namespace mortise
