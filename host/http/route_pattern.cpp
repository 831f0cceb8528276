#include "http/route_pattern.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/error.hpp"
#include "base/strings.hpp"
#include "limits.hpp"

namespace mortise::http {

namespace {

constexpr bool isLower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
constexpr bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool isHexDigit(char c) noexcept {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr bool isLiteralChar(char c) noexcept {
    return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '~' ||
           c == '-';
}

[[noreturn]] void refuse(std::string_view pattern, const std::string& reason) {
    throw Error(400, "ROUTE_INVALID", "route pattern \"" + std::string(pattern) + "\": " + reason);
}

bool isSnakeCase(std::string_view name) noexcept {
    return !name.empty() && isLower(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return isLower(c) || isDigit(c) || c == '_'; });
}

bool isKebabCase(std::string_view text) noexcept {
    char before = '-';
    for (const char c : text) {
        if (!(isLower(c) || isDigit(c) || (c == '-' && before != '-'))) {
            return false;
        }
        before = c;
    }
    return before != '-';
}

ParamType typeOf(std::string_view pattern, std::string_view name) {
    if (name == "int") {
        return ParamType::Int;
    }
    if (name == "uuid") {
        return ParamType::Uuid;
    }
    refuse(pattern, "unknown parameter type \"" + std::string(name) + "\" (int and uuid exist)");
}

PatternSegment parseSegment(std::string_view pattern, std::string_view text) {
    PatternSegment segment;
    segment.text = text;
    if (text.empty()) {
        refuse(pattern, "empty segment");
    }
    if (text.front() != '{' || text.back() != '}') {
        if (!std::all_of(text.begin(), text.end(), isLiteralChar) || text == "." || text == "..") {
            refuse(pattern,
                   "segment \"" + std::string(text) + "\" has a character that is not allowed");
        }
        return segment;
    }
    segment.is_param = true;
    segment.text = text.substr(1, text.size() - 2);
    const std::size_t colon = segment.text.find(':');
    if (colon != std::string_view::npos) {
        segment.type = typeOf(pattern, segment.text.substr(colon + 1));
        segment.text = segment.text.substr(0, colon);
    }
    if (!isSnakeCase(segment.text)) {
        refuse(pattern, "parameter \"" + std::string(segment.text) + "\" is not snake_case");
    }
    return segment;
}

void checkParams(std::string_view pattern, const std::vector<PatternSegment>& segments) {
    std::vector<std::string_view> names;
    for (const PatternSegment& segment : segments) {
        if (!segment.is_param) {
            continue;
        }
        if (std::find(names.begin(), names.end(), segment.text) != names.end()) {
            refuse(pattern, "parameter \"" + std::string(segment.text) + "\" is given twice");
        }
        names.push_back(segment.text);
    }
    if (names.size() > limits::kPathParamCountMax) {
        refuse(pattern, "more than " + std::to_string(limits::kPathParamCountMax) + " parameters");
    }
}

/// Verbs that belong into the method, not into the path.
constexpr std::array<std::string_view, 10> kVerbs{"get",   "create", "update", "delete", "remove",
                                                  "fetch", "list",   "add",    "set",    "edit"};

bool startsWithVerb(std::string_view segment) noexcept {
    const std::string_view first = segment.substr(0, segment.find_first_of("-_"));
    return first.size() < segment.size() &&
           std::find(kVerbs.begin(), kVerbs.end(), first) != kVerbs.end();
}

}  // namespace

std::vector<PatternSegment> parsePattern(std::string_view pattern) {
    if (!pattern.starts_with('/')) {
        refuse(pattern, "does not start with a slash");
    }
    std::string_view rest = pattern.substr(1);
    if (rest == "/") {
        refuse(pattern, "empty segment");
    }
    if (rest.ends_with('/')) {
        rest.remove_suffix(1);
    }
    std::vector<PatternSegment> segments;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        segments.push_back(parseSegment(pattern, rest.substr(0, end)));
        if (end + 1 == rest.size()) {
            refuse(pattern, "empty segment");  // Two slashes at the end.
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    checkParams(pattern, segments);
    return segments;
}

std::string displayPattern(std::string_view pattern) {
    std::string out;
    for (const PatternSegment& segment : parsePattern(pattern)) {
        out.push_back('/');
        out.append(segment.is_param ? "{" : "").append(segment.text);
        out.append(segment.is_param ? "}" : "");
    }
    return out.empty() ? "/" : out;
}

std::string patternShape(std::string_view pattern) {
    std::string out;
    for (const PatternSegment& segment : parsePattern(pattern)) {
        out.append("/").append(segment.is_param ? std::string_view("{}") : segment.text);
    }
    return out.empty() ? "/" : out;
}

std::vector<PatternSegment> patternParams(std::string_view pattern) {
    std::vector<PatternSegment> segments = parsePattern(pattern);
    std::erase_if(segments, [](const PatternSegment& segment) { return !segment.is_param; });
    return segments;
}

std::vector<std::string> namingViolations(std::string_view pattern) {
    std::vector<std::string> violations;
    for (const PatternSegment& segment : parsePattern(pattern)) {
        if (segment.is_param) {
            continue;
        }
        const std::string quoted = "segment \"" + std::string(segment.text) + "\"";
        if (startsWithVerb(lowered(segment.text))) {
            violations.push_back(quoted + " starts with a verb; the method says what is done");
        } else if (!isKebabCase(segment.text)) {
            violations.push_back(quoted + " is not kebab-case");
        }
    }
    return violations;
}

bool fits(ParamType type, std::string_view value) noexcept {
    switch (type) {
        case ParamType::Text:
            return true;
        case ParamType::Int:
            return parseInteger(value).has_value();
        case ParamType::Uuid:
            break;
    }
    if (value.size() != 36) {
        return false;
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash_place ? value[i] != '-' : !isHexDigit(value[i])) {
            return false;
        }
    }
    return true;
}

}  // namespace mortise::http
