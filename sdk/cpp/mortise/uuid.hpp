// Uuid: 128-bit identifier (RFC 9562) with its canonical text, and version 7, whose values sort by the time they were made.
//
// The generator takes time and randomness from its caller: a plugin gets both from the host, and a test gets them from itself.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mortise/encoding.hpp"
#include "mortise/timestamp.hpp"

namespace mortise {

class Uuid {
public:
    static constexpr std::size_t kSize = 16;
    /// Random bytes version7() needs.
    static constexpr std::size_t kRandomSize = 10;

    /// The nil UUID.
    constexpr Uuid() = default;
    constexpr explicit Uuid(const std::array<std::uint8_t, kSize>& bytes) noexcept
        : bytes_(bytes) {}

    /// Reads "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f" in either case; no braces, no other form.
    static constexpr std::optional<Uuid> parse(std::string_view text) noexcept {
        if (text.size() != kTextSize) {
            return std::nullopt;
        }
        Uuid uuid;
        std::size_t at = 0;
        for (std::uint8_t& byte : uuid.bytes_) {
            if (isHyphenPlace(at) && text[at++] != '-') {
                return std::nullopt;
            }
            const int high = detail::hexValue(text[at]);
            const int low = detail::hexValue(text[at + 1]);
            if (high < 0 || low < 0) {
                return std::nullopt;
            }
            byte = static_cast<std::uint8_t>(high * 16 + low);
            at += 2;
        }
        return uuid;
    }

    /// Makes a version 7 UUID. `random` comes from a generator fit for secrets.
    static constexpr Uuid version7(Timestamp time,
                                   std::span<const std::uint8_t, kRandomSize> random) noexcept {
        Uuid uuid;
        auto milliseconds = static_cast<std::uint64_t>(time.microseconds() / 1000);
        for (std::size_t at = 6; at-- > 0; milliseconds >>= 8u) {
            uuid.bytes_[at] = static_cast<std::uint8_t>(milliseconds & 0xFFu);
        }
        for (std::size_t at = 0; at < kRandomSize; ++at) {
            uuid.bytes_[6 + at] = random[at];
        }
        uuid.bytes_[6] = static_cast<std::uint8_t>((uuid.bytes_[6] & 0x0Fu) | 0x70u);
        uuid.bytes_[8] = static_cast<std::uint8_t>((uuid.bytes_[8] & 0x3Fu) | 0x80u);
        return uuid;
    }

    /// Canonical text in lower case.
    std::string toString() const {
        const auto text = toChars();
        return {text.data(), text.size()};
    }
    /// The same without an allocation; not terminated.
    static constexpr std::size_t kTextSize = 36;
    constexpr std::array<char, kTextSize> toChars() const noexcept {
        std::array<char, kTextSize> text{};
        std::size_t at = 0;
        for (const std::uint8_t byte : bytes_) {
            if (isHyphenPlace(at)) {
                text[at++] = '-';
            }
            text[at++] = detail::kHexDigits[byte >> 4u];
            text[at++] = detail::kHexDigits[byte & 0x0Fu];
        }
        return text;
    }

    constexpr const std::array<std::uint8_t, kSize>& bytes() const noexcept { return bytes_; }
    constexpr int version() const noexcept { return bytes_[6] >> 4u; }
    constexpr bool isNil() const noexcept { return *this == Uuid(); }

    friend constexpr std::strong_ordering operator<=>(const Uuid&, const Uuid&) = default;

private:
    static constexpr bool isHyphenPlace(std::size_t at) noexcept {
        return at == 8 || at == 13 || at == 18 || at == 23;
    }

    std::array<std::uint8_t, kSize> bytes_{};
};

}  // namespace mortise

template <>
struct std::hash<mortise::Uuid> {
    std::size_t operator()(const mortise::Uuid& uuid) const noexcept {
        // FNV-1a over the bytes: the first ones of version 7 hardly differ between neighbours.
        std::uint64_t mixed = 0xcbf29ce484222325u;
        for (const std::uint8_t byte : uuid.bytes()) {
            mixed = (mixed ^ byte) * 0x100000001b3u;
        }
        return static_cast<std::size_t>(mixed);
    }
};
