// The rules of accounts: who may see and change what, when an address is taken, when a password counts.
//
// The rules know neither HTTP nor SQL. What they need from outside is two small abstract classes: the table of accounts
// (store.hpp) and the host's cryptography (routes.cpp). A test hands in its own.
//
// Passwords are hashed and compared while no database lease is held: hashing takes tens of milliseconds on purpose, and a
// storm of logins would otherwise empty the connection pool for everybody.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mortise/types.hpp>

#include "settings.hpp"

namespace users {

inline constexpr std::string_view kAdminRole = "admin";
inline constexpr std::string_view kDefaultRole = "user";

/// One account, without its password hash.
struct Account {
    std::int64_t id = 0;
    std::string email;
    std::string full_name;
    bool is_active = true;
    std::vector<std::string> roles;
    mortise::Timestamp created_at;
    std::optional<mortise::Timestamp> updated_at;
};

/// An account together with its hash; stays between the store and the service.
struct StoredCredentials {
    Account account;
    std::string hashed_password;
};

struct NewAccount {
    std::string email;
    std::string full_name;
    std::string password;
    std::vector<std::string> roles;
};

/// What a change leaves out stays as it is.
struct AccountChanges {
    std::optional<std::string> email = std::nullopt;
    std::optional<std::string> full_name = std::nullopt;
    std::optional<bool> is_active = std::nullopt;
    std::optional<std::vector<std::string>> roles = std::nullopt;
};

/// Who asks.
struct Actor {
    std::int64_t user_id = 0;
    bool is_admin = false;
};

struct LoginAttempt {
    std::string email;
    std::string password;
    /// Where it came from; empty when unknown.
    std::string client_address;
};

enum class Verdict { Accepted, InvalidCredentials, Inactive, Locked };

/// What became of a login. `account` is set when it was accepted, `retry_after` when it is locked.
struct Verification {
    Verdict verdict = Verdict::InvalidCredentials;
    std::optional<Account> account = std::nullopt;
    std::chrono::seconds retry_after{0};
    /// This very attempt began the lock.
    bool lock_began = false;
    /// The stored hash was replaced.
    bool was_upgraded = false;
};

/// The accounts as the rules need them.
class AccountRepository {
public:
    virtual ~AccountRepository() = default;

    /// Nothing when the address is taken; the unit of work is then good for an error answer only.
    virtual std::optional<Account> insert(const NewAccount& account,
                                          const std::string& hashed_password) = 0;
    virtual std::optional<Account> find(std::int64_t id) = 0;
    /// As find(), and nobody else changes the account until the unit of work ends.
    virtual std::optional<Account> findForUpdate(std::int64_t id) = 0;
    virtual std::optional<StoredCredentials> findCredentials(const std::string& email) = 0;
    /// Nothing when the new address is taken.
    virtual std::optional<Account> update(std::int64_t id, const AccountChanges& changes) = 0;
    virtual bool remove(std::int64_t id) = 0;
    /// Replaces the hash unless somebody else did so first.
    virtual void replaceHash(std::int64_t id, const std::string& old_hash,
                             const std::string& new_hash) = 0;

    /// Time left of a lock, nothing without one.
    virtual std::optional<std::chrono::seconds> lockRemaining(const LoginAttempt& attempt) = 0;
    /// Counts a wrong password; failures older than `window` are forgotten. Gives the number in a row.
    virtual int addFailure(const LoginAttempt& attempt, std::chrono::seconds window) = 0;
    virtual void lock(const LoginAttempt& attempt, std::chrono::seconds duration) = 0;
    virtual void clearFailures(const LoginAttempt& attempt) = 0;

    /// Makes permanent what was written so far and gives the database connection back.
    virtual void commit() = 0;
};

/// What the host's cryptography does for accounts.
class Vault {
public:
    enum class Match { No, Yes, YesButOutdated };

    virtual ~Vault() = default;
    virtual std::string hash(const std::string& password) = 0;
    /// An empty hash never matches and takes as long as a real one.
    virtual Match compare(const std::string& password, const std::string& hashed_password) = 0;
    /// Refuses every access token issued to the account so far.
    virtual void revokeTokens(std::int64_t account_id) = 0;
};

/// Names a version of an account for ETag and If-Match: changes with every change of the account.
std::string versionTag(const Account& account);

/// "Your account is locked. Try again in 30 minutes."
std::string lockMessage(std::chrono::seconds remaining);

class AccountService {
public:
    AccountService(AccountRepository& accounts, Vault& vault, const Settings& settings)
        : accounts_(accounts), vault_(vault), settings_(settings) {}

    /// Throws EMAIL_TAKEN.
    Account create(NewAccount account);
    /// The account of the configuration, nothing when it exists already or none is configured.
    std::optional<Account> bootstrapAdmin();

    /// Throws USER_NOT_FOUND.
    Account get(std::int64_t id);
    /// Throws ForbiddenError unless it is the actor's own account or the actor is an administrator; USER_NOT_FOUND.
    Account getFor(const Actor& actor, std::int64_t id);

    /// The result of update(): tokens are refused after a change of roles or activity.
    struct Updated {
        Account account;
        bool tokens_revoked = false;
    };
    /// `expected_version` is the client's If-Match, empty for none. Throws what getFor() throws, ForbiddenError for fields
    /// only an administrator may set, EMAIL_TAKEN, and PRECONDITION_FAILED.
    Updated update(const Actor& actor, std::int64_t id, const AccountChanges& changes,
                   std::string_view expected_version);
    /// Throws what getFor() throws and PRECONDITION_FAILED.
    void remove(const Actor& actor, std::int64_t id, std::string_view expected_version);

    /// Judges a login. Unknown address, wrong password and, in time taken, both are alike.
    Verification verify(const LoginAttempt& attempt);

private:
    Account findOwn(const Actor& actor, std::int64_t id, std::string_view expected_version);
    Verification refuse(const LoginAttempt& attempt);
    bool upgradeHash(const StoredCredentials& stored, const LoginAttempt& attempt,
                     Vault::Match match);

    AccountRepository& accounts_;
    Vault& vault_;
    const Settings& settings_;
};

}  // namespace users
