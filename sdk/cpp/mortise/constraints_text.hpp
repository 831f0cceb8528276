// Constraints on text; lengths are characters, not bytes.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "mortise/constraint.hpp"
#include "mortise/formats.hpp"
#include "mortise/formats_network.hpp"
#include "mortise/pattern.hpp"

namespace mortise {

constexpr auto minLength(std::int64_t length, std::string_view message = {}) {
    return detail::constraint<Target::Text>([=](FieldRules& rules) {
        rules.text.length_min = {length, message};
    });
}
constexpr auto maxLength(std::int64_t length, std::string_view message = {}) {
    return detail::constraint<Target::Text>([=](FieldRules& rules) {
        rules.text.length_max = {length, message};
    });
}

/// Any predicate. `format` names it in the JSON Schema and may be empty; what it refuses the schema cannot tell otherwise.
constexpr auto matching(bool (*predicate)(std::string_view), std::string_view message,
                        std::string_view format = {}) {
    return detail::constraint<Target::Text>([=](FieldRules& rules) {
        if (rules.text.format.matches != nullptr) {
            throw std::logic_error("a field has one format");
        }
        rules.text.format = {predicate, format, message};
    });
}
constexpr auto email(std::string_view message = "Invalid email format") {
    return matching(formats::isEmail, message, "email");
}
constexpr auto uuid(std::string_view message = "Must be a UUID") {
    return matching(formats::isUuid, message, "uuid");
}
/// RFC 3986, with a scheme. For links of the web add pattern<"^https?://">().
constexpr auto uri(std::string_view message = "Must be a URI like https://example.com/path") {
    return matching(formats::isUri, message, "uri");
}
constexpr auto date(std::string_view message = "Must be a date like 2026-01-31") {
    return matching(formats::isDate, message, "date");
}
constexpr auto dateTime(
    std::string_view message = "Must be a date and time like 2026-01-31T12:00:00Z") {
    return matching(formats::isDateTime, message, "date-time");
}
constexpr auto ipv4(std::string_view message = "Must be an IPv4 address") {
    return matching(formats::isIpv4, message, "ipv4");
}
constexpr auto ipv6(std::string_view message = "Must be an IPv6 address") {
    return matching(formats::isIpv6, message, "ipv6");
}
constexpr auto hostName(std::string_view message = "Must be a host name") {
    return matching(formats::isDnsName, message, "hostname");
}
/// A regular expression of the subset in pattern_program.hpp, compiled by the compiler: pattern<"^[A-Z]{3}-\\d+$">().
/// As in JSON Schema it is found anywhere in the text unless ^ and $ say otherwise.
template <FixedText kText>
constexpr auto pattern(std::string_view message = "Has the wrong format") {
    return detail::constraint<Target::Text>([=](FieldRules& rules) {
        if (rules.text.pattern.matches != nullptr) {
            throw std::logic_error("a field has one pattern");
        }
        rules.text.pattern = {&detail::CompiledPattern<kText>::matches, kText.view(), message};
    });
}
/// "order-items"
constexpr auto kebabCase(std::string_view message = "Must be lower-case words joined by hyphens") {
    return pattern<"^[a-z0-9]+(-[a-z0-9]+)*$">(message);
}
/// "page_size"
constexpr auto snakeCase(
    std::string_view message = "Must be lower-case words joined by underscores") {
    return pattern<"^[a-z0-9]+(_[a-z0-9]+)*$">(message);
}
/// "demo.sleep"
constexpr auto dottedName(std::string_view message = "Must be lower-case names joined by dots") {
    return pattern<"^[a-z0-9]+([._][a-z0-9]+)*$">(message);
}
/// At least one character that is not white space.
constexpr auto notBlank(std::string_view message = "Must not be blank") {
    return pattern<"\\S">(message);
}

/// The only texts a field may have.
template <std::size_t kCount>
struct Choices {
    static constexpr Target kTarget = Target::Text;
    std::array<std::string_view, kCount> texts;
    std::string_view own_message{};

    constexpr void applyTo(FieldRules& rules) const { rules.choices_message = own_message; }
    /// Replaces "Must be one of: ...".
    constexpr Choices message(std::string_view text) const { return {texts, text}; }
};
template <std::convertible_to<std::string_view>... Texts>
constexpr Choices<sizeof...(Texts)> oneOf(Texts... texts) {
    static_assert(sizeof...(Texts) > 0, "oneOf() needs at least one text");
    return {{std::string_view(texts)...}};
}

}  // namespace mortise
