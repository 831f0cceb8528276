// JsonValue: a typed view over the tokens the host lends (mortise/json.h).
//
// The host parsed and checked the text once; this walks its flat token array. A view is two words, is copied freely and lives
// as long as the document: until the request ends. Nothing is allocated. Numbers are text until somebody asks, because only
// the asker knows the type that decides whether they fit.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "mortise/json.h"
#include "mortise/json_numbers.hpp"

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

namespace detail {

/// Equality of names: a few bytes, for which a call of memcmp costs more than the comparison.
inline bool isSameName(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size()) {
        return false;
    }
    const auto load = [](const char* from) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, from, 8);
        return bytes;
    };
    std::size_t at = 0;
    for (; at + 8 <= left.size(); at += 8) {
        if (load(left.data() + at) != load(right.data() + at)) {
            return false;
        }
    }
    for (; at < left.size(); ++at) {
        if (left[at] != right[at]) {
            return false;
        }
    }
    return true;
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
            if (detail::isSameName(JsonValue(*document_, at).text(), key)) {
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
