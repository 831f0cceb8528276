// exampleOf<T>(): a whole example value of a DTO, for the documentation.
//
// A field shows its example(), else its default, else something its type allows. Lists show one item; what contains itself ends
// after kExampleDepthMax levels.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "mortise/object_schema.hpp"

namespace mortise {

namespace detail {

inline constexpr int kExampleDepthMax = 4;

template <class Type>
void writeExample(JsonWriter& writer, const RulesView& rules, int depth);

inline void writeTextExample(JsonWriter& writer, const RulesView& rules) {
    if (!rules.choices.empty()) {
        writer.value(rules.choices.front());
    } else if (rules.field.format.name == "email") {
        writer.value("user@example.com");
    } else {
        const std::int64_t shortest = std::max<std::int64_t>(rules.field.length_min.limit, 4);
        const std::int64_t longest = rules.field.length_max.limit;
        std::string text = "text";
        text.resize(static_cast<std::size_t>(longest < 0 ? shortest : std::min(shortest, longest)),
                    'x');
        writer.value(std::string_view(text));
    }
}

/// 1, or the bound next to it when 1 is not allowed.
inline void writeNumberExample(JsonWriter& writer, const FieldRules& field) {
    const NumberBound& low = field.minimum;
    const NumberBound& high = field.maximum;
    double number = 1;
    if (low.limit.isSet() && (low.exclusive ? low.limit.real >= 1 : low.limit.real > 1)) {
        number = low.limit.real + (low.exclusive ? 1 : 0);
    } else if (high.limit.isSet() &&
               (high.exclusive ? high.limit.real <= 1 : high.limit.real < 1)) {
        number = high.limit.real - (high.exclusive ? 1 : 0);
    }
    writer.value(number);
}

template <Described Type>
void writeObjectExample(JsonWriter& writer, int depth) {
    writer.beginObject();
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
