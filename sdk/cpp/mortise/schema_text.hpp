// JSON Schema 2020-12 from the same declarations that read and write: what OpenAPI 3.1 shows and what job arguments are
// documented by.
//
// A struct with a schema() is written once, under its name, into a SchemaCollector; wherever it is used stands a $ref. The
// collector therefore also knows every struct a DTO needs, and recursion ends by itself. What may be null becomes
// anyOf [schema, null], which is right for every kind of schema, references included.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/object_schema.hpp"

namespace mortise {

/// Collects the schemas of named structs.
class SchemaCollector {
public:
    struct Entry {
        std::string name;
        std::string json;
    };

    /// `ref_prefix` is where the schemas will stand in the document that uses them.
    explicit SchemaCollector(std::string_view ref_prefix = "#/components/schemas/")
        : ref_prefix_(ref_prefix) {}

    /// The reference to T; adds T and all it needs when it is new.
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

inline void writeTextKeywords(JsonWriter& writer, const RulesView& rules) {
    writer.member("type", "string");
    writeCountKeyword(writer, "minLength", rules.field.length_min);
    writeCountKeyword(writer, "maxLength", rules.field.length_max);
    if (!rules.field.format.name.empty()) {
        writer.member("format", rules.field.format.name);
    }
    if (!rules.choices.empty()) {
        writeEnumKeyword(writer, rules.choices);
    }
}

inline void writeNumberKeywords(JsonWriter& writer, std::string_view type, const RulesView& rules) {
    writer.member("type", type);
    writeNumberKeyword(writer, "minimum", "exclusiveMinimum", rules.field.minimum);
    writeNumberKeyword(writer, "maximum", "exclusiveMaximum", rules.field.maximum);
}

inline void writeAnnotations(JsonWriter& writer, const FieldRules& field) {
    if (!field.description.empty()) {
        writer.member("description", field.description);
    }
    if (field.default_value.isSet()) {
        writer.key("default");
        field.default_value.writeTo(writer);
    }
    if (field.example.isSet()) {
        writer.key("examples");
        writer.beginArray();
        field.example.writeTo(writer);
        writer.endArray();
    }
    if (field.read_only) {
        writer.member("readOnly", true);
    }
    if (field.write_only) {
        writer.member("writeOnly", true);
    }
}

/// A whole schema object: keywords and annotations of a use of Type.
template <class Type>
void writeUse(JsonWriter& writer, const RulesView& rules, SchemaCollector& collector) {
    writer.beginObject();
    SchemaText<Type>::writeKeywords(writer, rules, collector);
    writeAnnotations(writer, rules.field);
    writer.endObject();
}

/// A schema object without annotations, for what stands inside another one.
template <class Type>
void writeInner(JsonWriter& writer, const RulesView& rules, SchemaCollector& collector) {
    writer.beginObject();
    SchemaText<Type>::writeKeywords(writer, rules, collector);
    writer.endObject();
}

/// True when input without the field is refused.
template <class FieldType>
bool isRequired(const FieldType& field) {
    return !kIsNullable<typename FieldType::Type> && field.rules.required &&
           !field.rules.default_value.isSet() && !field.rules.read_only;
}

template <Described Type>
std::string objectSchemaText(SchemaCollector& collector) {
    const auto& schema = schemaOf<Type>();
    std::string json;
    JsonWriter writer(json);
    writer.beginObject();
    writer.member("type", "object");
    writer.member("title", schema.name());
    if (!schema.description().empty()) {
        writer.member("description", schema.description());
    }
    writer.key("properties");
    writer.beginObject();
    schema.forEach([&](const auto& field) {
        writer.key(field.name);
        writeUse<typename std::remove_cvref_t<decltype(field)>::Type>(writer, field.view(),
                                                                      collector);
    });
    writer.endObject();
    writer.key("required");
    writer.beginArray();
    schema.forEach([&](const auto& field) {
        if (isRequired(field)) {
            writer.value(field.name);
        }
    });
    writer.endArray();
    if (schema.forbidsUnknown()) {
        writer.member("additionalProperties", false);
    }
    writer.endObject();
    return json;
}

}  // namespace detail

template <Described Type>
std::string SchemaCollector::refTo() {
    const std::string name(schemaOf<Type>().name());
    std::string ref = ref_prefix_ + name;
    for (const Entry& entry : entries_) {
        if (entry.name == name) {
            return ref;
        }
    }
    // The entry comes first, so that a struct that contains itself finds it instead of going round for ever.
    const std::size_t at = entries_.size();
    entries_.push_back({name, {}});
    std::string json = detail::objectSchemaText<Type>(*this);
    entries_[at].json = std::move(json);
    return ref;
}

template <>
struct SchemaText<bool> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector&) {
        writer.member("type", "boolean");
    }
};

