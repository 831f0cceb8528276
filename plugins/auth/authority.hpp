// What lies outside of the auth plugin, as its rules want it: the host's identity and the users plugin's operations.
#pragma once

#include <mortise/identity.hpp>
#include <mortise/log.hpp>
#include <mortise/operations.hpp>

#include "service.hpp"

namespace auth {

/// Tokens, digests and revocation by the host.
class HostAuthority final : public TokenAuthority {
public:
    HostAuthority(const mortise::Identity& identity, const mortise::Log& log)
        : identity_(identity), log_(log) {}

    std::string issueAccessToken(const User& user, const mortise::Uuid& session_id,
                                 std::chrono::seconds lifetime) override;
    std::string makeRefreshToken() override;
    std::string digest(std::string_view token) override;
    void revokeSession(const mortise::Uuid& session_id, std::chrono::seconds lifetime) override;
    void revokeUser(std::int64_t user_id, std::chrono::seconds lifetime) override;
    void reportReuse(std::int64_t user_id, const mortise::Uuid& session_id) override;

private:
    const mortise::Identity& identity_;
    const mortise::Log& log_;
};

/// Accounts by `users.create`, `users.verify_credentials` and `users.get`.
class UsersPlugin final : public Accounts {
public:
    explicit UsersPlugin(const mortise::Operations& operations) : operations_(operations) {}

    User create(const Registration& registration) override;
    LoginVerdict verify(const std::string& email, const std::string& password,
                        const std::string& client_address) override;
    std::optional<User> find(std::int64_t user_id) override;

private:
    const mortise::Operations& operations_;
};

}  // namespace auth
