// router_pattern: patterns of routes as text: joined, linted, and typed from the signature of their handler.
//
// Rules of naming: literal segments are kebab-case, parameters `{snake_case}`, and no segment begins with a verb: the method is
// the verb. A route that breaks them does not load, because a name once published is there to stay.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mortise {

/// Something declared in declare() cannot work. The text says what, and where.
class DeclareError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

namespace detail {

struct PatternParameter {
    std::string name;
    /// "int", "uuid" or empty.
    std::string type;
};

constexpr bool isLower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
constexpr bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// `[a-z0-9]+(<separator>[a-z0-9]+)*`
constexpr bool isWords(std::string_view text, char separator) noexcept {
    bool after_separator = true;
    for (const char c : text) {
        if (c == separator && !after_separator) {
            after_separator = true;
        } else if (isLower(c) || isDigit(c)) {
            after_separator = false;
        } else {
            return false;
        }
    }
    return !after_separator;
}

inline bool beginsWithVerb(std::string_view segment) {
    static constexpr std::array<std::string_view, 10> kVerbs = {
        "get-",   "create-", "update-", "delete-", "list-",
        "fetch-", "add-",    "remove-", "set-",    "make-"};
    return std::any_of(kVerbs.begin(), kVerbs.end(),
                       [&](std::string_view verb) { return segment.starts_with(verb); });
}

/// A pattern, segment by segment.
class RoutePattern {
public:
    explicit RoutePattern(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = text.find('/');
            if (const std::string_view segment = text.substr(0, end); !segment.empty()) {
                addSegment(segment);
            }
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
    }

    /// Position of a parameter among the parameters.
    std::optional<std::uint32_t> positionOf(std::string_view name) const {
        for (std::uint32_t i = 0; i < parameters_.size(); ++i) {
            if (parameters_[i].name == name) {
                return i;
            }
        }
        return std::nullopt;
    }

    /// Gives a parameter the type the signature implies.
    void setType(std::uint32_t position, std::string_view type) {
        PatternParameter& parameter = parameters_[position];
        if (!parameter.type.empty() && parameter.type != type) {
            throw DeclareError("{" + parameter.name + ":" + parameter.type +
                               "} does not fit the type of Path<\"" + parameter.name + "\">");
        }
        parameter.type = type;
    }

    const std::vector<PatternParameter>& parameters() const noexcept { return parameters_; }

    std::string text() const {
        std::string result;
        std::size_t next = 0;
        for (const std::string& segment : segments_) {
            result += '/';
            if (!segment.empty()) {
                result += segment;
                continue;
            }
            const PatternParameter& parameter = parameters_[next++];
            result += '{' + parameter.name;
            result += parameter.type.empty() ? "" : ":" + parameter.type;
            result += '}';
        }
        return result.empty() ? "/" : result;
    }

private:
    void addSegment(std::string_view segment) {
        if (segment.front() == '{' && segment.back() == '}') {
            addParameter(segment.substr(1, segment.size() - 2));
            segments_.emplace_back();
            return;
        }
        if (!isWords(segment, '-')) {
            throw DeclareError(
                "segment \"" + std::string(segment) +
                "\" is not kebab-case: lower-case letters, digits and single hyphens");
        }
        if (beginsWithVerb(segment)) {
            throw DeclareError("segment \"" + std::string(segment) +
                               "\" begins with a verb: name the thing, the method is the verb");
        }
        segments_.emplace_back(segment);
    }

    void addParameter(std::string_view inner) {
        const std::size_t colon = inner.find(':');
        PatternParameter parameter{std::string(inner.substr(0, colon)), {}};
        if (colon != std::string_view::npos) {
            parameter.type = inner.substr(colon + 1);
        }
        if (!isWords(parameter.name, '_') || !isLower(parameter.name.front())) {
            throw DeclareError("parameter {" + std::string(inner) + "} is not snake_case");
        }
        if (positionOf(parameter.name)) {
            throw DeclareError("parameter {" + parameter.name + "} appears twice");
        }
        parameters_.push_back(std::move(parameter));
    }

    // An empty segment stands for the next parameter.
    std::vector<std::string> segments_;
    std::vector<PatternParameter> parameters_;
};

}  // namespace detail

}  // namespace mortise
