// Binding of text pairs: query, path and form parameters into the same DTOs and by the same rules as JSON bodies.
//
// A parameter that is given twice is a violation, unless the member is a list: then each occurrence is an item. Unknown
// parameters are ignored or refused as the schema says. Nested objects have no form in a query and do not compile.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mortise/abi.h"
#include "mortise/codec_object.hpp"
#include "mortise/errors.hpp"

namespace mortise {

using Pairs = std::span<const mortise_pair>;

/// The text behind an ABI string.
inline std::string_view textOf(const mortise_str& text) noexcept {
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

/// A type that reads pairs in its own way instead of through a schema; PageQuery is one.
template <class Type>
concept PairsReader = requires(Pairs pairs, Violations& violations) {
    { Type::readPairs(pairs, violations) } -> std::same_as<Type>;
};

namespace detail {

template <class Visit>
void forEachNamed(Pairs pairs, std::string_view name, Visit&& visit) {
    for (const mortise_pair& pair : pairs) {
        if (textOf(pair.name) == name) {
            visit(textOf(pair.value));
        }
    }
}

template <class Member>
void bindScalar(Pairs pairs, std::string_view name, Member& out, const RulesView& rules,
                std::size_t& found_count, Violations& violations) {
    static_assert(
        Codec<Member>::kReadsText,
        "a query, path or form parameter is a scalar, an optional scalar or a list of scalars");
    forEachNamed(pairs, name, [&](std::string_view text) {
        if (++found_count == 1) {
            Codec<Member>::readText(text, out, rules, violations);
        }
    });
    if (found_count > 1) {
        violations.add("Must be given only once");
    }
}

template <class Item>
void bindList(Pairs pairs, std::string_view name, std::vector<Item>& out, const RulesView& rules,
              std::size_t& found_count, Violations& violations) {
    static_assert(Codec<Item>::kReadsText, "a list parameter holds scalars");
    out.clear();
    forEachNamed(pairs, name, [&](std::string_view text) {
        const Violations::Scope scope(violations, found_count++);
        Item item{};
        Codec<Item>::readText(text, item, rules, violations);
        out.push_back(std::move(item));
    });
    if (found_count > 0) {
        checkItemCount(found_count, rules.field, violations);
        checkUniqueItems(out, rules.field, violations);
    }
}

/// Whether a parameter can be read into the type.
template <class Type>
constexpr bool readsPairs() {
    if constexpr (kIsVector<PresentOf<Type>>) {
        return Codec<typename PresentOf<Type>::value_type>::kReadsText;
    } else {
        return Codec<Type>::kReadsText;
    }
}

/// Reads the parameter into `out` and returns how often it was given.
template <class Member>
std::size_t bindMember(Pairs pairs, std::string_view name, Member& out, const RulesView& rules,
                       Violations& violations) {
    std::size_t found_count = 0;
    if constexpr (kIsVector<Member>) {
        bindList(pairs, name, out, rules, found_count, violations);
    } else if constexpr (kIsVector<PresentOf<Member>>) {
        PresentOf<Member> list;
        bindList(pairs, name, list, rules, found_count, violations);
        if (found_count > 0) {
            out = std::move(list);
        }
    } else {
        bindScalar(pairs, name, out, rules, found_count, violations);
    }
    return found_count;
}

/// Reads one field and returns how often it was given.
template <class FieldType, class Owner>
std::size_t bindField(Pairs pairs, const FieldType& field, Owner& out, Violations& violations) {
    using Member = typename FieldType::Type;
    std::size_t found_count = 0;
    const Violations::Scope scope(violations, field.name);
    if (FieldType::kComputed || field.rules.read_only) {
        // As in JSON: checked, because clients send back what they got, and not taken.
        if constexpr (!FieldType::kComputed || readsPairs<Member>()) {
            Member ignored{};
            found_count = bindMember(pairs, field.name, ignored, field.view(), violations);
        }
        return found_count;
    }
    if constexpr (!FieldType::kComputed) {
        found_count = bindMember(pairs, field.name, field.of(out), field.view(), violations);
        if (found_count == 0) {
            readAbsent(field, out, violations);
        }
    }
    return found_count;
}

template <Described Type>
void addUnknownPairs(Pairs pairs, Violations& violations) {
    for (const mortise_pair& pair : pairs) {
        bool known = false;
        schemaOf<Type>().forEach(
            [&](const auto& field) { known = known || field.name == textOf(pair.name); });
        if (!known) {
            violations.add(textOf(pair.name), "Unknown parameter");
        }
    }
}

}  // namespace detail

/// Reads a T from pairs. What is wrong goes to `violations`; use the result only when nothing was added.
template <class Type>
Type fromPairs(Pairs pairs, Violations& violations) {
    if constexpr (PairsReader<Type>) {
        return Type::readPairs(pairs, violations);
    } else {
        static_assert(Described<Type>,
                      "parameters are bound to a struct with `static auto schema()`");
        Type out{};
        const std::size_t found_before = violations.count();
        std::size_t known_count = 0;
        schemaOf<Type>().forEach([&](const auto& field) {
            known_count += detail::bindField(pairs, field, out, violations);
        });
        if (schemaOf<Type>().forbidsUnknown() && known_count != pairs.size()) {
            detail::addUnknownPairs<Type>(pairs, violations);
        }
        if constexpr (detail::SelfValidating<Type>) {
            if (violations.count() == found_before) {
                Type::validate(out, violations);
            }
        }
        return out;
    }
}

/// As above; throws ValidationError.
template <class Type>
Type fromPairs(Pairs pairs) {
    Violations violations("query");
    Type out = fromPairs<Type>(pairs, violations);
    if (!violations.empty()) {
        throw ValidationError(violations);
    }
    return out;
}

/// Reads one scalar from text, for example a path parameter called `name`.
template <class Type>
Type fromText(std::string_view name, std::string_view text, Violations& violations) {
    static_assert(Codec<Type>::kReadsText, "a path parameter is a scalar");
    const Violations::Scope scope(violations, name);
    const FieldRules no_rules;
    Type out{};
    Codec<Type>::readText(text, out, {no_rules}, violations);
    return out;
}

}  // namespace mortise
