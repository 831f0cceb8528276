// Text forms of bytes: hexadecimal and base64url (RFC 4648, section 5, without padding).
//
// Decoders are strict: a foreign character, padding, a wrong length or stray bits answer nothing, so one value has exactly one
// text and a signed cursor cannot be written in two ways.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mortise {

namespace detail {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";
inline constexpr std::string_view kBase64UrlDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Value of a digit in either case, -1 for another character.
constexpr int hexValue(char digit) noexcept {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

constexpr int base64UrlValue(char digit) noexcept {
    if (digit >= 'A' && digit <= 'Z') {
        return digit - 'A';
    }
    if (digit >= 'a' && digit <= 'z') {
        return digit - 'a' + 26;
    }
    if (digit >= '0' && digit <= '9') {
        return digit - '0' + 52;
    }
    return digit == '-' ? 62 : digit == '_' ? 63 : -1;
}

}  // namespace detail

/// The bytes of a text, without a copy.
inline std::span<const std::uint8_t> bytesOf(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Lower-case hexadecimal text.
inline std::string encodeHex(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text += detail::kHexDigits[byte >> 4u];
        text += detail::kHexDigits[byte & 0x0Fu];
    }
    return text;
}

/// The bytes, held in a string, of hexadecimal text in either case.
inline std::optional<std::string> decodeHex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const int high = detail::hexValue(text[at]);
        const int low = detail::hexValue(text[at + 1]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

/// base64url text without padding.
inline std::string encodeBase64Url(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned bit_count = 0;
    for (const std::uint8_t byte : bytes) {
        bits = (bits << 8u) | byte;
        bit_count += 8;
        while (bit_count >= 6) {
            bit_count -= 6;
            text += detail::kBase64UrlDigits[(bits >> bit_count) & 0x3Fu];
        }
    }
    if (bit_count > 0) {
        text += detail::kBase64UrlDigits[(bits << (6u - bit_count)) & 0x3Fu];
    }
    return text;
}
inline std::string encodeBase64Url(std::string_view bytes) {
    return encodeBase64Url(bytesOf(bytes));
}

/// The bytes, held in a string, of base64url text without padding.
inline std::optional<std::string> decodeBase64Url(std::string_view text) {
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned bit_count = 0;
    for (const char digit : text) {
        const int value = detail::base64UrlValue(digit);
        if (value < 0) {
            return std::nullopt;
        }
        bits = (bits << 6u) | static_cast<std::uint32_t>(value);
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            bytes += static_cast<char>((bits >> bit_count) & 0xFFu);
        }
    }
    if ((bits & ((1u << bit_count) - 1u)) != 0) {
        return std::nullopt;
    }
    return bytes;
}

}  // namespace mortise
