// JSON Schema 2020-12 from the same declarations that read and write: what OpenAPI 3.1 shows and what job arguments are
// documented by.
//
// A struct with a schema() is written once, under its name, into a SchemaCollector; wherever it is used stands a $ref. The
// collector therefore also knows every struct a DTO needs, and recursion ends by itself. What may be null becomes
// anyOf [schema, null], which is right for every kind of schema, references included.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mortise/schema_containers.hpp"

namespace mortise {

namespace detail {

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

/// What the field says about itself, else what its Constrained type says.
template <class Type>
FieldRules annotationsOf(const FieldRules& field) {
    FieldRules result = field;
    if constexpr (kIsConstrained<Type>) {
        const FieldRules& own = Type::Own::kField;
        result.description = field.description.empty() ? own.description : field.description;
        result.example = field.example.isSet() ? field.example : own.example;
    }
    return result;
}

/// A whole schema object: keywords and annotations of a use of Type.
template <class Type>
void writeUse(JsonWriter& writer, const RulesView& rules, SchemaCollector& collector) {
    writer.beginObject();
    SchemaText<Type>::writeKeywords(writer, rules, collector);
    writeAnnotations(writer, annotationsOf<PresentOf<Type>>(rules.field));
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
    if constexpr (TagOf<Type>::kIsSet) {
        writer.key(TagOf<Type>::name());
        writer.beginObject();
        writer.member("type", "string");
        writer.member("const", TagOf<Type>::value());
        writer.endObject();
    }
    schema.forEach([&](const auto& field) {
        writer.key(field.name);
        writeUse<typename std::remove_cvref_t<decltype(field)>::Type>(writer, field.view(),
                                                                      collector);
    });
    writer.endObject();
    writer.key("required");
    writer.beginArray();
    if constexpr (TagOf<Type>::kIsSet) {
        writer.value(TagOf<Type>::name());
    }
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
    const void* const type = &detail::kTypeMark<Type>;
    for (const Entry& entry : entries_) {
        if (entry.name == name && entry.type != type) {
            throw std::logic_error("two structs have a schema called \"" + name + '"');
        }
        if (entry.name == name) {
            return ref;
        }
    }
    // The entry comes first, so that a struct that contains itself finds it instead of going round for ever.
    const std::size_t at = entries_.size();
    entries_.push_back({name, {}, type});
    std::string json = detail::objectSchemaText<Type>(*this);
    entries_[at].json = std::move(json);
    return ref;
}

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
