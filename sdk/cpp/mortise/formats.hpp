// Predicates on texts that many fields share. They take the place of regular expressions: quicker to compile, no backtracking
// on hostile input, and each has a name that appears in the JSON Schema.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "mortise/timestamp.hpp"
#include "mortise/uuid.hpp"

namespace mortise::formats {

namespace detail {

constexpr bool isLower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
constexpr bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool isAlnum(char c) noexcept {
    return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
}

/// Non-empty words of lower-case letters and digits, joined by single separators.
constexpr bool isJoinedWords(std::string_view text, char separator) noexcept {
    bool in_word = false;
    for (const char c : text) {
        if (c == separator ? !in_word : !(isLower(c) || isDigit(c))) {
            return false;
        }
        in_word = c != separator;
    }
    return in_word;
}

/// One label of a host name (RFC 1123): letters, digits and inner hyphens, at most 63.
constexpr bool isHostLabel(std::string_view label) noexcept {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) { return isAlnum(c) || c == '-'; });
}

/// The part before '@': RFC 5322 dot-atom, at most 64 characters.
constexpr bool isLocalPart(std::string_view text) noexcept {
    constexpr std::string_view kSpecials = "!#$%&'*+-/=?^_`{|}~";
    if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') {
        return false;
    }
    char previous = '\0';
    for (const char c : text) {
        const bool dot_twice = c == '.' && previous == '.';
        if (dot_twice || !(isAlnum(c) || c == '.' || kSpecials.find(c) != kSpecials.npos)) {
            return false;
        }
        previous = c;
    }
    return true;
}

}  // namespace detail

/// A host name of at least two labels whose last one is not a number, at most 253 characters.
constexpr bool isHostName(std::string_view text) noexcept {
    if (text.size() > 253) {
        return false;
    }
    std::size_t label_count = 0;
    std::string_view label;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        label = text.substr(begin, end - begin);
        if (!detail::isHostLabel(label)) {
            return false;
        }
        ++label_count;
        begin = end + 1;
    }
    return label_count >= 2 && !std::all_of(label.begin(), label.end(), detail::isDigit);
}

/// An e-mail address as people have them: dot-atom, '@', host name. Quoted local parts, comments and address literals of
/// RFC 5322 are refused, nobody registers with them.
constexpr bool isEmail(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && text.size() <= 254 &&
           detail::isLocalPart(text.substr(0, at)) && isHostName(text.substr(at + 1));
}

/// RFC 9562 in either case.
constexpr bool isUuid(std::string_view text) noexcept {
    return Uuid::parse(text).has_value();
}

/// RFC 3339 full-date, years 0001 to 9999.
constexpr bool isDate(std::string_view text) noexcept {
    mortise::detail::TimeScanner scan(text);
    std::chrono::year_month_day date;
    return mortise::detail::scanDate(scan, date) && scan.atEnd();
}

/// RFC 3339 date-time as Timestamp reads it.
constexpr bool isDateTime(std::string_view text) noexcept {
    return Timestamp::parse(text).has_value();
}

/// "order-items", "v2".
constexpr bool isKebabCase(std::string_view text) noexcept {
    return detail::isJoinedWords(text, '-');
}

/// "page_size", "id".
constexpr bool isSnakeCase(std::string_view text) noexcept {
    return detail::isJoinedWords(text, '_');
}

/// Names joined by dots: "demo.sleep", "users.find_by_email".
constexpr bool isDottedName(std::string_view text) noexcept {
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        if (!isSnakeCase(text.substr(begin, end - begin))) {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

/// At least one character that is not a space or control character.
constexpr bool isNotBlank(std::string_view text) noexcept {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) > ' '; });
}

}  // namespace mortise::formats
