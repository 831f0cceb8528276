#include "config/dotenv.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace mortise::config {

namespace {

bool isName(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && letter(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// After a closing quote only a comment may follow.
bool isRest(std::string_view rest) {
    rest = trimmed(rest);
    return rest.empty() || rest.starts_with('#');
}

char unescaped(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;
    }
}

// The value between quotes at the start of `text`; false when the quote is not closed properly.
bool readQuoted(std::string_view text, std::string& value) {
    const char quote = text.front();
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == quote) {
            return isRest(text.substr(i + 1));
        }
        if (quote == '"' && text[i] == '\\' && i + 1 < text.size()) {
            ++i;
            value += unescaped(text[i]);
        } else {
            value += text[i];
        }
    }
    return false;
}

// Without the comment: a # at the start or after white space.
std::string_view withoutComment(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
            return trimmed(text.substr(0, i));
        }
    }
    return trimmed(text);
}

// Empty when the line can be read, else the reason why not.
std::string_view readLine(std::string_view text, DotEnvLine& line) {
    if (text.starts_with("export ")) {
        text = trimmed(text.substr(7));
    }
    const std::size_t equals = text.find('=');
    line.name = trimmed(text.substr(0, equals));
    if (equals == std::string_view::npos || !isName(line.name)) {
        return "is no NAME=value";
    }
    const std::string_view value = trimmed(text.substr(equals + 1));
    if (value.starts_with('"') || value.starts_with('\'')) {
        return readQuoted(value, line.value) ? "" : "has a quote that is not closed";
    }
    // A JSON list may hold " #" inside its texts, so it goes to its last bracket.
    const std::size_t bracket = value.starts_with('[') ? value.rfind(']') : std::string_view::npos;
    if (bracket != std::string_view::npos && isRest(value.substr(bracket + 1))) {
        line.value = value.substr(0, bracket + 1);
    } else {
        line.value = withoutComment(value);
    }
    return "";
}

}  // namespace

std::vector<DotEnvLine> parseDotEnv(std::string_view text, std::vector<std::string>& problems) {
    std::vector<DotEnvLine> lines;
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);  // Some editors mark UTF-8 files.
    }
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view content = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (content.empty() || content.starts_with('#')) {
            continue;
        }
        DotEnvLine line{{}, {}, number};
        if (const std::string_view reason = readLine(content, line); !reason.empty()) {
            // The line is not quoted: it may hold a secret.
            problems.push_back("line " + std::to_string(number) + " " + std::string(reason));
        } else {
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

}  // namespace mortise::config
