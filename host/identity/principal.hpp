// Principal: who a unit of work runs for, as the verified token says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::identity {

struct Principal {
    std::string subject{};  ///< `sub`: the user's id as text.
    std::vector<std::string> roles{};
    std::vector<std::string> scopes{};
    std::string token_id{};    ///< `jti`.
    std::string session_id{};  ///< `sid`, empty when the token belongs to no session.
    std::int64_t issued_at_s = 0;
    std::int64_t expires_at_s = 0;

    bool hasRole(std::string_view role) const noexcept { return contains(roles, role); }
    bool hasScope(std::string_view scope) const noexcept { return contains(scopes, scope); }

private:
    static bool contains(const std::vector<std::string>& all, std::string_view one) noexcept {
        for (const std::string& each : all) {
            if (each == one) {
                return true;
            }
        }
        return false;
    }
};

}  // namespace mortise::identity
