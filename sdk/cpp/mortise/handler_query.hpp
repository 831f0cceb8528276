// handler_query: single parameters of the query as parameters of a handler.
//
//   QueryParam<"q", std::optional<std::string>>        nothing when it did not come
//   QueryParam<"limit", Constrained<int, Ge<1>>>       422 when it is missing, given twice or out of bounds
//   QueryParam<"tag", std::vector<std::string>>        every occurrence is an item
//
// A name of its own beside Query<T>, which reads the whole query by a schema, as Body<T> reads the body: a template takes
// either a name or a type first, so one Query cannot be both.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include "mortise/binding.hpp"
#include "mortise/handler_facts.hpp"

namespace mortise {

/// A parameter of the query; the name in snake_case. T is a scalar, a std::optional of one or a std::vector of them.
template <FixedText kName, class T>
struct QueryParam : Taken<T> {
    static constexpr std::string_view kText = kName.view();
    using Type = T;
};

namespace detail {

template <class P>
inline constexpr bool kIsQueryParam = false;
template <FixedText kName, class T>
inline constexpr bool kIsQueryParam<QueryParam<kName, T>> = true;

template <class T>
void readQueryParam(Pairs query, std::string_view name, T& out, Violations& violations) {
    static_assert(readsPairs<T>(),
                  "a QueryParam<> is a scalar, an optional scalar or a list of scalars; Query<T> "
                  "reads a struct");
    const Violations::Scope scope(violations, name);
    const FieldRules no_rules;
    const std::size_t found_count = bindMember(query, name, out, {no_rules}, violations);
    if (found_count == 0 && !kIsNullable<T> && !kIsVector<T>) {
        violations.add("Field is required");
    }
}

template <class P>
requires kIsQueryParam<std::remove_cvref_t<P>>
struct Argument<RequestScope, P> {
    using Value = std::remove_cvref_t<P>;
    static void describe(SignatureFacts& facts) {
        facts.takeQueryParam<typename Value::Type>(Value::kText);
    }
    explicit Argument(RequestScope& scope) {
        readQueryParam(Pairs{scope.request->query_params, scope.request->query_param_count},
                       Value::kText, param.value, scope.violations);
    }
    Value& get() { return param; }
    Value param;
};

}  // namespace detail

}  // namespace mortise