template <std::integral Integer>
struct SchemaText<Integer> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules, SchemaCollector&) {
        detail::writeNumberKeywords(writer, "integer", rules);
        if (std::is_unsigned_v<Integer> && !rules.field.minimum.limit.isSet()) {
            writer.member("minimum", 0);
        }
        if (sizeof(Integer) == 8) {
            writer.member("format", std::is_unsigned_v<Integer> ? "uint64" : "int64");
        }
    }
};

template <>
struct SchemaText<double> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules, SchemaCollector&) {
        detail::writeNumberKeywords(writer, "number", rules);
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
        if (rules.field.format.name.empty()) {
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
        writer.key("items");
        detail::writeInner<Type>(writer, rules, collector);
    }
};

template <class Type>
struct SchemaText<std::map<std::string, Type>> {
    static void writeKeywords(JsonWriter& writer, const RulesView& rules,
                              SchemaCollector& collector) {
        writer.member("type", "object");
        detail::writeCountKeyword(writer, "minProperties", rules.field.item_count_min);
        detail::writeCountKeyword(writer, "maxProperties", rules.field.item_count_max);
        writer.key("additionalProperties");
        detail::writeInner<Type>(writer, rules, collector);
    }
};

template <Described Type>
struct SchemaText<Type> {
    static void writeKeywords(JsonWriter& writer, const RulesView&, SchemaCollector& collector) {
        writer.member("$ref", std::string_view(collector.refTo<Type>()));
    }
};

/// The schema at a place that uses T: a $ref for a struct, otherwise the schema itself. What it refers to is in `collector`.
template <class Type>
std::string schemaUse(SchemaCollector& collector) {
    std::string json;
    JsonWriter writer(json);
    const FieldRules no_rules;
    detail::writeUse<Type>(writer, {no_rules}, collector);
    return json;
}

/// A JSON Schema document of its own, with what it needs under $defs.
template <Described Type>
std::string standaloneSchema() {
    SchemaCollector collector("#/$defs/");
    std::string json;
    JsonWriter writer(json);
    writer.beginObject();
    writer.member("$schema", "https://json-schema.org/draft/2020-12/schema");
    writer.member("$ref", std::string_view(collector.refTo<Type>()));
    writer.key("$defs");
    writer.beginObject();
    for (const SchemaCollector::Entry& entry : collector.entries()) {
        writer.key(entry.name);
        writer.raw(entry.json);
    }
    writer.endObject();
    writer.endObject();
    return json;
}

/// Writes one OpenAPI Parameter Object (`in: query`) per field of T into an open array. T has a schema() or, as PageQuery, a
/// member type Parameters that has one.
template <class Type>
void writeQueryParameters(JsonWriter& writer, SchemaCollector& collector) {
    if constexpr (requires { typename Type::Parameters; }) {
        writeQueryParameters<typename Type::Parameters>(writer, collector);
    } else {
        schemaOf<Type>().forEach([&](const auto& field) {
            using Member = typename std::remove_cvref_t<decltype(field)>::Type;
            writer.beginObject();
            writer.member("name", field.name);
            writer.member("in", "query");
            writer.member("required", detail::isRequired(field) && !detail::kIsVector<Member>);
            if (!field.rules.description.empty()) {
                writer.member("description", field.rules.description);
            }
            FieldRules rules = field.rules;
            rules.description = {};
            writer.key("schema");
            detail::writeUse<detail::PresentOf<Member>>(writer, {rules, field.view().choices},
                                                        collector);
            writer.endObject();
        });
    }
}

}  // namespace mortise
