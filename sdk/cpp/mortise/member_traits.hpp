// What a schema knows about the type of a member: what it may hold, and which constraints fit it.
//
// Text and number constraints speak about the innermost value of a member, through std::optional, Patch, lists and maps; a
// constraint that does not fit fails to compile here, with the reason.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <variant>
#include <vector>

#include "mortise/constraints.hpp"
#include "mortise/strong_id.hpp"
#include "mortise/types.hpp"

namespace mortise {

template <class Type, class... Rules>
class Constrained;

namespace detail {

template <class Type>
inline constexpr bool kIsConstrained = false;
template <class Type, class... Rules>
inline constexpr bool kIsConstrained<Constrained<Type, Rules...>> = true;

/// The value inside optional, Patch, list, map and StrongId.
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
struct Innermost<std::unordered_map<std::string, Type>> : Innermost<Type> {};
template <class Tag, class Value>
struct Innermost<StrongId<Tag, Value>> : Innermost<Value> {};
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
inline constexpr bool kIsTextMap = false;
template <class Type>
inline constexpr bool kIsTextMap<std::map<std::string, Type>> = true;
template <class Type>
inline constexpr bool kIsTextMap<std::unordered_map<std::string, Type>> = true;
template <class Type>
inline constexpr bool kIsList = kIsVector<Type> || kIsTextMap<Type>;
template <class Type>
inline constexpr bool kIsVariant = false;
template <class... Alternatives>
inline constexpr bool kIsVariant<std::variant<Alternatives...>> = true;

template <class Type>
inline constexpr bool kIsText =
    std::is_same_v<Type, std::string> || std::is_same_v<Type, Secret<std::string>>;
/// Types whose value is written as text.
template <class Type>
inline constexpr bool kHasText = kIsText<Type> || std::is_same_v<Type, Uuid> ||
                                 std::is_same_v<Type, Timestamp> || std::is_enum_v<Type>;
template <class Type>
inline constexpr bool kIsNumber =
    (std::is_arithmetic_v<Type> && !std::is_same_v<Type, bool>) || std::is_same_v<Type, Decimal>;

/// What a list must hold to be compared item by item with the same result in C++ and in JSON.
template <class Type>
struct UniqueItem {
    static constexpr bool kFits =
        kIsNumber<Type> || std::is_same_v<Type, std::string> || std::is_enum_v<Type>;
};
template <class Tag, class Value>
struct UniqueItem<StrongId<Tag, Value>> : UniqueItem<Value> {};
template <class Type, class... Rules>
struct UniqueItem<Constrained<Type, Rules...>> : UniqueItem<Type> {};
template <class Type>
inline constexpr bool kHasUniqueItems = false;
template <class Type>
inline constexpr bool kHasUniqueItems<std::vector<Type>> = UniqueItem<Type>::kFits;

/// The type behind Constrained, for defaults.
template <class Type>
struct Plain {
    using type = Type;
};
template <class Type, class... Rules>
struct Plain<Constrained<Type, Rules...>> : Plain<Type> {};
template <class Tag, class Value>
struct Plain<StrongId<Tag, Value>> : Plain<Value> {};

/// Constraints on the value itself; a Constrained member brings them with its type.
template <class Inner, Target kTarget>
constexpr void assertValueFits() {
    static_assert(kTarget != Target::Text || kIsText<Inner>,
                  "this constraint is about text: the member must be a std::string, a Secret or a "
                  "list of them");
    static_assert(kTarget == Target::Text || kIsNumber<Inner>,
                  "this constraint is about numbers: the member must be an integer, a double, a "
                  "Decimal or a list of them");
    static_assert(kTarget != Target::RealNumber || !std::is_same_v<Inner, Decimal>,
                  "the bound of a Decimal is exact: write an integer or 0.01_dec");
    static_assert(kTarget != Target::DecimalNumber || std::is_same_v<Inner, Decimal>,
                  "a Decimal bound needs a Decimal member");
}

template <class Type>
inline constexpr bool kHasDefault = kHasText<Type> || kIsNumber<Type> || std::is_same_v<Type, bool>;

template <class Member, Target kTarget>
constexpr void assertDefaultFits() {
    using Value = typename Plain<PresentOf<Member>>::type;
    static_assert(kTarget != Target::TextDefault || kHasText<Value>,
                  "a text default needs a member that is written as text");
    static_assert(kTarget != Target::NumberDefault || kIsNumber<Value>,
                  "a number default needs a member that is a number");
    static_assert(kTarget != Target::BoolDefault || std::is_same_v<Value, bool>,
                  "a bool default needs a bool member");
}

template <class Member, Target kTarget>
constexpr void assertContainerFits() {
    static_assert(kTarget != Target::List || kIsList<PresentOf<Member>>,
                  "minItems() and maxItems() need a std::vector or a map member");
    static_assert(kTarget != Target::Unique || kHasUniqueItems<PresentOf<Member>>,
                  "uniqueItems() needs a std::vector of texts, numbers or described enums");
    static_assert(kTarget != Target::Map || kIsTextMap<PresentOf<Member>>,
                  "keys() needs a std::map or std::unordered_map member with text keys");
    static_assert(kTarget != Target::Nullable || kIsNullable<Member>,
                  "notNull() needs a std::optional or Patch member; others are never null");
}

template <class Constraint>
inline constexpr bool kIsTogether = false;
template <class... Parts>
inline constexpr bool kIsTogether<Together<Parts...>> = true;

template <class Member, class... Parts>
constexpr void assertAllFit(const Together<Parts...>*);

/// Fails to compile when the constraint does not fit the member.
template <class Member, class Constraint>
constexpr void assertFits() {
    if constexpr (kIsTogether<Constraint>) {
        assertAllFit<Member>(static_cast<const Constraint*>(nullptr));
    } else {
        constexpr Target kTarget = Constraint::kTarget;
        if constexpr (kTarget == Target::Text || kTarget == Target::Number ||
                      kTarget == Target::RealNumber || kTarget == Target::DecimalNumber) {
            static_assert(
                !kIsConstrained<InnermostOf<Member>>,
                "the type of this member is Constrained: its rules belong into that type");
            if constexpr (!kIsConstrained<InnermostOf<Member>>) {
                assertValueFits<InnermostOf<Member>, kTarget>();
            }
        }
        assertDefaultFits<Member, kTarget>();
        assertContainerFits<Member, kTarget>();
    }
}

template <class Member, class... Parts>
constexpr void assertAllFit(const Together<Parts...>*) {
    (assertFits<Member, Parts>(), ...);
}

template <class Constraint>
inline constexpr std::size_t kChoiceCount = 0;
template <std::size_t kCount>
inline constexpr std::size_t kChoiceCount<Choices<kCount>> = kCount;
template <class... Parts>
inline constexpr std::size_t kChoiceCount<Together<Parts...>> = (std::size_t{0} + ... +
                                                                 kChoiceCount<Parts>);

/// Copies the texts of oneOf() to `all`, from `at` on.
template <std::size_t kCount, class Constraint>
constexpr void appendChoices(std::array<std::string_view, kCount>& all, std::size_t& at,
                             const Constraint& constraint) {
    if constexpr (kIsTogether<Constraint>) {
        std::apply([&](const auto&... part) { (appendChoices(all, at, part), ...); },
                   constraint.parts);
    } else if constexpr (kChoiceCount<Constraint> != 0) {
        for (const std::string_view text : constraint.texts) {
            all[at++] = text;
        }
    }
}

}  // namespace detail

}  // namespace mortise
