// object<T>("Name").field(...): the one declaration a DTO needs.
//
// The result is a plain value: a chain of fields, each with its name, its member pointer and its rules. Parser, writer, binding
// of query parameters, JSON Schema and row mapping all walk the chain with forEach(), so they cannot disagree about a DTO.
//
//     ObjectSchema<T>{ head, FieldChain{ FieldChain{ NoFields, Field a }, Field b } }      forEach visits a, then b
//
// A chain instead of std::tuple: adding a field instantiates one class, not a concatenation of everything before it.
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "mortise/enumeration.hpp"
#include "mortise/fixed_text.hpp"
#include "mortise/member_traits.hpp"

namespace mortise {

namespace detail {

/// Names go into JSON unescaped.
constexpr std::string_view checkedName(std::string_view name) {
    for (const char c : name) {
        if (c < ' ' || c > '~' || c == '"' || c == '\\') {
            throw std::logic_error("a field name is printable ASCII without quotes");
        }
    }
    return name;
}

}  // namespace detail

/// One declared member.
template <class Owner, class Member, std::size_t kChoices>
struct Field {
    using Type = Member;
    static constexpr bool kComputed = false;

    std::string_view name;
    Member Owner::*member;
    FieldRules rules;
    std::array<std::string_view, kChoices> choices;

    constexpr RulesView view() const { return {rules, choices}; }
    constexpr const Member& of(const Owner& owner) const { return owner.*member; }
    constexpr Member& of(Owner& owner) const { return owner.*member; }
};

/// One declared getter: appears in answers only.
template <class Owner, class Result>
struct ComputedField {
    using Type = std::remove_cvref_t<Result>;
    static constexpr bool kComputed = true;

    std::string_view name;
    Result (Owner::*getter)() const;
    FieldRules rules;

    constexpr RulesView view() const { return {rules}; }
    constexpr Result of(const Owner& owner) const { return (owner.*getter)(); }
};

namespace detail {

struct NoFields {
    template <class Visit>
    constexpr void forEach(Visit&&) const {}
};

template <class Before, class Last>
struct FieldChain {
    Before before;
    Last last;

    template <class Visit>
    constexpr void forEach(Visit&& visit) const {
        before.forEach(visit);
        visit(last);
    }
};

}  // namespace detail

/// The constant field that tells alternatives of a std::variant apart; NoTag has no name.
template <FixedText kName, FixedText kValue>
struct Tag {
    static constexpr bool kIsSet = true;
    static constexpr std::string_view name() { return detail::checkedName(kName.view()); }
    static constexpr std::string_view value() { return detail::checkedName(kValue.view()); }
};
struct NoTag {
    static constexpr bool kIsSet = false;
};

template <class Owner, class Fields = detail::NoFields, class TagType = NoTag>
class ObjectSchema {
public:
    using OwnTag = TagType;

    constexpr explicit ObjectSchema(std::string_view name) : name_(name) {}

    /// Adds the constant field `kName` with the text `kValue`: required in input, written in answers. Structs whose tags have
    /// one name and different values make a std::variant that is read by them.
    template <FixedText kName, FixedText kValue>
    constexpr auto tag() const {
        static_assert(!OwnTag::kIsSet, "a struct has one tag");
        return ObjectSchema<Owner, Fields, Tag<kName, kValue>>(*this, fields_);
    }

    /// Adds a member. Without optional, Patch, defaultValue() or notRequired() it must be present in input.
    template <class Member, class... Constraints>
    constexpr auto field(std::string_view name, Member Owner::*member,
                         const Constraints&... constraints) const {
        (detail::assertFits<Member, Constraints>(), ...);
        constexpr std::size_t kChoices = (std::size_t{0} + ... + detail::kChoiceCount<Constraints>);
        Field<Owner, Member, kChoices> last{detail::checkedName(name), member, {}, {}};
        (constraints.applyTo(last.rules), ...);
        if constexpr (kChoices > 0) {
            std::size_t at = 0;
            (detail::appendChoices(last.choices, at, constraints), ...);
        }
        return with(last);
    }

    /// Adds a getter to answers. Of the constraints only description() and example() mean something.
    template <class Result, class... Constraints>
    constexpr auto computed(std::string_view name, Result (Owner::*getter)() const,
                            const Constraints&... constraints) const {
        ComputedField<Owner, Result> last{detail::checkedName(name), getter, {}};
        last.rules.read_only = true;
        (constraints.applyTo(last.rules), ...);
        return with(last);
    }

    /// Fields that are not declared are violations instead of being ignored.
    constexpr ObjectSchema forbidUnknown() const {
        ObjectSchema copy = *this;
        copy.forbids_unknown_ = true;
        return copy;
    }

    constexpr ObjectSchema description(std::string_view text) const {
        ObjectSchema copy = *this;
        copy.description_ = text;
        return copy;
    }

    /// Calls `visit(field)` for every Field and ComputedField in the order of declaration.
    template <class Visit>
    constexpr void forEach(Visit&& visit) const {
        fields_.forEach(visit);
    }

    constexpr std::string_view name() const noexcept { return name_; }
    constexpr std::string_view description() const noexcept { return description_; }
    constexpr bool forbidsUnknown() const noexcept { return forbids_unknown_; }

private:
    template <class, class, class>
    friend class ObjectSchema;

    template <class Before, class BeforeTag>
    constexpr ObjectSchema(const ObjectSchema<Owner, Before, BeforeTag>& before,
                           const Fields& fields)
        : name_(before.name_),
          description_(before.description_),
          forbids_unknown_(before.forbids_unknown_),
          fields_(fields) {}

    template <class Last>
    constexpr auto with(const Last& last) const {
        using Chain = detail::FieldChain<Fields, Last>;
        return ObjectSchema<Owner, Chain, TagType>(*this, Chain{fields_, last});
    }

    std::string_view name_;
    std::string_view description_;
    bool forbids_unknown_ = false;
    Fields fields_{};
};

/// Begins the schema of T. `name` is PascalCase and becomes the name in the OpenAPI document.
template <class Owner>
constexpr ObjectSchema<Owner> object(std::string_view name) {
    return ObjectSchema<Owner>(name);
}

/// A struct with a schema: `static auto schema()`; `static constexpr auto schema()` costs even less.
template <class Type>
concept Described = std::is_class_v<Type> && requires {
    Type::schema().forbidsUnknown();
};

/// The tag of a struct, or NoTag.
template <Described Type>
using TagOf = typename std::remove_cvref_t<decltype(Type::schema())>::OwnTag;

/// The schema of T, made once.
template <Described Type>
const auto& schemaOf() {
    // A function-local static, but one without destructor: nothing is left to run when the plugin is unmapped.
    static const auto schema = Type::schema();
    static_assert(std::is_trivially_destructible_v<decltype(schema)>);
    return schema;
}

}  // namespace mortise
