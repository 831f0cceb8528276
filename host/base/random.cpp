#include "base/random.hpp"

#include <sys/random.h>

#include <array>
#include <bit>
#include <cerrno>
#include <string_view>

#include "base/assert.hpp"
#include "base/encoding.hpp"

namespace mortise {

namespace {

std::uint64_t seed() noexcept {
    std::array<std::uint8_t, 8> bytes{};
    fillRandom(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
}

}  // namespace

void fillRandom(std::span<std::uint8_t> bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
        MORTISE_ASSERT(got > 0 || errno == EINTR, "the system gives no random numbers");
        if (got > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(got));
        }
    }
}

std::string randomToken() {
    std::array<std::uint8_t, 32> bytes{};
    fillRandom(bytes);
    return base64UrlText({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix per number, and any seed is a good
// one.
std::uint64_t quickRandom() noexcept {
    thread_local std::uint64_t state = seed();
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
}

std::string quickHex(std::size_t digit_count) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out(digit_count, '0');
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < digit_count; ++i) {
        if (i % 16 == 0) {
            bits = quickRandom();
        }
        out[i] = kDigits[bits & 0xFU];
        bits >>= 4U;
    }
    return out;
}

}  // namespace mortise
