// Codec of std::variant: one of several structs, told apart by a field that each of them declares with tag().
//
//     struct Card     { static auto schema() { return object<Card>("Card").tag<"kind", "card">().field(...); } };
//     struct Transfer { static auto schema() { return object<Transfer>("Transfer").tag<"kind", "transfer">().field(...); } };
//     struct Order    { std::variant<Card, Transfer> payment; ... };
//
// The tag decides before anything else is read, so the messages speak about the alternative the client meant.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "mortise/codec.hpp"
#include "mortise/object_schema.hpp"

namespace mortise {

namespace detail {

template <class Type>
constexpr bool hasTag() {
    if constexpr (Described<Type>) {
        return TagOf<Type>::kIsSet;
    } else {
        return false;
    }
}

/// Tag values of a variant, in the order of its alternatives.
template <class First, class... Others>
struct UnionTags {
    static_assert(hasTag<First>() && (hasTag<Others>() && ...),
                  "each alternative of a std::variant is a struct whose schema() has a "
                  "tag<\"field\", \"value\">()");

    static constexpr std::string_view name() { return TagOf<First>::name(); }
    static constexpr std::array<std::string_view, 1 + sizeof...(Others)> kValues{
        TagOf<First>::value(), TagOf<Others>::value()...};

    static constexpr bool areDistinct() {
        for (std::size_t left = 0; left < kValues.size(); ++left) {
            for (std::size_t right = left + 1; right < kValues.size(); ++right) {
                if (kValues[left] == kValues[right]) {
                    return false;
                }
            }
        }
        return true;
    }
    static_assert(((TagOf<Others>::name() == name()) && ...),
                  "the tags of all alternatives of a std::variant have one name");
    static_assert(areDistinct(), "two alternatives of a std::variant have the same tag value");
};

}  // namespace detail

template <class... Alternatives>
struct Codec<std::variant<Alternatives...>> {
    static constexpr bool kReadsText = false;
    using Union = std::variant<Alternatives...>;
    using Tags = detail::UnionTags<Alternatives...>;

    static void read(JsonValue value, Union& out, const RulesView& rules, Violations& violations) {
        if (!value.isObject()) {
            violations.add(value.isNull() ? "Must not be null" : "Must be an object");
            return;
        }
        std::string_view tag;
        if (!readTag(value.find(Tags::name()), tag, violations)) {
            return;
        }
        std::size_t index = 0;
        const auto tryOne = [&]<class Alternative>(Alternative*) {
            const bool is_it = Tags::kValues[index++] == tag;
            if (is_it) {
                Codec<Alternative>::read(value, out.template emplace<Alternative>(), rules,
                                         violations);
            }
            return is_it;
        };
        (tryOne(static_cast<Alternatives*>(nullptr)) || ...);
    }
    template <Audience kAudience>
    static void write(JsonWriter& writer, const Union& value) {
        static_assert(Tags::kValues.size() == sizeof...(Alternatives));
        std::visit(
            [&]<class Alternative>(const Alternative& content) {
                Codec<Alternative>::template write<kAudience>(writer, content);
            },
            value);
    }

private:
    static bool readTag(JsonValue member, std::string_view& tag, Violations& violations) {
        const Violations::Scope scope(violations, Tags::name());
        if (!member) {
            violations.add("Field is required");
            return false;
        }
        if (!detail::readStringToken(member, tag, violations)) {
            return false;
        }
        for (const std::string_view known : Tags::kValues) {
            if (known == tag) {
                return true;
            }
        }
        const FieldRules no_rules;
        detail::addChoicesViolation(violations, {no_rules, Tags::kValues});
        return false;
    }
};

}  // namespace mortise
