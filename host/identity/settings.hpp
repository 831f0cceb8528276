// Settings of identity; app fills them from configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "limits.hpp"

namespace mortise::identity {

struct TokenSettings {
    std::string issuer = "mortise";
    std::string audience = "mortise";
    /// Life of an access token when the issuer is not told another.
    std::chrono::seconds lifetime = std::chrono::minutes(15);
    /// Clocks of two hosts may differ by this much, 0 to 60 s.
    std::chrono::seconds leeway = std::chrono::seconds(5);
    std::size_t cache_count_max = limits::kTokenCacheCountMax;
};

struct KeySettings {
    /// JSON list of {"kid": "...", "key": "PEM"}: the first one signs, all verify. Empty: a key of
    /// its own in `directory`.
    std::string keys_json{};
    /// Where a generated key lives; used only when `keys_json` is empty.
    std::filesystem::path directory{};
    /// Whether a missing key may be made. Several hosts must share keys, so production says no.
    bool may_generate = false;
};

/// Cost of argon2id; the defaults are OWASP's minimum for password storage.
struct PasswordSettings {
    std::uint32_t passes = 2;
    std::uint32_t memory_kib = 19 * 1024;
    std::uint32_t lanes = 1;
};

}  // namespace mortise::identity
