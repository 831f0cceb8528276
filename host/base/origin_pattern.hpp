// OriginPattern: which servers a plugin may call, as its manifest says it.
//
//   https://api.example.org        that server, at the port of the scheme
//   https://api.example.org:8443   at another port
//   http://127.0.0.1:*             at any port
//   https://*.example.org          all names below example.org, not example.org itself
//   *                              any server of the public internet
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mortise {

class OriginPattern {
public:
    /// Empty for any other text; names are in lower case.
    static std::optional<OriginPattern> parse(std::string_view text);

    /// `scheme` and `host` in lower case, an IPv6 address in brackets. "*" matches nothing here: see isAnyPublic().
    bool matches(std::string_view scheme, std::string_view host, std::uint16_t port) const noexcept;
    bool isAnyPublic() const noexcept { return scheme_.empty(); }

private:
    std::string scheme_;      // Empty for "*".
    std::string host_;        // With a leading dot when all names below it are meant.
    std::uint16_t port_ = 0;  // 0 for any.
};

}  // namespace mortise
