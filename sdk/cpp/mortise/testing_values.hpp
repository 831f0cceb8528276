// What the testing kit gives back: answers, rows, jobs, log records. Plain values that a test compares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/testing_json.hpp"

namespace mortise::testing {

/// The answer of one request.
struct Reply {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};

    /// Value of a header, empty when there is none; the case of its name does not count.
    std::string_view header(std::string_view name) const noexcept {
        for (const auto& [each, value] : headers) {
            if (isSameName(each, name)) {
                return value;
            }
        }
        return {};
    }
    /// What stands in the body at a path, "data.title"; the whole body without one. Throws Failure when it is no JSON.
    Json json(std::string_view path = {}) const { return Json::parse(body).at(path); }
    /// `error_code` of a failure, empty for a success.
    std::string code() const {
        const Json found = body.empty() ? Json() : json("error_code");
        return found.isThere() ? found.as<std::string>() : std::string();
    }

private:
    static bool isSameName(std::string_view left, std::string_view right) noexcept {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; };
        bool same = left.size() == right.size();
        for (std::size_t at = 0; same && at < left.size(); ++at) {
            same = lower(left[at]) == lower(right[at]);
        }
        return same;
    }
};

/// A call of a plugin to another server, as a test sees it.
struct HttpRequest {
    HttpRequest() = default;
    explicit HttpRequest(const mortise_testing_request& raw)
        : method(mortise::detail::view(raw.method)),
          url(mortise::detail::view(raw.target)),
          body(mortise::detail::view(raw.body)) {
        for (std::uint32_t at = 0; at < raw.header_count; ++at) {
            headers.emplace_back(mortise::detail::view(raw.headers[at].name),
                                 mortise::detail::view(raw.headers[at].value));
        }
    }
    std::string method{};
    std::string url{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    Json json(std::string_view path = {}) const { return Json::parse(body).at(path); }
};

/// One row of a statement: texts as PostgreSQL prints them, nothing for NULL.
class Row {
public:
    using Cell = std::optional<std::string>;

    Row() = default;
    Row(std::vector<std::string> names, std::vector<Cell> cells)
        : names_(std::move(names)), cells_(std::move(cells)) {}

    /// Throws Failure when there is no such column.
    const Cell& operator[](std::string_view column) const {
        for (std::size_t at = 0; at < names_.size(); ++at) {
            if (names_[at] == column) {
                return cells_[at];
            }
        }
        throw Failure("there is no column \"" + std::string(column) + '"');
    }
    const Cell& operator[](std::size_t column) const { return cells_.at(column); }
    std::size_t size() const noexcept { return cells_.size(); }

private:
    std::vector<std::string> names_;
    std::vector<Cell> cells_;
};

/// The rows of a statement.
class Rows : public std::vector<Row> {
public:
    /// The only cell of the only row. Throws Failure when there are more or fewer.
    const std::string& value() const {
        if (size() != 1 || front().size() != 1 || !front()[std::size_t{0}]) {
            throw Failure("one row with one value was expected, there are " +
                          std::to_string(size()));
        }
        return *front()[std::size_t{0}];
    }
    /// As value(), for numbers.
    std::int64_t integer() const {
        std::int64_t number = 0;
        if (mortise::detail::parseInteger(value(), number) != NumberOutcome::Ok) {
            throw Failure('"' + value() + "\" is no integer");
        }
        return number;
    }
};

/// A job that was enqueued.
struct Job {
    std::string id{};
    std::string type{};
    Json args{};
    std::string queue{};
    std::string state{};
    std::int64_t priority = 0;
    std::string unique_key{};    ///< Empty for none.
    std::string submitted_by{};  ///< User id, empty for none.
};

/// A record of the log. `fields` is the whole record, `fields.at("note_id")` one of them.
struct LogRecord {
    std::string event{};
    std::string level{};
    Json fields{};
};

namespace detail {

template <class Value>
inline constexpr bool kIsOptionalParam = false;
template <class Value>
inline constexpr bool kIsOptionalParam<std::optional<Value>> = true;

/// A parameter of a statement or a setting as text; nothing for NULL.
template <class Value>
std::optional<std::string> textOf(const Value& value) {
    if constexpr (std::is_same_v<Value, std::nullptr_t>) {
        return std::nullopt;
    } else if constexpr (kIsOptionalParam<Value>) {
        return value ? textOf(*value) : std::nullopt;
    } else if constexpr (std::is_same_v<Value, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<Value>) {
        std::string text;
        JsonWriter(text).value(value);
        return text;
    } else {
        return std::string(std::string_view(value));
    }
}

}  // namespace detail

}  // namespace mortise::testing
