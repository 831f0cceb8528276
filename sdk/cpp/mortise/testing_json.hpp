// Json: a value in an answer, for tests: looked up by path, compared with plain values, printed as it is.
//
//     CHECK(reply.json("data.title") == "Buy milk");
//     CHECK(reply.json("data.items").size() == 2);
//     auto note = reply.json("data").as<NoteResponse>();
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mortise/errors.hpp"
#include "mortise/host.hpp"
#include "mortise/json_reader.hpp"
#include "mortise/json_writer.hpp"
#include "mortise/schema.hpp"
#include "mortise/testing.h"

namespace mortise::testing {

/// What the kit cannot do, with the reason of the host. A failed check of a test is never one.
class Failure : public std::runtime_error {
public:
    explicit Failure(const std::string& reason, std::string code = {}, std::uint32_t status = 0)
        : std::runtime_error(reason), code_(std::move(code)), status_(status) {}
    /// UPPER_SNAKE, or the SQLSTATE of a statement; may be empty.
    const std::string& code() const noexcept { return code_; }
    /// HTTP status it means, 0 when it has none.
    std::uint32_t status() const noexcept { return status_; }

private:
    std::string code_;
    std::uint32_t status_;
};

namespace detail {

[[noreturn]] inline void raise(const mortise_error& error, std::string_view what) {
    throw Failure(std::string(what) + ": " + error.message, error.code, error.http_status);
}

inline void append(JsonWriter& writer, JsonValue value) {
    switch (value.kind()) {
        case JsonKind::Null:
            return writer.null();
        case JsonKind::False:
        case JsonKind::True:
            return writer.value(value.kind() == JsonKind::True);
        case JsonKind::Number:
            return writer.raw(value.text());
        case JsonKind::String:
        case JsonKind::Key:
            return writer.value(value.text());
        case JsonKind::Array:
            writer.beginArray();
            value.forEachItem([&](std::size_t, JsonValue item) { append(writer, item); });
            return writer.endArray();
        case JsonKind::Object:
            writer.beginObject();
            value.forEachMember([&](std::string_view key, JsonValue member) {
                writer.key(key);
                append(writer, member);
            });
            return writer.endObject();
    }
}

}  // namespace detail

/// A value inside a text, which it keeps alive. A default-constructed one is not there.
class Json {
public:
    Json() = default;

    /// Throws Failure with place and reason when `text` is no JSON.
    static Json parse(std::string_view text) {
        const mortise_testing* table = mortise_testing_v1();
        const mortise_json_document* document = nullptr;
        mortise::detail::Failure error;
        if (table->parse_json(mortise::detail::str(text), &document, error.out()) != MORTISE_OK) {
            detail::raise(error, "this is no JSON: \"" + std::string(text.substr(0, 80)) + '"');
        }
        return Json({document, table->release_json}, JsonValue::root(document));
    }

    /// What stands at a path of names and positions, "data.items.0.title"; not there when it leads nowhere.
    Json at(std::string_view path) const {
        JsonValue value = value_;
        while (value && !path.empty()) {
            const std::size_t end = path.find('.');
            value = step(value, path.substr(0, end));
            path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
        }
        return Json(document_, value);
    }

    bool isThere() const noexcept { return static_cast<bool>(value_); }
    bool isNull() const noexcept { return value_ && value_.isNull(); }
    /// Members of an object, items of an array, 0 for everything else.
    std::size_t size() const noexcept {
        return value_ && (value_.isArray() || value_.isObject()) ? value_.count() : 0;
    }

    /// Reads a bool, a number, a std::string or a type with a schema. Throws Failure when it is not there or not such a value.
    template <class Type>
    Type as() const {
        if (!value_) {
            throw Failure("there is no such value to be read");
        }
        try {
            return fromJson<Type>(value_);
        } catch (const ValidationError& error) {
            throw Failure(text() + " cannot be read: " + error.what());
        }
    }

    /// JSON text, "(not there)" for a value that is not.
    std::string text() const {
        std::string out;
        if (!value_) {
            return "(not there)";
        }
        JsonWriter writer(out);
        detail::append(writer, value_);
        return out;
    }

    template <class Value>
    requires(!std::same_as<Value, Json>) friend bool operator==(const Json& json,
                                                                const Value& value) {
        return json.equals(value);
    }
    /// By their text, so the order of members counts.
    friend bool operator==(const Json& left, const Json& right) {
        return left.text() == right.text();
    }
    friend std::ostream& operator<<(std::ostream& out, const Json& json) {
        return out << json.text();
    }

private:
    using Document = std::shared_ptr<const mortise_json_document>;

    Json(Document document, JsonValue value) : document_(std::move(document)), value_(value) {}

    static JsonValue step(JsonValue value, std::string_view name) {
        if (value.isObject()) {
            return value.find(name);
        }
        JsonValue found;
        std::size_t wanted = 0;
        if (value.isArray() && mortise::detail::parseInteger(name, wanted) == NumberOutcome::Ok) {
            value.forEachItem(
                [&](std::size_t index, JsonValue item) { found = index == wanted ? item : found; });
        }
        return found;
    }

    template <class Value>
    bool equals(const Value& value) const {
        if (!value_) {
            return false;
        }
        if constexpr (std::is_same_v<Value, std::nullptr_t>) {
            return value_.isNull();
        } else if constexpr (std::is_same_v<Value, bool>) {
            return value_.asBool() == value;
        } else if constexpr (std::is_integral_v<Value>) {
            return value_.asInt<Value>() == value;
        } else if constexpr (std::is_floating_point_v<Value>) {
            return value_.asDouble() == static_cast<double>(value);
        } else {
            return value_.asString() == std::string_view(value);
        }
    }

    Document document_;
    JsonValue value_;
};

}  // namespace mortise::testing
