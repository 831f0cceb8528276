// Codec of structs with a schema(): reads all declared fields, collects every violation, then asks the struct itself.
//
// A struct may add a rule over several fields:
//
//     static void validate(const DateRange& range, Violations& violations) {
//         if (range.start >= range.end) violations.add("start", "start must be before end");
//     }
//
// It runs when the fields alone are fine, so it never sees half-read values, and gets no context, so it cannot look anything
// up. Writing emits declared fields only: that is the response filter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "mortise/codec_container.hpp"
#include "mortise/object_schema.hpp"

namespace mortise {

namespace detail {

template <class Type>
concept SelfValidating = requires(const Type& value, Violations& violations) {
    Type::validate(value, violations);
};

/// Gives `out` the default of the schema. The types fit, constraints.hpp saw to that.
template <class Member>
void applyDefault(const Literal& literal, Member& out) {
    using Inner = PresentOf<Member>;
    if constexpr (std::is_same_v<Inner, bool>) {
        out = literal.integer != 0;
    } else if constexpr (std::is_integral_v<Inner>) {
        out = static_cast<Inner>(literal.kind == Literal::Kind::Integer
                                     ? literal.integer
                                     : static_cast<std::int64_t>(literal.real));
    } else if constexpr (std::is_floating_point_v<Inner>) {
        out = static_cast<Inner>(literal.real);
    } else if constexpr (kHasText<Inner>) {
        Inner value{};
        Violations ignored;
        const FieldRules no_rules;
        Codec<Inner>::readText(literal.text, value, {no_rules}, ignored);
        out = std::move(value);
    }
}

/// What a missing field means: its default, nothing, or a violation.
template <class FieldType, class Owner>
void readAbsent(const FieldType& field, Owner& out, Violations& violations) {
    using Member = typename FieldType::Type;
    if (field.rules.default_value.isSet()) {
        applyDefault(field.rules.default_value, field.of(out));
    } else if (!kIsNullable<Member> && field.rules.required) {
        violations.add("Field is required");
    }
}

template <Described Type>
void addUnknownFields(JsonValue object, Violations& violations) {
    object.forEachMember([&](std::string_view key, JsonValue) {
        bool known = false;
        schemaOf<Type>().forEach([&](const auto& field) { known = known || field.name == key; });
        if (!known) {
            violations.add(key, "Unknown field");
        }
    });
}

}  // namespace detail

template <Described Type>
struct Codec<Type> {
    static constexpr bool kReadsText = false;

    static void read(JsonValue value, Type& out, const RulesView&, Violations& violations) {
        if (!value.isObject()) {
            violations.add(value.isNull() ? "Must not be null" : "Must be an object");
            return;
        }
        const std::size_t found_before = violations.count();
        std::uint32_t known_count = 0;
        JsonMembers members(value);
        const auto& schema = schemaOf<Type>();
        schema.forEach([&](const auto& field) {
            const JsonValue member = members.find(field.name);
            known_count += member ? 1 : 0;
            readField(field, member, out, violations);
        });
        if (schema.forbidsUnknown() && known_count != value.count()) {
            detail::addUnknownFields<Type>(value, violations);
        }
        if constexpr (detail::SelfValidating<Type>) {
            if (violations.count() == found_before) {
                Type::validate(out, violations);
            }
        }
    }

    template <Audience kAudience>
    static void write(JsonWriter& writer, const Type& object) {
        writer.beginObject();
        schemaOf<Type>().forEach(
            [&](const auto& field) { writeField<kAudience>(writer, field, object); });
        writer.endObject();
    }

private:
    template <class FieldType>
    static void readField(const FieldType& field, JsonValue member, Type& out,
                          Violations& violations) {
        if constexpr (!FieldType::kComputed) {
            if (field.rules.read_only) {
                return;
            }
            const Violations::Scope scope(violations, field.name);
            if (member) {
                Codec<typename FieldType::Type>::read(member, field.of(out), field.view(),
                                                      violations);
            } else {
                detail::readAbsent(field, out, violations);
            }
        }
    }

    template <Audience kAudience, class FieldType>
    static void writeField(JsonWriter& writer, const FieldType& field, const Type& object) {
        if (kAudience == Audience::Client && field.rules.write_only) {
            return;
        }
        const auto& value = field.of(object);
        if constexpr (requires { value.isAbsent(); }) {
            if (value.isAbsent()) {
                return;
            }
        }
        writer.plainKey(field.name);
        Codec<typename FieldType::Type>::template write<kAudience>(writer, value);
    }
};

}  // namespace mortise
