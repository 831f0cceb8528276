#include "base/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "base/strings.hpp"
#include "base/utf8.hpp"

namespace mortise {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// Characters that stand for themselves; anything else needs a look.
constexpr std::array<bool, 256> plainCharacters() {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x7F; ++c) {
        plain[c] = c != '"' && c != '\\';
    }
    return plain;
}
constexpr std::array<bool, 256> kPlain = plainCharacters();

void appendEscaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 0xFU];
}

}  // namespace

void appendJsonString(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        std::size_t run = 0;
        while (run < text.size() && kPlain[static_cast<unsigned char>(text[run])]) {
            ++run;
        }
        out.append(text.substr(0, run));
        text.remove_prefix(run);
        if (text.empty()) {
            break;
        }
        const std::size_t size = utf8SequenceSize(text);
        if (size > 1) {
            out.append(text.substr(0, size));
        } else if (size == 1) {
            appendEscaped(out, text[0]);
        } else {
            out += "\xEF\xBF\xBD";
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out += '"';
}

std::string jsonString(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    appendJsonString(out, text);
    return out;
}

void appendJsonInteger(std::string& out, std::int64_t value) {
    std::array<char, 24> text{};
    const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
    out.append(text.data(), result.ptr);
}

void appendJsonNumber(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    out += numberText(value);
}

}  // namespace mortise
