// Trust: what the edge believes about a request it cannot check: the name in Host, and what a proxy says of its client.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::http {

class Exchange;

/// Names the Host header may carry. A wrong one is how links in mails and cache keys get poisoned.
class TrustedHosts {
public:
    explicit TrustedHosts(const std::vector<std::string>& patterns);
    /// `host` without port. Case plays no part, a trailing dot neither.
    bool accepts(std::string_view host) const noexcept;

private:
    bool accepts_all_ = false;
    std::vector<std::string> exact_;
    std::vector<std::string> suffixes_;  // ".example.com" of "*.example.com".
};

/// Peers whose X-Forwarded-For, X-Forwarded-Proto and X-Request-ID are believed.
class TrustedProxies {
public:
    /// Addresses, CIDR blocks or "*". Throws mortise::Error for anything else.
    explicit TrustedProxies(const std::vector<std::string>& blocks);

    bool trusts(std::string_view address) const noexcept;

    /// Replaces `client_address` and `secure` by what trusted proxies say. X-Forwarded-For is read from the right: the first
    /// address no trusted proxy has is the client; what stands left of it is the client's own claim.
    void apply(Exchange& exchange) const noexcept;

private:
    /// IPv4 is kept as IPv4-mapped IPv6, so that both spellings of one peer are one.
    using Address = std::array<std::uint8_t, 16>;
    struct Block {
        Address address{};
        unsigned prefix = 128;
    };

    static std::optional<Address> parseAddress(std::string_view text) noexcept;
    static std::optional<Block> parseBlock(std::string_view text) noexcept;
    bool contains(const Address& address) const noexcept;

    bool trusts_all_ = false;
    std::vector<Block> blocks_;
};

}  // namespace mortise::http
