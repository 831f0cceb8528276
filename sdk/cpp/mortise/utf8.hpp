// UTF-8 in three questions: how many characters, is this sequence well-formed, is this text well-formed.
//
// Lengths of the API are characters (code points), never bytes. Well-formed means RFC 3629: no overlong forms, no surrogates,
// nothing above U+10FFFF. Texts from the host are checked already; these functions serve texts a plugin made itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mortise::utf8 {

/// Number of characters of a well-formed text.
constexpr std::size_t length(std::string_view text) noexcept {
    std::size_t count = 0;
    for (const char byte : text) {
        count += (static_cast<unsigned char>(byte) & 0xC0u) != 0x80u ? 1u : 0u;
    }
    return count;
}

/// What a validator asks of every text, found in one pass.
struct Measure {
    std::size_t length = 0;
    bool has_nul = false;
};

/// Eight bytes at a time: a continuation byte has bit 7 set and bit 6 not, and the last subtraction borrows only where a byte is 0
/// (or next to one, which changes nothing).
inline Measure measure(std::string_view text) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101u;
    std::size_t continuations = 0;
    std::uint64_t zeros = 0;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, 8);
        continuations += (((bytes >> 7u) & ~(bytes >> 6u) & kOnes) * kOnes) >> 56u;
        zeros |= (bytes - kOnes) & ~bytes & (kOnes * 0x80u);
    }
    for (; at < text.size(); ++at) {
        continuations += (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u ? 1u : 0u;
        zeros |= text[at] == '\0' ? 1u : 0u;
    }
    return {text.size() - continuations, zeros != 0};
}

/// Size in bytes of the well-formed sequence at `at`, 0 when there is none. `at` is inside `text`.
constexpr std::size_t sequenceSize(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t index) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[index]));
    };
    const auto continues = [&](std::size_t index) {
        return index < text.size() && (byte(index) & 0xC0u) == 0x80u;
    };
    const std::uint32_t lead = byte(at);
    if (lead < 0x80u) {
        return 1;
    }
    if (lead < 0xC2u || lead > 0xF4u || !continues(at + 1)) {
        return 0;
    }
    if (lead < 0xE0u) {
        return 2;
    }
    const std::uint32_t second = byte(at + 1);
    if (!continues(at + 2)) {
        return 0;
    }
    if (lead < 0xF0u) {
        const bool overlong = lead == 0xE0u && second < 0xA0u;
        const bool surrogate = lead == 0xEDu && second > 0x9Fu;
        return overlong || surrogate ? 0 : 3;
    }
    const bool overlong = lead == 0xF0u && second < 0x90u;
    const bool too_high = lead == 0xF4u && second > 0x8Fu;
    return overlong || too_high || !continues(at + 3) ? 0 : 4;
}

/// True when the whole text is well-formed.
constexpr bool isValid(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = sequenceSize(text, at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

}  // namespace mortise::utf8
