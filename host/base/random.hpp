// Random numbers: one source for secrets, one for everything else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mortise {

/// From the system's cryptographic generator (getrandom). Aborts when the system has none: nothing
/// safe can follow.
void fillRandom(std::span<std::uint8_t> bytes) noexcept;

/// 32 secret bytes in base64url, 43 characters: session tokens, one-time codes.
std::string randomToken();

/// Fast, per thread, predictable to an attacker: request ids, jitter, sampling. Never for secrets.
std::uint64_t quickRandom() noexcept;

/// `digit_count` lower-case hexadecimal digits of quickRandom(); 12 of them make a request id.
std::string quickHex(std::size_t digit_count);

}  // namespace mortise
