// JSON Schema keywords of what holds other values: optionals, lists, maps, unions.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "mortise/codec_union.hpp"
#include "mortise/schema_values.hpp"

namespace mortise {

namespace detail {

/// A schema object without annotations, for what stands inside another one.
template <class Type>
void writeInner(JsonWriter& writer, const RulesView& rules, SchemaCollector& collector) {
    writer.beginObject();
    SchemaText<Type>::writeKeywords(writer, rules, collector);
    writer.endObject();
}

}  // namespace detail

template <class Type>
struct SchemaText<std::optional<Type>> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules,
                              SchemaCollector& collector) {
        if (!rules.field.null_allowed) {
            SchemaText<Type>::writeKeywords(writer, rules, collector);
            return;
        }
        writer.key("anyOf");
        writer.beginArray();
        detail::writeInner<Type>(writer, rules, collector);
        writer.beginObject();
        writer.member("type", "null");
        writer.endObject();
        writer.endArray();
    }
};
template <class Type>
struct SchemaText<Patch<Type>> : SchemaText<std::optional<Type>> {};

template <class Type>
struct SchemaText<std::vector<Type>> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules,
                              SchemaCollector& collector) {
        writer.member("type", "array");
        detail::writeCountKeyword(writer, "minItems", rules.field.item_count_min);
        detail::writeCountKeyword(writer, "maxItems", rules.field.item_count_max);
        if (!rules.field.unique.message.empty()) {
            writer.member("uniqueItems", true);
        }
        writer.key("items");
        detail::writeInner<Type>(writer, rules, collector);
    }
};

namespace detail {

inline bool isSet(const TextRules& rules) noexcept {
    return rules.length_min.limit >= 0 || rules.length_max.limit >= 0 ||
           rules.format.matches != nullptr || rules.pattern.matches != nullptr;
}

template <class Type>
struct MapSchemaText {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules,
                              SchemaCollector& collector) {
        writer.member("type", "object");
        writeCountKeyword(writer, "minProperties", rules.field.item_count_min);
        writeCountKeyword(writer, "maxProperties", rules.field.item_count_max);
        if (isSet(rules.field.key)) {
            writer.key("propertyNames");
            writer.beginObject();
            writeTextRules(writer, rules.field.key);
            writer.endObject();
        }
        writer.key("additionalProperties");
        writeInner<Type>(writer, rules, collector);
    }
};

}  // namespace detail

template <class Type>
struct SchemaText<std::map<std::string, Type>> : detail::MapSchemaText<Type> {};
template <class Type>
struct SchemaText<std::unordered_map<std::string, Type>> : detail::MapSchemaText<Type> {};

template <class... Alternatives>
struct SchemaText<std::variant<Alternatives...>> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector& collector) {
        using Tags = detail::UnionTags<Alternatives...>;
        const std::array<std::string, sizeof...(Alternatives)> refs{
            collector.refTo<Alternatives>()...};
        writer.key("oneOf");
        writer.beginArray();
        for (const std::string& ref : refs) {
            writer.beginObject();
            writer.member("$ref", std::string_view(ref));
            writer.endObject();
        }
        writer.endArray();
        writer.key("discriminator");
        writer.beginObject();
        writer.member("propertyName", Tags::name());
        writer.key("mapping");
        writer.beginObject();
        for (std::size_t index = 0; index < refs.size(); ++index) {
            writer.member(Tags::kValues[index], std::string_view(refs[index]));
        }
        writer.endObject();
        writer.endObject();
    }
};

}  // namespace mortise
