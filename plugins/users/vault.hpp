// The host's cryptography as the rules of accounts want it.
#pragma once

#include <mortise/identity.hpp>

#include "service.hpp"

namespace users {

class IdentityVault final : public Vault {
public:
    explicit IdentityVault(const mortise::Identity& identity) : identity_(identity) {}

    std::string hash(const std::string& password) override;
    Match compare(const std::string& password, const std::string& hashed_password) override;
    void revokeTokens(std::int64_t account_id) override;

private:
    const mortise::Identity& identity_;
};

}  // namespace users
