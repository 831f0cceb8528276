// handler_header: header fields, cookies and users with a role as parameters of a handler.
//
//   Header<"if-match", std::optional<std::string>>   nothing when it did not come
//   Header<"x-depth", int>                           422 when it is missing, given twice or no integer
//   Header<"x-tag", std::vector<std::string>>        all fields of the name, each taken apart at commas (RFC 9110, section 5.6.1)
//   Cookie<"theme", std::optional<Theme>>            a described enum
//   RoleUser<"admin">                                the user, who has the role; the route requires and documents it
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/binding.hpp"
#include "mortise/cookie.hpp"
#include "mortise/handler_facts.hpp"

namespace mortise {

namespace detail {

/// Items of a list in header fields; more are answered 422.
inline constexpr std::size_t kHeaderItemCountMax = 100;

/// Lower-case token characters (RFC 9110, section 5.6.2): names are compared in lower case.
constexpr bool isHeaderName(std::string_view name) noexcept {
    constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~";
    return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Fields that something else reads, so that a second reader would disagree with it.
constexpr bool isReservedHeader(std::string_view name) noexcept {
    return name == "authorization" || name == "cookie" || name == "content-type" ||
           name == "content-length" || name == "transfer-encoding" || name == "host";
}

constexpr bool isCookieName(std::string_view name) noexcept {
    return !name.empty() && isCookieValue(name) &&
           name.find_first_of("()<>@:/[]?={}") == std::string_view::npos;
}

}  // namespace detail

/// A header field; the name in lower case. T is a scalar, a std::optional of one or a std::vector of them.
template <FixedText kName, class T>
struct Header : Taken<T> {
    static_assert(detail::isHeaderName(kName.view()),
                  "the name of a header field is written in lower case");
    static_assert(!detail::isReservedHeader(kName.view()),
                  "this header field has a reader of its own: const Principal&, Cookie<>, Body<>, "
                  "Form<> or the host");
    static constexpr std::string_view kText = kName.view();
    using Type = T;
};

/// A cookie. T is a scalar or a std::optional of one; the text is taken as it came, without decoding.
template <FixedText kName, class T>
struct Cookie : Taken<T> {
    static_assert(detail::isCookieName(kName.view()), "this is no name of a cookie (RFC 6265)");
    static constexpr std::string_view kText = kName.view();
    using Type = T;
};

/// The user, who has at least one of the roles. `using AdminUser = RoleUser<"admin">;` makes a name of it.
template <FixedText... kRoles>
class RoleUser : public Principal {
    static_assert(sizeof...(kRoles) > 0, "name at least one role: RoleUser<\"admin\">");

public:
    using Principal::Principal;
    static std::vector<std::string> roleNames() { return {std::string(kRoles.view())...}; }
    bool isPermitted() const noexcept { return (hasRole(kRoles.view()) || ...); }
};

namespace detail {

template <class P>
inline constexpr bool kIsHeader = false;
template <FixedText kName, class T>
inline constexpr bool kIsHeader<Header<kName, T>> = true;

template <class P>
inline constexpr bool kIsCookie = false;
template <FixedText kName, class T>
inline constexpr bool kIsCookie<Cookie<kName, T>> = true;

template <class P>
inline constexpr bool kIsRoleUser = false;
template <FixedText... kRoles>
inline constexpr bool kIsRoleUser<RoleUser<kRoles...>> = true;

template <class Item>
void readHeaderItems(std::string_view text, std::vector<Item>& out, Violations& violations) {
    const FieldRules no_rules;
    while (!text.empty()) {
        const std::size_t end = text.find(',');
        const std::string_view item = trimmedBlanks(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (item.empty()) {
            continue;  // empty elements do not count
        }
        if (out.size() == kHeaderItemCountMax) {
            violations.add("Must have at most 100 items");
            return;
        }
        const Violations::Scope scope(violations, out.size());
        Codec<Item>::readText(item, out.emplace_back(), {no_rules}, violations);
    }
}

template <class T>
void readHeader(Pairs headers, std::string_view name, T& out, Violations& violations) {
    const Violations::Scope scope(violations, name);
    if constexpr (kIsVector<T>) {
        static_assert(Codec<typename T::value_type>::kReadsText,
                      "a list of header values holds scalars");
        forEachNamed(headers, name,
                     [&](std::string_view text) { readHeaderItems(text, out, violations); });
    } else {
        const FieldRules no_rules;
        std::size_t found_count = 0;
        bindScalar(headers, name, out, {no_rules}, found_count, violations);
        if (found_count == 0 && !kIsNullable<T>) {
            violations.add("Field is required");
        }
    }
}

template <class T>
void readCookie(Pairs headers, std::string_view name, T& out, Violations& violations) {
    static_assert(Codec<T>::kReadsText, "a cookie is a scalar or an optional scalar");
    const Violations::Scope scope(violations, name);
    const auto text = findCookie(headers, name);
    if (text && !isCookieValue(*text)) {
        violations.add("Must be a cookie value");
    } else if (text) {
        const FieldRules no_rules;
        Codec<T>::readText(*text, out, {no_rules}, violations);
    } else if (!kIsNullable<T>) {
        violations.add("Field is required");
    }
}

inline Pairs headersOf(const RequestScope& scope) noexcept {
    return {scope.request->headers, scope.request->header_count};
}

template <class P>
requires kIsHeader<std::remove_cvref_t<P>>
struct Argument<RequestScope, P> {
    using Value = std::remove_cvref_t<P>;
    static void describe(SignatureFacts& facts) {
        facts.takeNamed<typename Value::Type>("header", Value::kText);
    }
    explicit Argument(RequestScope& scope) {
        readHeader(headersOf(scope), Value::kText, header.value, scope.violations);
    }
    Value& get() { return header; }
    Value header;
};

template <class P>
requires kIsCookie<std::remove_cvref_t<P>>
struct Argument<RequestScope, P> {
    using Value = std::remove_cvref_t<P>;
    static void describe(SignatureFacts& facts) {
        facts.takeNamed<typename Value::Type>("cookie", Value::kText);
    }
    explicit Argument(RequestScope& scope) {
        readCookie(headersOf(scope), Value::kText, cookie.value, scope.violations);
    }
    Value& get() { return cookie; }
    Value cookie;
};

template <class S, class P>
requires kIsRoleUser<std::remove_cvref_t<P>>
struct Argument<S, P> {
    using Value = std::remove_cvref_t<P>;
    static void describe(SignatureFacts& facts) {
        facts.needs_user = true;
        facts.role_sets.push_back(Value::roleNames());
    }
    explicit Argument(S& scope) {
        // For requests the host has checked both; an operation may be called on behalf of anybody.
        if (scope.principal == nullptr) {
            throw UnauthorizedError();
        }
        user.emplace(*scope.principal);
        if (!user->isPermitted()) {
            throw ForbiddenError();
        }
    }
    Value& get() { return *user; }
    std::optional<Value> user;
};

}  // namespace detail

}  // namespace mortise
