// exampleOf<T>(): a whole example value of a DTO, for the documentation.
//
// A field shows its example(), else its default, else something its type allows. Lists show one item; what contains itself ends
// after kExampleDepthMax levels.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "mortise/constrained.hpp"
#include "mortise/json_reader.hpp"
#include "mortise/object_schema.hpp"

namespace mortise {

namespace detail {

inline constexpr int kExampleDepthMax = 4;

template <class Type>
void writeExample(JsonWriter& writer, const RulesView& rules, int depth);

/// A text of a format, empty for one that is not known.
constexpr std::string_view exampleOfFormat(std::string_view format) noexcept {
    struct Known {
        std::string_view format, text;
    };
    constexpr Known kKnown[] = {{"email", "user@example.com"},
                                {"uuid", "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f"},
                                {"uri", "https://example.com/path"},
                                {"date", "2026-01-31"},
                                {"date-time", "2026-01-31T12:00:00Z"},
                                {"ipv4", "192.0.2.1"},
                                {"ipv6", "2001:db8::1"},
                                {"hostname", "www.example.com"}};
    for (const Known& known : kKnown) {
        if (known.format == format) {
            return known.text;
        }
    }
    return {};
}

inline void writeTextExample(JsonWriter& writer, const RulesView& rules) {
    if (!rules.choices.empty()) {
        writer.value(rules.choices.front());
    } else if (const auto known = exampleOfFormat(rules.field.text.format.name); !known.empty()) {
        writer.value(known);
    } else {
        const std::int64_t shortest = std::max<std::int64_t>(rules.field.text.length_min.limit, 4);
        const std::int64_t longest = rules.field.text.length_max.limit;
        std::string text = "text";
        text.resize(static_cast<std::size_t>(longest < 0 ? shortest : std::min(shortest, longest)),
                    'x');
        writer.value(std::string_view(text));
    }
}

/// The number of a literal, for examples.
inline double realOf(const Literal& literal) {
    double value = literal.real;
    if (literal.kind == Literal::Kind::Decimal) {
        parseDouble(literal.decimal.toString(), value);
    }
    return value;
}

/// 1 or the divisor, or what is nearest to it within the bounds.
inline void writeNumberExample(JsonWriter& writer, const FieldRules& field) {
    const NumberBound& low = field.minimum;
    const NumberBound& high = field.maximum;
    const double step = field.multiple.divisor.isSet() ? realOf(field.multiple.divisor) : 1;
    const double lowest = realOf(low.limit) + (low.exclusive ? step : 0);
    const double highest = realOf(high.limit) - (high.exclusive ? step : 0);
    double number = step;
    if (low.limit.isSet() && number < lowest) {
        number = field.multiple.divisor.isSet() ? std::ceil(lowest / step) * step : lowest;
    } else if (high.limit.isSet() && number > highest) {
        number = field.multiple.divisor.isSet() ? std::floor(highest / step) * step : highest;
    }
    writer.value(number);
}

template <Described Type>
void writeObjectExample(JsonWriter& writer, int depth) {
    writer.beginObject();
    if constexpr (TagOf<Type>::kIsSet) {
        writer.member(TagOf<Type>::name(), TagOf<Type>::value());
    }
    schemaOf<Type>().forEach([&](const auto& field) {
        writer.key(field.name);
        writeExample<typename std::remove_cvref_t<decltype(field)>::Type>(writer, field.view(),
                                                                          depth + 1);
    });
    writer.endObject();
}

template <class Item>
void writeListExample(JsonWriter& writer, const RulesView& rules, int depth) {
    writer.beginArray();
    if (depth + 1 < kExampleDepthMax) {
        writeExample<Item>(writer, rules, depth + 1);
    }
    writer.endArray();
}

/// What the type allows, when the author gave neither example nor default.
template <class Type>
void writeTypicalValue(JsonWriter& writer, const RulesView& rules, int depth) {
    if constexpr (std::is_same_v<Type, bool>) {
        writer.value(true);
    } else if constexpr (kIsNumber<Type>) {
        writeNumberExample(writer, rules.field);
    } else if constexpr (kIsText<Type>) {
        writeTextExample(writer, rules);
    } else if constexpr (std::is_same_v<Type, Uuid>) {
        writer.value("0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f");
    } else if constexpr (std::is_same_v<Type, Timestamp>) {
        writer.value("2026-01-31T12:00:00.000000Z");
    } else if constexpr (DescribedEnum<Type>) {
        writer.value(describe(Type{}).texts().front());
    } else if constexpr (kIsStrongId<Type>) {
        writeTypicalValue<typename Type::Representation>(writer, rules, depth);
    } else if constexpr (kIsConstrained<Type>) {
        writeExample<typename Type::Value>(writer, Type::Own::view(), depth);
    } else if constexpr (kIsVariant<Type>) {
        writeTypicalValue<std::variant_alternative_t<0, Type>>(writer, rules, depth);
    } else if constexpr (kIsVector<Type>) {
        writeListExample<typename Type::value_type>(writer, rules, depth);
    } else if constexpr (Described<Type>) {
        depth < kExampleDepthMax ? writeObjectExample<Type>(writer, depth) : writer.raw("{}");
    } else {
        writer.raw("{}");
    }
}

template <class Type>
void writeExample(JsonWriter& writer, const RulesView& rules, int depth) {
    if (rules.field.example.isSet()) {
        rules.field.example.writeTo(writer);
    } else if (rules.field.default_value.isSet()) {
        rules.field.default_value.writeTo(writer);
    } else {
        writeTypicalValue<PresentOf<Type>>(writer, rules, depth);
    }
}

}  // namespace detail

/// An example of T as JSON text.
template <Described Type>
std::string exampleOf() {
    std::string json;
    JsonWriter writer(json);
    detail::writeObjectExample<Type>(writer, 0);
    return json;
}

}  // namespace mortise
