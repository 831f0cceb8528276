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
#include "mortise/codec_union.hpp"
#include "mortise/object_schema.hpp"

namespace mortise {

namespace detail {

template <class Type>
concept SelfValidating = requires(const Type& value, Violations& violations) {
    Type::validate(value, violations);
};

/// The value of a default. The types fit, member_traits.hpp saw to that.
template <class Value>
Value defaultOf(const Literal& literal) {
    if constexpr (std::is_same_v<Value, bool>) {
        return literal.integer != 0;
    } else if constexpr (std::is_integral_v<Value>) {
        return static_cast<Value>(literal.kind == Literal::Kind::Integer
                                      ? literal.integer
                                      : static_cast<std::int64_t>(literal.real));
    } else if constexpr (std::is_floating_point_v<Value>) {
        return static_cast<Value>(literal.real);
    } else if constexpr (std::is_same_v<Value, Decimal>) {
        return decimalOf(literal);
    } else {
        Value value{};
        Violations ignored;
        const FieldRules no_rules;
        Codec<Value>::readText(literal.text, value, {no_rules}, ignored);
        return value;
    }
}

template <class Member>
void applyDefault(const Literal& literal, Member& out) {
    using Inner = PresentOf<Member>;
    if constexpr (kIsConstrained<Inner>) {
        out = Inner::of(defaultOf<typename Inner::Value>(literal));
    } else if constexpr (kIsStrongId<Inner>) {
        out = Inner(defaultOf<typename Inner::Representation>(literal));
    } else if constexpr (kHasDefault<Inner>) {
        out = defaultOf<Inner>(literal);
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
        if constexpr (TagOf<Type>::kIsSet) {
            known = key == TagOf<Type>::name();
        }
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
        if constexpr (TagOf<Type>::kIsSet) {
            known_count += readTag(members.find(TagOf<Type>::name()), violations);
        }
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
        if constexpr (TagOf<Type>::kIsSet) {
            writer.plainKey(TagOf<Type>::name());
            writer.plainText(TagOf<Type>::value());
        }
        schemaOf<Type>().forEach(
            [&](const auto& field) { writeField<kAudience>(writer, field, object); });
        writer.endObject();
    }

private:
    /// 1 when the tag is there, to be counted as a known field.
    static std::uint32_t readTag(JsonValue member, Violations& violations) {
        const Violations::Scope scope(violations, TagOf<Type>::name());
        if (!member) {
            violations.add("Field is required");
        } else if (member.asString() != TagOf<Type>::value()) {
            violations.add("Must be " + std::string(TagOf<Type>::value()));
        }
        return member ? 1 : 0;
    }

    template <class FieldType>
    static void readField(const FieldType& field, JsonValue member, Type& out,
                          Violations& violations) {
        using Member = typename FieldType::Type;
        const Violations::Scope scope(violations, field.name);
        if (FieldType::kComputed || (field.rules.read_only && !violations.takesReadOnly())) {
            // Clients send back what they got: it is checked, as the JSON Schema says, and not taken.
            if (member) {
                Member ignored{};
                Codec<Member>::read(member, ignored, field.view(), violations);
            }
            return;
        }
        if constexpr (!FieldType::kComputed) {
            if (member) {
                Codec<Member>::read(member, field.of(out), field.view(), violations);
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
