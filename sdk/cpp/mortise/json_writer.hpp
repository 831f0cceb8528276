// JsonWriter: appends JSON to a string the caller owns.
//
// Problem: an answer is written once per request, so it must cost little, and it must never be broken JSON.
// Choice:  no tree and no stack: one flag says whether a comma is due, because a value, an opening bracket and a key each
//          determine it alone. Clean runs of text are copied in one piece; numbers go through std::to_chars.
// Guarantee: texts come out escaped and as valid UTF-8 (a broken sequence becomes U+FFFD); doubles as the shortest text that
//          reads back to the same value; NaN and infinities are refused, JSON has no form for them.
// Missing on purpose: pretty printing and checks that brackets match; the schema layer above writes them in pairs.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "mortise/utf8.hpp"

namespace mortise {

namespace detail {

/// Size of the run at the begin of `text` that needs neither escape nor check: printable ASCII without '"' and '\'.
inline std::size_t plainRunSize(std::string_view text) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101u;
    std::size_t at = 0;
    // Eight bytes at a time: each subtraction sets the top bit of a byte that is below the bound or equal to the character. It
    // may also set it in a byte above such a one; the loop below then looks byte by byte.
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, 8);
        const std::uint64_t special = (bytes - kOnes * 0x20u) |
                                      ((bytes ^ (kOnes * 0x22u)) - kOnes) |
                                      ((bytes ^ (kOnes * 0x5Cu)) - kOnes) | bytes;
        if ((special & (kOnes * 0x80u)) != 0) {
            break;
        }
    }
    for (; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte < 0x20u || byte >= 0x80u || byte == '"' || byte == '\\') {
            break;
        }
    }
    return at;
}

inline void appendEscapedAscii(std::string& out, unsigned char byte) {
    constexpr std::string_view kHex = "0123456789abcdef";
    switch (byte) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            out += "\\u00";
            out += kHex[byte >> 4u];
            out += kHex[byte & 0x0Fu];
    }
}

}  // namespace detail

/// Appends `text` as a JSON string with its quotes.
inline void appendJsonString(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t plain = detail::plainRunSize(text);
        out.append(text.data(), plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        const auto byte = static_cast<unsigned char>(text.front());
        if (byte < 0x80u) {
            detail::appendEscapedAscii(out, byte);
            text.remove_prefix(1);
            continue;
        }
        const std::size_t size = utf8::sequenceSize(text, 0);
        if (size == 0) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
            continue;
        }
        out.append(text.data(), size);
        text.remove_prefix(size);
    }
    out += '"';
}

/// Writes one JSON value, piece by piece. Commas come by themselves.
class JsonWriter {
public:
    /// `out` stays the caller's and is appended to; it outlives the writer.
    explicit JsonWriter(std::string& out) noexcept : out_(&out) {}

    void beginObject() { open('{'); }
    void endObject() { close('}'); }
    void beginArray() { open('['); }
    void endArray() { close(']'); }

    void key(std::string_view name) {
        separate();
        appendJsonString(*out_, name);
        *out_ += ':';
        comma_due_ = false;
    }

    /// As key(), for a name known to need no escapes.
    void plainKey(std::string_view name) {
        separate();
        *out_ += '"';
        out_->append(name.data(), name.size());
        out_->append("\":", 2);
        comma_due_ = false;
    }

    /// Writes a string known to need no escapes.
    void plainText(std::string_view text) {
        separate();
        *out_ += '"';
        out_->append(text.data(), text.size());
        *out_ += '"';
        comma_due_ = true;
    }

    void null() { raw("null"); }

    /// Writes JSON text as it is. The caller answers for its being one valid value.
    void raw(std::string_view json) {
        separate();
        out_->append(json.data(), json.size());
        comma_due_ = true;
    }

    void value(bool flag) { raw(flag ? "true" : "false"); }

    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) void value(Integer number) {
        char text[24];
        const auto end = std::to_chars(text, text + sizeof text, number);
        raw({text, static_cast<std::size_t>(end.ptr - text)});
    }

    /// Throws std::domain_error for NaN and infinities.
    void value(double number) {
        if (!std::isfinite(number)) {
            throw std::domain_error("a number that is not finite has no JSON form");
        }
        // Both formats are the shortest that reads back; left alone, to_chars would write 100000 as 1e+05.
        const double size = std::fabs(number);
        const auto format = number == 0 || (size >= 1e-5 && size < 1e15)
                                ? std::chars_format::fixed
                                : std::chars_format::scientific;
        char text[40];
        const auto end = std::to_chars(text, text + sizeof text, number, format);
        raw({text, static_cast<std::size_t>(end.ptr - text)});
    }

    void value(std::string_view text) {
        separate();
        appendJsonString(*out_, text);
        comma_due_ = true;
    }
    void value(const char* text) { value(std::string_view(text)); }

    /// Writes a key and its scalar value.
    template <class Value>
    void member(std::string_view name, const Value& content) {
        key(name);
        value(content);
    }

private:
    void separate() {
        if (comma_due_) {
            *out_ += ',';
        }
    }
    void open(char bracket) {
        separate();
        *out_ += bracket;
        comma_due_ = false;
    }
    void close(char bracket) {
        *out_ += bracket;
        comma_due_ = true;
    }

    std::string* out_;
    bool comma_due_ = false;
};

}  // namespace mortise
