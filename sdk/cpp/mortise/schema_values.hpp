// The collector of schemas, and the JSON Schema keywords of values: numbers, texts, enumerations.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mortise/constrained.hpp"
#include "mortise/object_schema.hpp"

namespace mortise {

namespace detail {
template <class Type>
inline constexpr char kTypeMark = '\0';
}  // namespace detail

/// Collects the schemas of named structs.
class SchemaCollector {
public:
    struct Entry {
        std::string name;
        std::string json;
        /// Tells structs of one name apart.
        const void* type = nullptr;
    };

    /// `ref_prefix` is where the schemas will stand in the document that uses them.
    explicit SchemaCollector(std::string_view ref_prefix = "#/components/schemas/")
        : ref_prefix_(ref_prefix) {}

    /// The reference to T; adds T and all it needs when it is new. Throws std::logic_error when another struct has its name.
    template <Described Type>
    std::string refTo();

    /// Everything collected, in the order of first use.
    const std::vector<Entry>& entries() const noexcept { return entries_; }

private:
    std::string ref_prefix_;
    std::vector<Entry> entries_;
};

/// Writes the keywords of T's schema into an open object. Specialise it beside a Codec of your own; the default allows
/// anything.
template <class Type>
struct SchemaText {
    static void writeKeywords(JsonWriter&, const RulesView&, SchemaCollector&) {}
};

namespace detail {

inline void writeCountKeyword(JsonWriter& writer, std::string_view keyword,
                              const CountBound& bound) {
    if (bound.limit >= 0) {
        writer.member(keyword, bound.limit);
    }
}

inline void writeNumberKeyword(JsonWriter& writer, std::string_view inclusive,
                               std::string_view exclusive, const NumberBound& bound) {
    if (bound.limit.isSet()) {
        writer.key(bound.exclusive ? exclusive : inclusive);
        bound.limit.writeTo(writer);
    }
}

template <class Texts>
void writeEnumKeyword(JsonWriter& writer, const Texts& texts) {
    writer.key("enum");
    writer.beginArray();
    for (const std::string_view text : texts) {
        writer.value(text);
    }
    writer.endArray();
}

inline void writeTextRules(JsonWriter& writer, const TextRules& rules) {
    writeCountKeyword(writer, "minLength", rules.length_min);
    writeCountKeyword(writer, "maxLength", rules.length_max);
    if (!rules.format.name.empty()) {
        writer.member("format", rules.format.name);
    }
    if (rules.pattern.matches != nullptr) {
        writer.member("pattern", rules.pattern.source);
    }
}

inline void writeTextKeywords(JsonWriter& writer, const RulesView& rules) {
    writer.member("type", "string");
    writeTextRules(writer, rules.field.text);
    if (!rules.choices.empty()) {
        writeEnumKeyword(writer, rules.choices);
    }
}

inline void writeMultipleKeyword(JsonWriter& writer, const MultipleRule& rule) {
    if (rule.divisor.isSet()) {
        writer.key("multipleOf");
        rule.divisor.writeTo(writer);
    }
}

inline void writeNumberKeywords(JsonWriter& writer, const RulesView& rules) {
    writer.member("type", "number");
    writeNumberKeyword(writer, "minimum", "exclusiveMinimum", rules.field.minimum);
    writeNumberKeyword(writer, "maximum", "exclusiveMaximum", rules.field.maximum);
    writeMultipleKeyword(writer, rules.field.multiple);
}

}  // namespace detail

template <>
struct SchemaText<bool> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector&) {
        writer.member("type", "boolean");
    }
};

template <std::integral Integer>
struct SchemaText<Integer> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules, SchemaCollector&) {
        using Limits = std::numeric_limits<Integer>;
        writer.member("type", "integer");
        const NumberBound& low = rules.field.minimum;
        const NumberBound& high = rules.field.maximum;
        if (low.limit.isSet() && !detail::isGreater(Limits::min(), low.limit)) {
            detail::writeNumberKeyword(writer, "minimum", "exclusiveMinimum", low);
        } else {
            writer.member("minimum", Limits::min());
        }
        if (high.limit.isSet() && !detail::isLess(Limits::max(), high.limit)) {
            detail::writeNumberKeyword(writer, "maximum", "exclusiveMaximum", high);
        } else {
            writer.member("maximum", Limits::max());
        }
        detail::writeMultipleKeyword(writer, rules.field.multiple);
        writer.member("format", (std::is_unsigned_v<Integer> ? "uint" : "int") +
                                    std::to_string(8 * sizeof(Integer)));
    }
};

template <>
struct SchemaText<double> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules, SchemaCollector&) {
        detail::writeNumberKeywords(writer, rules);
        writer.member("format", "double");
    }
};

/// "decimal" says: at most 18 digits and 18 decimals.
template <>
struct SchemaText<Decimal> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules, SchemaCollector&) {
        detail::writeNumberKeywords(writer, rules);
        writer.member("format", "decimal");
    }
};

template <class Tag, class Value>
struct SchemaText<StrongId<Tag, Value>> : SchemaText<Value> {};

template <class Type, class... Rules>
struct SchemaText<Constrained<Type, Rules...>> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector& collector) {
        SchemaText<Type>::writeKeywords(writer, detail::OwnRules<Rules...>::view(), collector);
    }
};

template <>
struct SchemaText<std::string> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules, SchemaCollector&) {
        detail::writeTextKeywords(writer, rules);
    }
};

template <>
struct SchemaText<Secret<std::string>> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules, SchemaCollector&) {
        detail::writeTextKeywords(writer, rules);
        if (rules.field.text.format.name.empty()) {
            writer.member("format", "password");
        }
        if (!rules.field.write_only) {
            writer.member("writeOnly", true);
        }
    }
};

template <>
struct SchemaText<Uuid> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector&) {
        writer.member("type", "string");
        writer.member("format", "uuid");
    }
};

template <>
struct SchemaText<Timestamp> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector&) {
        writer.member("type", "string");
        writer.member("format", "date-time");
    }
};

template <DescribedEnum Enum>
struct SchemaText<Enum> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector&) {
        writer.member("type", "string");
        detail::writeEnumKeyword(writer, describe(Enum{}).texts());
    }
};

}  // namespace mortise
