// Accounts in memory and a vault without cryptography, for the rules of accounts.
#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "plugins/users/service.hpp"

namespace users::testing {

inline std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// What the table does, without a table. `journal` tells in which order things happened.
class MemoryAccounts final : public AccountRepository {
public:
    explicit MemoryAccounts(std::vector<std::string>& journal) : journal_(journal) {}

    std::optional<Account> insert(const NewAccount& account,
                                  const std::string& hashed_password) override {
        if (findCredentials(account.email)) {
            return std::nullopt;
        }
        StoredCredentials stored;
        stored.account.id = ++last_id_;
        stored.account.email = account.email;
        stored.account.full_name = account.full_name;
        stored.account.roles = account.roles;
        stored.hashed_password = hashed_password;
        rows_[last_id_] = stored;
        return stored.account;
    }
    std::optional<Account> find(std::int64_t id) override {
        return rows_.contains(id) ? std::optional(rows_[id].account) : std::nullopt;
    }
    std::optional<Account> findForUpdate(std::int64_t id) override { return find(id); }
    std::optional<StoredCredentials> findCredentials(const std::string& email) override {
        for (const auto& [id, row] : rows_) {
            if (lower(row.account.email) == lower(email)) {
                return row;
            }
        }
        return std::nullopt;
    }
    std::optional<Account> update(std::int64_t id, const AccountChanges& changes) override {
        if (changes.email) {
            const auto other = findCredentials(*changes.email);
            if (other && other->account.id != id) {
                return std::nullopt;
            }
        }
        Account& account = rows_[id].account;
        account.email = changes.email.value_or(account.email);
        account.full_name = changes.full_name.value_or(account.full_name);
        account.is_active = changes.is_active.value_or(account.is_active);
        account.roles = changes.roles.value_or(account.roles);
        account.updated_at = mortise::Timestamp(++changes_);
        return account;
    }
    bool remove(std::int64_t id) override { return rows_.erase(id) == 1; }
    void replaceHash(std::int64_t id, const std::string& old_hash,
                     const std::string& new_hash) override {
        if (rows_[id].hashed_password == old_hash) {
            rows_[id].hashed_password = new_hash;
        }
    }
    std::optional<std::chrono::seconds> lockRemaining(const LoginAttempt& attempt) override {
        const auto found = locks_.find(key(attempt));
        return found == locks_.end() ? std::nullopt : std::optional(found->second);
    }
    int addFailure(const LoginAttempt& attempt, std::chrono::seconds) override {
        return ++failures_[key(attempt)];
    }
    void lock(const LoginAttempt& attempt, std::chrono::seconds duration) override {
        locks_[key(attempt)] = duration;
    }
    void clearFailures(const LoginAttempt& attempt) override { failures_.erase(key(attempt)); }
    void commit() override { journal_.emplace_back("commit"); }

    std::map<std::int64_t, StoredCredentials>& rows() { return rows_; }

private:
    static std::string key(const LoginAttempt& attempt) {
        return lower(attempt.email) + '|' + attempt.client_address;
    }

    std::vector<std::string>& journal_;
    std::map<std::int64_t, StoredCredentials> rows_;
    std::map<std::string, int> failures_;
    std::map<std::string, std::chrono::seconds> locks_;
    std::int64_t last_id_ = 0;
    std::int64_t changes_ = 0;
};

/// "hash:<password>" is a hash of today, "old:<password>" one that should be replaced.
class PlainVault final : public Vault {
public:
    explicit PlainVault(std::vector<std::string>& journal) : journal_(journal) {}

    std::string hash(const std::string& password) override {
        journal_.emplace_back("hash");
        return "hash:" + password;
    }
    Match compare(const std::string& password, const std::string& hashed_password) override {
        journal_.emplace_back("compare");
        if (hashed_password == "old:" + password) {
            return Match::YesButOutdated;
        }
        return hashed_password == "hash:" + password ? Match::Yes : Match::No;
    }
    void revokeTokens(std::int64_t account_id) override {
        journal_.push_back("revoke " + std::to_string(account_id));
    }

private:
    std::vector<std::string>& journal_;
};

/// Everything a test of the rules needs.
struct World {
    std::vector<std::string> journal;
    MemoryAccounts accounts{journal};
    PlainVault vault{journal};
    Settings settings;
    AccountService service{accounts, vault, settings};

    Account add(const std::string& email, std::vector<std::string> roles = {"user"}) {
        Account account = service.create({email, "Ada", "secret-password", std::move(roles)});
        journal.clear();
        return account;
    }
};

}  // namespace users::testing
