#include "base/utf8.hpp"

#include <cstdint>

namespace mortise {

namespace {

struct Lead {
    std::size_t size;
    unsigned char
        second_min;  // The second byte carries the rules against overlong forms and surrogates.
    unsigned char second_max;
};

// Table 3-7 of the Unicode standard.
constexpr Lead leadOf(unsigned char byte) noexcept {
    if (byte < 0x80) {
        return {1, 0, 0};
    }
    if (byte >= 0xC2 && byte <= 0xDF) {
        return {2, 0x80, 0xBF};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return {3, static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        return {4, static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
    }
    return {0, 0, 0};
}

}  // namespace

std::size_t utf8SequenceSize(std::string_view text) noexcept {
    if (text.empty()) {
        return 0;
    }
    const Lead lead = leadOf(static_cast<unsigned char>(text[0]));
    if (lead.size <= 1 || text.size() < lead.size) {
        return lead.size == 1 ? 1 : 0;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    if (second < lead.second_min || second > lead.second_max) {
        return 0;
    }
    for (std::size_t i = 2; i < lead.size; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    return lead.size;
}

bool isUtf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t size = utf8SequenceSize(text);
        if (size == 0) {
            return false;
        }
        text.remove_prefix(size);
    }
    return true;
}

std::string_view cutUtf8(std::string_view text, std::size_t size_max) noexcept {
    if (text.size() <= size_max) {
        return text;
    }
    std::size_t end = size_max;
    // At most three continuation bytes: in malformed text a long run of them is no character to be
    // kept whole.
    for (int steps = 0; steps < 3 && end > 0; ++steps) {
        if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U) {
            break;
        }
        --end;
    }
    return text.substr(0, end);
}

void appendAsUtf8(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = utf8SequenceSize(text);
        if (size == 0) {
            out += "\xEF\xBF\xBD";
            text.remove_prefix(1);
        } else {
            out.append(text.substr(0, size));
            text.remove_prefix(size);
        }
    }
}

}  // namespace mortise
