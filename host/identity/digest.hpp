// Digests: SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), and keys derived from the host's secret
// (HKDF, RFC 5869).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mortise::identity {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view input);

Digest hmacSha256(std::string_view key, std::string_view input);

/// Signs for plugins: every plugin gets a key of its own, so what one has signed another cannot
/// pass off as its own.
class PluginSigner {
public:
    /// `secret_key` is the host's and not kept; what was signed before it changed is refused after.
    explicit PluginSigner(std::string_view secret_key);
    ~PluginSigner();
    PluginSigner(const PluginSigner&) = delete;
    PluginSigner& operator=(const PluginSigner&) = delete;

    /// Any thread.
    Digest sign(std::string_view plugin, std::string_view input) const;

private:
    Digest root_;
};

}  // namespace mortise::identity
