// What signs the cursors of tests.
#pragma once

#include <cstdint>
#include <string_view>

#include <mortise/cursor.hpp>

namespace mortise::test {

/// No HMAC, but every bit of the text reaches every byte of the digest, which is what the tests rely on.
inline Sign signWith(std::uint64_t key) {
    return [key](std::string_view text) {
        Digest digest{};
        std::uint64_t mixed = 0xcbf29ce484222325u ^ key;
        for (const char character : text) {
            mixed = (mixed ^ static_cast<unsigned char>(character)) * 0x100000001b3u;
        }
        for (std::uint8_t& byte : digest) {
            mixed = (mixed ^ (mixed >> 29u)) * 0x100000001b3u;
            byte = static_cast<std::uint8_t>(mixed >> 32u);
        }
        return digest;
    };
}

}  // namespace mortise::test
