// The host's cryptography as the rules of accounts want it.
#include "vault.hpp"

namespace users {

namespace {

/// No access token of any host lives longer, so a revocation may be forgotten then.
constexpr std::chrono::hours kTokenLifetimeMax{24};

}  // namespace

std::string IdentityVault::hash(const std::string& password) {
    return identity_.hashPassword(password);
}

Vault::Match IdentityVault::compare(const std::string& password,
                                    const std::string& hashed_password) {
    switch (identity_.verifyPassword(password, hashed_password)) {
        case mortise::PasswordCheck::Match:
            return Match::Yes;
        case mortise::PasswordCheck::MatchRehash:
            return Match::YesButOutdated;
        case mortise::PasswordCheck::Mismatch:
            break;
    }
    return Match::No;
}

void IdentityVault::revokeTokens(std::int64_t account_id) {
    identity_.revokeSubject(std::to_string(account_id),
                            mortise::Timestamp::now() + kTokenLifetimeMax);
}

}  // namespace users
