#include "plugin/grammar.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <set>

#include "limits.hpp"

namespace mortise::plugin {
namespace {

bool isLower(char c) {
    return c >= 'a' && c <= 'z';
}
bool isUpper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

template <typename Predicate>
bool all(std::string_view text, Predicate predicate) {
    return std::all_of(text.begin(), text.end(), predicate);
}

// Lower-case words and numbers joined by single hyphens.
bool isKebab(std::string_view text) {
    return !text.empty() && text.front() != '-' && text.back() != '-' &&
           text.find("--") == std::string_view::npos &&
           all(text, [](char c) { return isLower(c) || isDigit(c) || c == '-'; });
}

struct Segment {
    std::string display;
    std::string shape;
    std::string problem;
};

Segment parseSegment(std::string_view text, std::set<std::string>& names) {
    if (!text.starts_with('{')) {
        if (!isKebab(text)) {
            return {"", "",
                    "segment \"" + std::string(text) + "\" is neither kebab-case nor {parameter}"};
        }
        return {std::string(text), std::string(text), ""};
    }
    if (!text.ends_with('}')) {
        return {"", "", "segment \"" + std::string(text) + "\" has no closing brace"};
    }
    const std::string_view inside = text.substr(1, text.size() - 2);
    const std::size_t colon = inside.find(':');
    const std::string name(inside.substr(0, colon));
    if (!isWord(name)) {
        return {"", "", "parameter \"" + name + "\" is not snake_case"};
    }
    if (colon != std::string_view::npos && inside.substr(colon + 1) != "int" &&
        inside.substr(colon + 1) != "uuid") {
        return {"", "", "parameter \"" + name + "\" has an unknown type; there are int and uuid"};
    }
    if (!names.insert(name).second) {
        return {"", "", "parameter \"" + name + "\" occurs twice"};
    }
    return {"{" + name + "}", "{}", ""};
}

}  // namespace

bool isWord(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 && isLower(text.front()) &&
           all(text, [](char c) { return isLower(c) || isDigit(c) || c == '_'; });
}

bool isDottedName(std::string_view text) noexcept {
    std::size_t word_count = 0;
    while (true) {
        const std::size_t dot = text.find('.');
        if (!isWord(text.substr(0, dot))) {
            return false;
        }
        ++word_count;
        if (dot == std::string_view::npos) {
            return word_count > 1;
        }
        text.remove_prefix(dot + 1);
    }
}

bool isErrorCode(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 47 && isUpper(text.front()) &&
           all(text, [](char c) { return isUpper(c) || isDigit(c) || c == '_'; });
}

bool isSchemaName(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 && isUpper(text.front()) &&
           all(text, [](char c) { return isUpper(c) || isLower(c) || isDigit(c); });
}

bool isRoleOrScope(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 && all(text, [](char c) {
        return isUpper(c) || isLower(c) || isDigit(c) || c == '_' || c == '.' || c == ':' ||
               c == '-';
    });
}

bool isRouteMethod(std::string_view text) noexcept {
    return text == "GET" || text == "POST" || text == "PUT" || text == "PATCH" || text == "DELETE";
}

bool isJsonObject(std::string_view text) {
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(limits::kJsonDepthMax);
        return parser.parse(std::string(text)).type() == typeid(Poco::JSON::Object::Ptr);
    } catch (const Poco::Exception&) {
        return false;  // Whatever it is, it is no object.
    }
}

Pattern parsePattern(std::string_view text) {
    Pattern pattern;
    if (text.empty() || text.front() != '/' || text.size() > limits::kPatternSizeMax) {
        pattern.problem = "a pattern starts with '/' and has at most " +
                          std::to_string(limits::kPatternSizeMax) + " characters";
        return pattern;
    }
    if (text.size() > 1 && text.back() == '/') {
        text.remove_suffix(1);  // The router answers both spellings.
    }
    std::set<std::string> names;
    pattern.normal = text;
    for (std::string_view rest = text.substr(1); !rest.empty() && pattern.problem.empty();) {
        const std::size_t slash = rest.find('/');
        const Segment segment = parseSegment(rest.substr(0, slash), names);
        pattern.display += '/' + segment.display;
        pattern.shape += '/' + segment.shape;
        pattern.problem = segment.problem;
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (rest.empty() && slash != std::string_view::npos && pattern.problem.empty()) {
            pattern.problem = "the pattern has an empty segment";
        }
    }
    if (text == "/") {
        pattern.display = pattern.shape = "/";
    }
    return pattern;
}

}  // namespace mortise::plugin
