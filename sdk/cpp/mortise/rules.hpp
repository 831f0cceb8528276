// FieldRules: what a schema says about one field, in a form that does not depend on the field's type.
//
// Every constraint writes into one plain struct. So the checks below exist once per kind of value instead of once per field and
// combination of constraints, which keeps plugins small and quick to compile. Rules about text and numbers mean the innermost
// value: of a list they hold for each item.
//
// A new constraint? Then also: rule_checks.hpp (who checks it), constraints.hpp (how authors write it), schema_text.hpp (its
// JSON Schema keyword), the tables in tests/unit/sdk/constraints_test.cpp and schema_agreement_dtos.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mortise/decimal.hpp"
#include "mortise/json_writer.hpp"

namespace mortise {

/// A scalar written down in a schema: a bound, a default, an example.
struct Literal {
    enum class Kind : std::uint8_t { None, Bool, Integer, Real, Text, Json, Decimal };

    Kind kind = Kind::None;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text;
    Decimal decimal{};

    static constexpr Literal of(bool flag) { return {Kind::Bool, flag ? 1 : 0, 0, {}, {}}; }
    static constexpr Literal of(std::integral auto number) {
        return {
            Kind::Integer, static_cast<std::int64_t>(number), static_cast<double>(number), {}, {}};
    }
    static constexpr Literal of(double number) { return {Kind::Real, 0, number, {}, {}}; }
    static constexpr Literal of(std::string_view text) { return {Kind::Text, 0, 0, text, {}}; }
    static constexpr Literal of(Decimal number) { return {Kind::Decimal, 0, 0, {}, number}; }
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
            case Kind::Decimal:
                writer.raw(decimal.toString());
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

/// A compiled pattern.
struct TextPattern {
    bool (*matches)(std::string_view) noexcept = nullptr;
    /// Value of `pattern` in the JSON Schema.
    std::string_view source;
    std::string_view message;
};

/// A number whose multiples are allowed.
struct MultipleRule {
    Literal divisor;
    std::string_view message;
};

/// "No two items are equal"; an empty message means it is not asked for.
struct UniqueRule {
    std::string_view message;
};

/// What a text must look like.
struct TextRules {
    CountBound length_min, length_max;
    TextFormat format;
    TextPattern pattern;
};

struct FieldRules {
    TextRules text;
    /// About the keys of a map.
    TextRules key;
    CountBound item_count_min, item_count_max;
    UniqueRule unique;
    NumberBound minimum, maximum;
    MultipleRule multiple;
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

}  // namespace mortise
