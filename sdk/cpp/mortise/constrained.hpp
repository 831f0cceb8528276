// Constrained: a type that carries its rules, for what many DTOs have in common.
//
//     using Quantity = mortise::Constrained<int, mortise::Ge<1>, mortise::Le<100>>;
//     struct Percent { static constexpr auto rules() { return together(ge(0), le(100, "Must be a share of 100")); } };
//     using Discount = mortise::Constrained<int, Percent>;
//
// Wherever such a type is used, also in a list, a map, a path or a query, its rules hold and stand in the JSON Schema. Code that
// makes one says so: Quantity::of(5) throws std::domain_error for what the rules refuse. A default-constructed one holds the
// default of its value and is checked by nobody: it is what a DTO has before it is read.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "mortise/member_traits.hpp"
#include "mortise/rule_checks.hpp"

namespace mortise {

namespace detail {

template <class Rules>
concept RuleSource = requires(FieldRules& rules) {
    Rules::rules().applyTo(rules);
};

/// The rules of a Constrained type as constant data.
template <class... Rules>
struct OwnRules {
    static constexpr std::size_t kChoices =
        (std::size_t{0} + ... + kChoiceCount<decltype(Rules::rules())>);
    static constexpr FieldRules kField = [] {
        FieldRules field;
        (Rules::rules().applyTo(field), ...);
        return field;
    }();
    static constexpr std::array<std::string_view, kChoices> kTexts = [] {
        std::array<std::string_view, kChoices> texts{};
        [[maybe_unused]] std::size_t at = 0;
        (appendChoices(texts, at, Rules::rules()), ...);
        return texts;
    }();
    static constexpr RulesView view() { return {kField, kTexts}; }
};

/// Checks a value that is in memory already.
template <class Type>
void checkValue(const Type& value, const RulesView& rules, Violations& violations) {
    if constexpr (kIsNumber<Type>) {
        checkNumber(value, rules.field, violations);
    } else if constexpr (std::same_as<Type, Secret<std::string>>) {
        checkText(value.reveal(), rules, violations);
    } else {
        checkText(value, rules, violations);
    }
}

}  // namespace detail

template <class Type, class... Rules>
class Constrained {
    static_assert(detail::kIsText<Type> || detail::kIsNumber<Type>,
                  "a Constrained type holds a std::string, a Secret, an integer, a double or a "
                  "Decimal");
    static_assert((detail::RuleSource<Rules> && ...),
                  "a rule of a Constrained type is Gt<0>, MinLength<1> and so on, or a struct with "
                  "`static constexpr auto rules()` that returns constraints");
    static_assert((detail::assertFits<Type, decltype(Rules::rules())>(), ..., true));

public:
    using Value = Type;
    using Own = detail::OwnRules<Rules...>;

    constexpr Constrained() = default;

    /// Throws std::domain_error with the messages of the rules that refuse `value`.
    static Constrained of(Type value) {
        Violations violations("value");
        detail::checkValue(value, Own::view(), violations);
        if (!violations.empty()) {
            throw std::domain_error("a constrained value is refused: " + violations.toJson());
        }
        Constrained result;
        result.value_ = std::move(value);
        return result;
    }

    constexpr const Type& value() const noexcept { return value_; }
    constexpr operator const Type&() const noexcept { return value_; }

    friend constexpr bool operator==(
        const Constrained& left, const Constrained& right) requires std::equality_comparable<Type> {
        return left.value_ == right.value_;
    }

private:
    template <class>
    friend struct Codec;

    Type value_{};
};

// ---- rules as types; the message is the last argument where it can be given -----------------------------------------------

template <auto kLimit, FixedText kMessage = "">
struct Ge {
    static constexpr auto rules() { return ge(kLimit, kMessage.view()); }
};
template <auto kLimit, FixedText kMessage = "">
struct Gt {
    static constexpr auto rules() { return gt(kLimit, kMessage.view()); }
};
template <auto kLimit, FixedText kMessage = "">
struct Le {
    static constexpr auto rules() { return le(kLimit, kMessage.view()); }
};
template <auto kLimit, FixedText kMessage = "">
struct Lt {
    static constexpr auto rules() { return lt(kLimit, kMessage.view()); }
};
template <auto kDivisor, FixedText kMessage = "">
struct MultipleOf {
    static constexpr auto rules() { return multipleOf(kDivisor, kMessage.view()); }
};
template <int kCount, FixedText kMessage = "">
struct MaxDecimals {
    static constexpr auto rules() { return maxDecimals(kCount, kMessage.view()); }
};
template <std::int64_t kLength, FixedText kMessage = "">
struct MinLength {
    static constexpr auto rules() { return minLength(kLength, kMessage.view()); }
};
template <std::int64_t kLength, FixedText kMessage = "">
struct MaxLength {
    static constexpr auto rules() { return maxLength(kLength, kMessage.view()); }
};
template <FixedText kText, FixedText kMessage = "Has the wrong format">
struct Matching {
    static constexpr auto rules() { return pattern<kText>(kMessage.view()); }
};
struct Email {
    static constexpr auto rules() { return email(); }
};

using PositiveInt = Constrained<int, Gt<0>>;
using NonNegativeInt = Constrained<int, Ge<0>>;
using NonEmptyStr = Constrained<std::string, MinLength<1>>;
using EmailStr = Constrained<std::string, MaxLength<254>, Email>;

}  // namespace mortise
