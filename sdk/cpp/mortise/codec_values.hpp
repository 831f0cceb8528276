// Codecs of the value types: Uuid, Timestamp, Decimal, StrongId, Constrained, described enums, and Json passed through.
#pragma once

#include <string>
#include <string_view>

#include "mortise/codec.hpp"
#include "mortise/constrained.hpp"

namespace mortise {

namespace detail {

/// Writes the value of tokens back as JSON text.
inline void writeTokens(JsonWriter& writer, JsonValue value) {
    switch (value.kind()) {
        case JsonKind::Null:
            writer.null();
            break;
        case JsonKind::False:
            writer.value(false);
            break;
        case JsonKind::True:
            writer.value(true);
            break;
        case JsonKind::Number:
            writer.raw(value.text());
            break;
        case JsonKind::String:
        case JsonKind::Key:
            writer.value(value.text());
            break;
        case JsonKind::Array:
            writer.beginArray();
            value.forEachItem([&](std::size_t, JsonValue item) { writeTokens(writer, item); });
            writer.endArray();
            break;
        case JsonKind::Object:
            writer.beginObject();
            value.forEachMember([&](std::string_view key, JsonValue member) {
                writer.key(key);
                writeTokens(writer, member);
            });
            writer.endObject();
            break;
    }
}

/// Adds every number that does not fit a double and a numeric, by its place.
inline void checkNumbers(JsonValue value, Violations& violations) {
    if (value.isNumber()) {
        if (!fitsEverywhere(value.text())) {
            violations.add("Number is out of range");
        }
    } else if (value.isArray()) {
        value.forEachItem([&](std::size_t index, JsonValue item) {
            const Violations::Scope scope(violations, index);
            checkNumbers(item, violations);
        });
    } else if (value.isObject()) {
        value.forEachMember([&](std::string_view key, JsonValue member) {
            const Violations::Scope scope(violations, key);
            checkNumbers(member, violations);
        });
    }
}

/// Codec of a type with a text form: parse() and toChars().
template <class Type, const char* kExpectation>
struct TextCodec {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, Type& out, const RulesView& rules, Violations& violations) {
        std::string_view text;
        if (readStringToken(value, text, violations, kExpectation)) {
            readText(text, out, rules, violations);
        }
    }
    static void readText(std::string_view text, Type& out, const RulesView&,
                         Violations& violations) {
        if (const auto parsed = Type::parse(text)) {
            out = *parsed;
        } else {
            violations.add(kExpectation);
        }
    }
    template <Audience>
    static void write(JsonWriter& writer, const Type& value) {
        const auto text = value.toChars();
        writer.plainText({text.data(), text.size()});
    }
};

inline constexpr char kUuidExpected[] = "Must be a UUID";
inline constexpr char kTimestampExpected[] = "Must be a date and time like 2026-01-31T12:00:00Z";

}  // namespace detail

template <>
struct Codec<Uuid> : detail::TextCodec<Uuid, detail::kUuidExpected> {};
template <>
struct Codec<Timestamp> : detail::TextCodec<Timestamp, detail::kTimestampExpected> {};

template <DescribedEnum Enum>
struct Codec<Enum> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, Enum& out, const RulesView& rules, Violations& violations) {
        std::string_view text;
        if (detail::readStringToken(value, text, violations)) {
            readText(text, out, rules, violations);
        }
    }
    static void readText(std::string_view text, Enum& out, const RulesView& rules,
                         Violations& violations) {
        if (const auto found = enumFromText<Enum>(text)) {
            out = *found;
            return;
        }
        constexpr auto kTexts = describe(Enum{}).texts();
        detail::addChoicesViolation(violations, {rules.field, kTexts});
    }
    template <Audience>
    static void write(JsonWriter& writer, Enum value) {
        writer.value(enumText(value));
    }
};

/// Any JSON. Its numbers are no type's, so they are kept within what reads them later: doubles, and jsonb.
template <>
struct Codec<Json> {
    static constexpr bool kReadsText = false;

    static void read(JsonValue value, Json& out, const RulesView&, Violations& violations) {
        detail::checkNumbers(value, violations);
        out.text.clear();
        JsonWriter writer(out.text);
        detail::writeTokens(writer, value);
    }
    template <Audience>
    static void write(JsonWriter& writer, const Json& json) {
        writer.raw(json.text.empty() ? std::string_view("null") : std::string_view(json.text));
    }
};

/// A number in JSON, with all its digits; a text in a query.
template <>
struct Codec<Decimal> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, Decimal& out, const RulesView& rules,
                     Violations& violations) {
        if (value.isNumber()) {
            readText(value.text(), out, rules, violations);
        } else {
            violations.add(value.isNull() ? "Must not be null" : "Must be a number");
        }
    }
    static void readText(std::string_view text, Decimal& out, const RulesView& rules,
                         Violations& violations) {
        if (const auto parsed = Decimal::parse(text)) {
            out = *parsed;
            detail::checkNumber(out, rules.field, violations);
        } else {
            violations.add("Must be a number of at most 18 digits");
        }
    }
    template <Audience>
    static void write(JsonWriter& writer, Decimal value) {
        char text[Decimal::kTextSizeMax];
        writer.raw({text, value.writeTo(text)});
    }
};

template <class Tag, class Value>
struct Codec<StrongId<Tag, Value>> {
    static constexpr bool kReadsText = true;

    static void read(JsonValue value, StrongId<Tag, Value>& out, const RulesView& rules,
                     Violations& violations) {
        Value content{};
        Codec<Value>::read(value, content, rules, violations);
        out = StrongId<Tag, Value>(content);
    }
    static void readText(std::string_view text, StrongId<Tag, Value>& out, const RulesView& rules,
                         Violations& violations) {
        Value content{};
        Codec<Value>::readText(text, content, rules, violations);
        out = StrongId<Tag, Value>(content);
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, StrongId<Tag, Value> id) {
        Codec<Value>::template write<kAudience>(writer, id.value());
    }
};

/// Its own rules take the place of those of the field, which has none about the value.
template <class Type, class... Rules>
struct Codec<Constrained<Type, Rules...>> {
    static constexpr bool kReadsText = Codec<Type>::kReadsText;
    using Own = detail::OwnRules<Rules...>;

    static void read(JsonValue value, Constrained<Type, Rules...>& out, const RulesView&,
                     Violations& violations) {
        Codec<Type>::read(value, out.value_, Own::view(), violations);
    }
    static void readText(std::string_view text, Constrained<Type, Rules...>& out, const RulesView&,
                         Violations& violations) {
        Codec<Type>::readText(text, out.value_, Own::view(), violations);
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, const Constrained<Type, Rules...>& value) {
        Codec<Type>::template write<kAudience>(writer, value.value());
    }
};

}  // namespace mortise
