// JsonValue: a typed view over the tokens the host lends (mortise/json.h).
//
// The host parsed and checked the text once; this walks its flat token array. A view is two words, is copied freely and lives
// as long as the document: until the request ends. Nothing is allocated. Numbers are text until somebody asks, because only
// the asker knows the type that decides whether they fit.
#pragma once

#include <algorithm>
#include <charconv>
#include <clocale>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "mortise/json.h"

namespace mortise {

enum class JsonKind : std::uint32_t {
    Null = MORTISE_JSON_NULL,
    False = MORTISE_JSON_FALSE,
    True = MORTISE_JSON_TRUE,
    Number = MORTISE_JSON_NUMBER,
    String = MORTISE_JSON_STRING,
    Key = MORTISE_JSON_KEY,
    Array = MORTISE_JSON_ARRAY,
    Object = MORTISE_JSON_OBJECT,
};

/// How reading a number went.
enum class NumberOutcome { Ok, NotANumber, OutOfRange };

namespace detail {

/// Reads digits with an optional sign. "5.0" and "1e3" are no integers in a query or path.
template <std::integral Integer>
NumberOutcome parseInteger(std::string_view text, Integer& value) noexcept {
    Integer parsed = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), parsed);
    const bool complete = result.ptr == text.data() + text.size() && !text.empty();
    if (result.ec == std::errc() && complete) {
        value = parsed;
        return NumberOutcome::Ok;
    }
    // from_chars stops at the sign for unsigned types; a negative integer is out of their range, not malformed.
    std::int64_t wide = 0;
    const auto again = std::from_chars(text.data(), text.data() + text.size(), wide);
    if (again.ptr != text.data() + text.size() || again.ec == std::errc::invalid_argument) {
        return NumberOutcome::NotANumber;
    }
    if (again.ec == std::errc() && wide == 0) {
        value = 0;
        return NumberOutcome::Ok;
    }
    return NumberOutcome::OutOfRange;
}

/// The exponent of a JSON number, far-away ones as something that is certainly too far.
inline std::int64_t boundedExponent(std::string_view text) noexcept {
    constexpr std::int64_t kFar = 1'000'000'000;
    std::int64_t exponent = 0;
    for (const char c : text) {
        if (c >= '0' && c <= '9' && exponent < kFar) {
            exponent = exponent * 10 + (c - '0');
        }
    }
    return !text.empty() && text.front() == '-' ? -exponent : exponent;
}

/// Reads a JSON number that is whole, in whatever form: 5, 5.0 and 5e0 are one number. Exact.
template <std::integral Integer>
NumberOutcome parseWhole(std::string_view text, Integer& value) {
    if (text.find_first_of(".eE") == std::string_view::npos) {
        return parseInteger(text, value);
    }
    const std::size_t mantissa_end = std::min(text.find_first_of("eE"), text.size());
    std::string digits;
    std::int64_t exponent = 0;
    bool after_point = false;
    for (const char c : text.substr(0, mantissa_end)) {
        exponent -= after_point && c != '.' ? 1 : 0;
        after_point = after_point || c == '.';
        if (c >= '0' && c <= '9' && (c != '0' || !digits.empty())) {
            digits += c;
        }
    }
    while (!digits.empty() && digits.back() == '0') {
        digits.pop_back();
        ++exponent;
    }
    if (mantissa_end < text.size()) {
        exponent += boundedExponent(text.substr(mantissa_end + 1));
    }
    if (digits.empty()) {
        value = 0;
        return NumberOutcome::Ok;
    }
    if (exponent < 0) {
        return NumberOutcome::NotANumber;
    }
    // 64 bits hold 20 digits at most.
    if (static_cast<std::int64_t>(digits.size()) + exponent > 20) {
        return NumberOutcome::OutOfRange;
    }
    digits.append(static_cast<std::size_t>(exponent), '0');
    return parseInteger((text.front() == '-' ? "-" : "") + digits, value);
}

/// The characters a decimal number is made of; keeps "nan", "inf", "0x1" and "+1" away from the library.
inline bool hasDecimalForm(std::string_view text) noexcept {
    return !text.empty() && text.front() != '+' &&
           text.find_first_not_of("+-0123456789.eE") == std::string_view::npos;
}

#if defined(__cpp_lib_to_chars)
inline bool convertDouble(std::string_view text, double& value) {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec == std::errc::result_out_of_range) {
        // Says the same for 1e999 and 1e-999; strtod tells them apart, and rarely runs.
        value = std::strtod(std::string(text).c_str(), nullptr);
    }
    return result.ptr == text.data() + text.size() && result.ec != std::errc::invalid_argument;
}
#else
// libc++ has no std::from_chars for double yet. strtod wants a terminated text and the decimal point of the locale.
inline bool convertDouble(std::string_view text, double& value) {
    std::string copy(text);
    if (const std::size_t point = copy.find('.'); point != std::string::npos) {
        copy[point] = *std::localeconv()->decimal_point;
    }
    char* end = nullptr;
    value = std::strtod(copy.c_str(), &end);
    return end == copy.c_str() + copy.size();
}
#endif

