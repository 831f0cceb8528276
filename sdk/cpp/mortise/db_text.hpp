// db_text: values in PostgreSQL's text format, in both directions.
//
// Every parameter and every cell crosses as text, which needs no knowledge of OIDs and works for each type that has an input
// and an output function. Parameters collects the texts of one statement: a string that outlives the statement is borrowed,
// everything else is written into one buffer, whose pieces get their addresses when all of them are in it.
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mortise/db.h"
#include "mortise/enumeration.hpp"
#include "mortise/host.hpp"
#include "mortise/json_reader.hpp"
#include "mortise/types.hpp"

namespace mortise::sqltext {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

template <class T>
inline constexpr bool kIsDuration = false;
template <class Rep, class Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;

template <class T>
inline constexpr bool kIsBytes = std::same_as<T, std::vector<std::uint8_t>>;
template <std::size_t N>
inline constexpr bool kIsBytes<std::array<std::uint8_t, N>> = true;
template <std::size_t N>
inline constexpr bool kIsBytes<std::span<const std::uint8_t, N>> = true;

template <class T>
inline constexpr bool kIsTextLike = std::convertible_to<const T&, std::string_view>;

template <class>
inline constexpr bool kNever = false;

template <class T>
void appendNumber(std::string& out, T number) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, number);
    out.append(text, end.ptr);
}

template <class T>
void appendSqlText(std::string& out, const T& value);

/// An array in braces; elements are quoted, so that every text is safe ("NULL", commas, braces).
template <class Items>
void appendSqlArray(std::string& out, const Items& items) {
    out += '{';
    bool first = true;
    for (const auto& item : items) {
        if (!std::exchange(first, false)) {
            out += ',';
        }
        using Item = std::remove_cvref_t<decltype(item)>;
        if constexpr (kIsOptional<Item>) {
            if (!item) {
                out += "NULL";
                continue;
            }
        }
        std::string text;
        appendSqlText(text, item);
        out += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') {
                out += '\\';
            }
            out += c;
        }
        out += '"';
    }
    out += '}';
}

/// Appends the text of a value that is not NULL.
template <class T>
void appendSqlText(std::string& out, const T& value) {
    if constexpr (std::same_as<T, bool>) {
        out += value ? 't' : 'f';
    } else if constexpr (std::integral<T> || std::floating_point<T>) {
        appendNumber(out, value);
    } else if constexpr (kIsTextLike<T>) {
        out += std::string_view(value);
    } else if constexpr (std::same_as<T, Secret<>>) {
        out += value.reveal();
    } else if constexpr (std::same_as<T, Json>) {
        out += value.text;
    } else if constexpr (kIsOptional<T>) {
        appendSqlText(out, *value);
    } else if constexpr (kIsBytes<T>) {
        out += "\\x";
        out += encodeHex(value);
    } else if constexpr (kIsDuration<T>) {
        appendNumber(out, std::chrono::duration_cast<std::chrono::microseconds>(value).count());
        out += " microseconds";
    } else if constexpr (requires {
                             { value.toString() } -> std::convertible_to<std::string>;
                         }) {
        out += value.toString();
    } else if constexpr (requires {
                             value.begin();
                             value.end();
                         }) {
        appendSqlArray(out, value);
    } else if constexpr (DescribedEnum<T>) {
        out += enumText(value);
    } else {
        static_assert(kNever<T>,
                      "not a parameter of a statement: use numbers, bool, text, Uuid, Timestamp, "
                      "Decimal, StrongId, Json, described enums, durations, bytes, optionals or "
                      "vectors of them");
    }
}

/// The parameters of one statement.
class Parameters {
public:
    /// `Borrow`: texts among the arguments live until the statement ran.
    enum class Texts { Borrow, Copy };

    template <class... Args>
    explicit Parameters([[maybe_unused]] Texts texts, const Args&... args) {
        values_.reserve(sizeof...(Args));
        (add(texts, args), ...);
    }
    Parameters(Parameters&&) noexcept = default;
    Parameters& operator=(Parameters&&) = delete;

    /// Gives the pieces of the buffer their addresses. Once, right before the call; not to be moved afterwards.
    std::span<const mortise_value> resolve() noexcept {
        const char* next = buffer_.data();
        for (mortise_value& value : values_) {
            if (value.size >= 0 && value.data == nullptr) {
                value.data = next;
                next += value.size;
            }
        }
        return values_;
    }

private:
    template <class T>
    void add([[maybe_unused]] Texts texts, const T& value) {
        if constexpr (std::same_as<T, std::nullopt_t> || std::same_as<T, std::nullptr_t>) {
            values_.push_back({nullptr, -1});
        } else if constexpr (kIsOptional<T>) {
            value ? add(texts, *value) : values_.push_back({nullptr, -1});
        } else if constexpr (kIsTextLike<T>) {
            addText(texts, std::string_view(value));
        } else {
            const std::size_t begin = buffer_.size();
            appendSqlText(buffer_, value);
            values_.push_back({nullptr, static_cast<std::int64_t>(buffer_.size() - begin)});
        }
    }

