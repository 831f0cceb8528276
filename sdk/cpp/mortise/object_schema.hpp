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
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "mortise/constraints.hpp"
#include "mortise/enumeration.hpp"
#include "mortise/types.hpp"

namespace mortise {

namespace detail {

/// The value inside optional, Patch, list and map: what text and number constraints speak about.
template <class Type>
struct Innermost {
    using type = Type;
};
template <class Type>
struct Innermost<std::optional<Type>> : Innermost<Type> {};
template <class Type>
struct Innermost<Patch<Type>> : Innermost<Type> {};
template <class Type>
struct Innermost<std::vector<Type>> : Innermost<Type> {};
template <class Type>
struct Innermost<std::map<std::string, Type>> : Innermost<Type> {};
template <class Type>
using InnermostOf = typename Innermost<Type>::type;

/// The type without optional and Patch.
template <class Type>
struct Present {
    using type = Type;
    static constexpr bool kNullable = false;
};
template <class Type>
struct Present<std::optional<Type>> {
    using type = Type;
    static constexpr bool kNullable = true;
};
template <class Type>
struct Present<Patch<Type>> : Present<std::optional<Type>> {};
template <class Type>
using PresentOf = typename Present<Type>::type;
template <class Type>
inline constexpr bool kIsNullable = Present<Type>::kNullable;

template <class Type>
inline constexpr bool kIsVector = false;
template <class Type>
inline constexpr bool kIsVector<std::vector<Type>> = true;
template <class Type>
inline constexpr bool kIsList = kIsVector<Type>;
template <class Type>
inline constexpr bool kIsList<std::map<std::string, Type>> = true;

template <class Type>
inline constexpr bool kIsText =
    std::is_same_v<Type, std::string> || std::is_same_v<Type, Secret<std::string>>;
/// Types whose value is written as text.
template <class Type>
inline constexpr bool kHasText = kIsText<Type> || std::is_same_v<Type, Uuid> ||
                                 std::is_same_v<Type, Timestamp> || std::is_enum_v<Type>;
template <class Type>
inline constexpr bool kIsNumber = std::is_arithmetic_v<Type> && !std::is_same_v<Type, bool>;

template <class Member, class Constraint>
constexpr void assertFits() {
    using Inner = InnermostOf<Member>;
    constexpr Target kTarget = Constraint::kTarget;
    static_assert(kTarget != Target::Text || kIsText<Inner>,
                  "this constraint is about text: the member must be a std::string, a Secret or a "
                  "list of them");
    static_assert(kTarget != Target::TextDefault || kHasText<Inner>,
                  "a text default needs a member that is written as text");
    static_assert(kTarget != Target::Number || kIsNumber<Inner>,
                  "this constraint is about numbers: the member must be an integer, a double or a "
                  "list of them");
    static_assert(kTarget != Target::Bool || std::is_same_v<Inner, bool>,
                  "a bool default needs a bool member");
    static_assert(kTarget != Target::List || kIsList<PresentOf<Member>>,
                  "minItems() and maxItems() need a std::vector or std::map member");
    static_assert(kTarget != Target::Nullable || kIsNullable<Member>,
                  "notNull() needs a std::optional or Patch member; others are never null");
}

template <class Member, class... Parts>
constexpr void assertAllFit(const Together<Parts...>*) {
    (assertFits<Member, Parts>(), ...);
}

template <class Constraint>
inline constexpr bool kIsTogether = false;
template <class... Parts>
inline constexpr bool kIsTogether<Together<Parts...>> = true;

template <class Constraint>
inline constexpr std::size_t kChoiceCount = 0;
template <std::size_t kCount>
inline constexpr std::size_t kChoiceCount<Choices<kCount>> = kCount;
template <class... Parts>
inline constexpr std::size_t kChoiceCount<Together<Parts...>> = (std::size_t{0} + ... +
                                                                 kChoiceCount<Parts>);

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

template <class Owner, class Fields = detail::NoFields>
class ObjectSchema {
public:
    constexpr explicit ObjectSchema(std::string_view name) : name_(name) {}

    /// Adds a member. Without optional, Patch, defaultValue() or notRequired() it must be present in input.
    template <class Member, class... Constraints>
    constexpr auto field(std::string_view name, Member Owner::*member,
                         const Constraints&... constraints) const {
        (assertFits<Member, Constraints>(), ...);
        constexpr std::size_t kChoices = (std::size_t{0} + ... + detail::kChoiceCount<Constraints>);
        Field<Owner, Member, kChoices> last{detail::checkedName(name), member, {}, {}};
        (constraints.applyTo(last.rules), ...);
        if constexpr (kChoices > 0) {
            std::size_t at = 0;
            (appendChoices(last.choices, at, constraints), ...);
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
    template <class, class>
    friend class ObjectSchema;

    template <class Member, class Constraint>
    static constexpr void assertFits() {
        if constexpr (detail::kIsTogether<Constraint>) {
            detail::assertAllFit<Member>(static_cast<const Constraint*>(nullptr));
        } else {
            detail::assertFits<Member, Constraint>();
        }
    }

    template <class Before>
    constexpr ObjectSchema(const ObjectSchema<Owner, Before>& before, const Fields& fields)
        : name_(before.name_),
          description_(before.description_),
          forbids_unknown_(before.forbids_unknown_),
          fields_(fields) {}

    template <class Last>
    constexpr auto with(const Last& last) const {
        using Chain = detail::FieldChain<Fields, Last>;
        return ObjectSchema<Owner, Chain>(*this, Chain{fields_, last});
    }

    template <std::size_t kCount, class Constraint>
    static constexpr void appendChoices(std::array<std::string_view, kCount>& all, std::size_t& at,
                                        const Constraint& constraint) {
        if constexpr (detail::kIsTogether<Constraint>) {
            std::apply([&](const auto&... part) { (appendChoices(all, at, part), ...); },
                       constraint.parts);
        } else if constexpr (detail::kChoiceCount<Constraint> != 0) {
            for (const std::string_view text : constraint.texts) {
                all[at++] = text;
            }
        }
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

/// The schema of T, made once.
template <Described Type>
const auto& schemaOf() {
    // A function-local static, but one without destructor: nothing is left to run when the plugin is unmapped.
    static const auto schema = Type::schema();
    static_assert(std::is_trivially_destructible_v<decltype(schema)>);
    return schema;
}

}  // namespace mortise