/// Reads a finite decimal number. Too large ones are out of range, too small ones become 0.
inline NumberOutcome parseDouble(std::string_view text, double& value) {
    double parsed = 0;
    if (!hasDecimalForm(text) || !convertDouble(text, parsed)) {
        return NumberOutcome::NotANumber;
    }
    if (!std::isfinite(parsed)) {
        return NumberOutcome::OutOfRange;
    }
    value = parsed;
    return NumberOutcome::Ok;
}

}  // namespace detail

/// One value inside a document. A default-constructed one is "not there".
class JsonValue {
public:
    constexpr JsonValue() = default;
    constexpr JsonValue(const mortise_json_document& document, std::uint32_t index) noexcept
        : document_(&document), index_(index) {}

    /// The whole document; not there when `document` is NULL or empty.
    static constexpr JsonValue root(const mortise_json_document* document) noexcept {
        return document == nullptr || document->token_count == 0 ? JsonValue()
                                                                 : JsonValue(*document, 0);
    }

    constexpr explicit operator bool() const noexcept { return document_ != nullptr; }

    JsonKind kind() const noexcept { return static_cast<JsonKind>(token().kind); }
    bool isNull() const noexcept { return kind() == JsonKind::Null; }
    bool isString() const noexcept { return kind() == JsonKind::String; }
    bool isNumber() const noexcept { return kind() == JsonKind::Number; }
    bool isArray() const noexcept { return kind() == JsonKind::Array; }
    bool isObject() const noexcept { return kind() == JsonKind::Object; }

    /// Text of a string, key or number, borrowed from the document.
    std::string_view text() const noexcept {
        return {document_->text + token().offset, token().size};
    }
    /// Members of an object or items of an array.
    std::uint32_t count() const noexcept { return token().size; }

    std::optional<bool> asBool() const noexcept {
        const JsonKind found = kind();
        if (found != JsonKind::True && found != JsonKind::False) {
            return std::nullopt;
        }
        return found == JsonKind::True;
    }

    template <std::integral Integer>
    NumberOutcome toInteger(Integer& value) const {
        return isNumber() ? detail::parseWhole(text(), value) : NumberOutcome::NotANumber;
    }
    NumberOutcome toDouble(double& value) const {
        return isNumber() ? detail::parseDouble(text(), value) : NumberOutcome::NotANumber;
    }

    /// The integer, or nothing when it is none or does not fit.
    template <std::integral Integer = std::int64_t>
    std::optional<Integer> asInt() const {
        Integer value = 0;
        return toInteger(value) == NumberOutcome::Ok ? std::optional(value) : std::nullopt;
    }
    std::optional<double> asDouble() const {
        double value = 0;
        return toDouble(value) == NumberOutcome::Ok ? std::optional(value) : std::nullopt;
    }
    std::optional<std::string_view> asString() const noexcept {
        return isString() ? std::optional(text()) : std::nullopt;
    }

    /// Calls `visit(key, value)` for every member of an object, in the order of the client.
    template <class Visit>
    void forEachMember(Visit&& visit) const {
        const std::uint32_t end = index_ + token().skip;
        for (std::uint32_t at = index_ + 1; at + 1 < end;) {
            const JsonValue member(*document_, at + 1);
            visit(JsonValue(*document_, at).text(), member);
            at += 1 + member.token().skip;
        }
    }

    /// Calls `visit(index, value)` for every item of an array.
    template <class Visit>
    void forEachItem(Visit&& visit) const {
        const std::uint32_t end = index_ + token().skip;
        std::size_t index = 0;
        for (std::uint32_t at = index_ + 1; at < end; ++index) {
            const JsonValue item(*document_, at);
            visit(index, item);
            at += item.token().skip;
        }
    }

    /// The member called `key`, or a value that is not there. Linear; JsonMembers is better for many.
    JsonValue find(std::string_view key) const noexcept {
        JsonValue found;
        forEachMember([&](std::string_view name, JsonValue member) {
            if (!found && name == key) {
                found = member;
            }
        });
        return found;
    }

    /// Position of the token, for walking by hand.
    constexpr std::uint32_t index() const noexcept { return index_; }
    constexpr const mortise_json_document& document() const noexcept { return *document_; }
    const mortise_json_token& token() const noexcept { return document_->tokens[index_]; }

private:
    const mortise_json_document* document_ = nullptr;
    std::uint32_t index_ = 0;
};

/// Looks up members one after the other. It goes on where the last search ended, so an object whose members come in the order
/// they are asked for, as most clients send them, is walked once.
class JsonMembers {
public:
    /// `object` is an object.
    explicit JsonMembers(JsonValue object) noexcept
        : document_(&object.document()),
          begin_(object.index() + 1),
          end_(object.index() + object.token().skip),
          at_(begin_) {}

    JsonValue find(std::string_view key) noexcept {
        const std::uint32_t start = at_;
        if (const JsonValue found = findBetween(start, end_, key)) {
            return found;
        }
        return findBetween(begin_, start, key);
    }

private:
    JsonValue findBetween(std::uint32_t at, std::uint32_t end, std::string_view key) noexcept {
        while (at < end) {
            const JsonValue value(*document_, at + 1);
            const std::uint32_t next = at + 1 + value.token().skip;
            if (JsonValue(*document_, at).text() == key) {
                at_ = next;
                return value;
            }
            at = next;
        }
        return {};
    }

    const mortise_json_document* document_;
    std::uint32_t begin_;
    std::uint32_t end_;
    std::uint32_t at_;
};

}  // namespace mortise