    void addText(Texts texts, std::string_view text) {
        if (texts == Texts::Borrow || text.empty()) {
            values_.push_back(
                {text.empty() ? "" : text.data(), static_cast<std::int64_t>(text.size())});
            return;
        }
        buffer_ += text;
        values_.push_back({nullptr, static_cast<std::int64_t>(text.size())});
    }

    std::vector<mortise_value> values_;
    // The pieces without an address, one after the other.
    std::string buffer_;
};

/// A cell does not hold what the code expects: the SQL and the row type disagree. A bug of the plugin.
[[noreturn]] inline void badCell(std::string_view expected, std::string_view column) {
    throw std::logic_error("column \"" + std::string(column) + "\" does not hold " +
                           std::string(expected));
}

template <class T>
T readSqlText(std::string_view text, std::string_view column);

/// Reads the elements of a one-dimensional array in braces.
template <class Item>
std::vector<Item> readSqlArray(std::string_view text, std::string_view column) {
    std::vector<Item> items;
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') {
        badCell("an array", column);
    }
    std::size_t at = 1;
    const std::size_t end = text.size() - 1;
    while (at < end) {
        std::string element;
        const bool quoted = text[at] == '"';
        at += quoted ? 1 : 0;
        while (at < end && text[at] != (quoted ? '"' : ',')) {
            at += text[at] == '\\' ? 1 : 0;
            element += text[at++];
        }
        at += quoted ? 2 : 1;  // the closing quote, and the comma
        if constexpr (kIsOptional<Item>) {
            if (!quoted && element == "NULL") {
                items.push_back(std::nullopt);
                continue;
            }
        } else if (!quoted && element == "NULL") {
            badCell("an array without NULL", column);
        }
        items.push_back(readSqlText<Item>(element, column));
    }
    return items;
}

template <class T>
T parsedOr(std::optional<T> parsed, const char* expected, std::string_view column) {
    if (!parsed) {
        badCell(expected, column);
    }
    return *std::move(parsed);
}

inline std::vector<std::uint8_t> readSqlBytes(std::string_view text, std::string_view column) {
    if (text.substr(0, 2) != "\\x") {
        badCell("bytea", column);
    }
    const std::string bytes = parsedOr(decodeHex(text.substr(2)), "bytea", column);
    return {bytes.begin(), bytes.end()};
}

/// Reads a cell that is not NULL.
template <class T>
T readSqlText(std::string_view text, std::string_view column) {
    if constexpr (std::same_as<T, bool>) {
        if (text != "t" && text != "f") {
            badCell("a boolean", column);
        }
        return text == "t";
    } else if constexpr (std::integral<T>) {
        T value{};
        if (detail::parseInteger(text, value) != NumberOutcome::Ok) {
            badCell("an integer in range", column);
        }
        return value;
    } else if constexpr (std::floating_point<T>) {
        double value = 0;
        if (detail::parseDouble(text, value) != NumberOutcome::Ok) {
            badCell("a finite number", column);
        }
        return static_cast<T>(value);
    } else if constexpr (std::same_as<T, std::string>) {
        return std::string(text);
    } else if constexpr (std::same_as<T, Secret<>>) {
        return Secret<>(std::string(text));
    } else if constexpr (std::same_as<T, Json>) {
        return Json{std::string(text)};
    } else if constexpr (std::same_as<T, Uuid>) {
        return parsedOr(Uuid::parse(text), "a UUID", column);
    } else if constexpr (DescribedEnum<T>) {
        return parsedOr(enumFromText<T>(text), "one of the declared texts", column);
    } else if constexpr (std::same_as<T, Decimal>) {
        return parsedOr(Decimal::parse(text), "a numeric of at most 18 digits", column);
    } else if constexpr (kIsStrongId<T>) {
        return T(readSqlText<typename T::Representation>(text, column));
    } else if constexpr (std::same_as<T, Timestamp>) {
        return parsedOr(Timestamp::parsePostgres(text), "a timestamp", column);
    } else if constexpr (std::same_as<T, std::vector<std::uint8_t>>) {
        return readSqlBytes(text, column);
    } else if constexpr (kIsVector<T>) {
        return readSqlArray<typename T::value_type>(text, column);
    } else if constexpr (kIsOptional<T>) {
        return T(readSqlText<typename T::value_type>(text, column));
    } else {
        static_assert(kNever<T>,
                      "not the type of a column: use numbers, bool, std::string, Uuid, Timestamp, "
                      "Decimal, StrongId, Json, described enums, std::vector<std::uint8_t>, "
                      "optionals or vectors of them");
    }
}

/// Reads a cell; NULL only fits an optional.
template <class T>
T readCell(const mortise_value& cell, std::string_view column) {
    if (cell.size < 0) {
        if constexpr (kIsOptional<T>) {
            return std::nullopt;
        } else {
            badCell("a value: it is NULL, and the row type is not std::optional", column);
        }
    }
    return readSqlText<T>({cell.data, static_cast<std::size_t>(cell.size)}, column);
}

}  // namespace mortise::sqltext
