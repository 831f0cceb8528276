// The tables of the users plugin: every SQL statement of it stands in store.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mortise/db.hpp>

#include "service.hpp"

namespace users {

/// What a listing is narrowed to; what is missing narrows nothing.
struct AccountFilter {
    std::optional<std::string> email;
    std::optional<bool> is_active;
    std::optional<std::string> role;
    /// Part of the address or the name.
    std::optional<std::string> text;
};

/// An order of the listing. The id always breaks ties, so that the order is total.
struct AccountOrder {
    enum class Column { Id, Email, FullName, CreatedAt };
    Column column = Column::Id;
    bool is_descending = false;
};

/// Reads "email", "-created_at" and the like; nothing for a column that is not on the list.
std::optional<AccountOrder> parseOrder(std::string_view sort_by);

/// Where a cursor listing goes on: behind the row with this sort key and id.
struct AccountPosition {
    std::string key;
    std::int64_t id = 0;
};
/// The position of an account in an order.
AccountPosition positionOf(const Account& account, const AccountOrder& order);

/// A LIKE pattern that finds `text` anywhere, with the characters that mean something to LIKE taken literally.
std::string containsPattern(std::string_view text);

class AccountStore final : public AccountRepository {
public:
    explicit AccountStore(const mortise::Db& db) : db_(db) {}

    std::optional<Account> insert(const NewAccount& account,
                                  const std::string& hashed_password) override;
    std::optional<Account> find(std::int64_t id) override;
    std::optional<Account> findForUpdate(std::int64_t id) override;
    std::optional<StoredCredentials> findCredentials(const std::string& email) override;
    std::optional<Account> update(std::int64_t id, const AccountChanges& changes) override;
    bool remove(std::int64_t id) override;
    void replaceHash(std::int64_t id, const std::string& old_hash,
                     const std::string& new_hash) override;
    std::optional<std::chrono::seconds> lockRemaining(const LoginAttempt& attempt) override;
    int addFailure(const LoginAttempt& attempt, std::chrono::seconds window) override;
    void lock(const LoginAttempt& attempt, std::chrono::seconds duration) override;
    void clearFailures(const LoginAttempt& attempt) override;
    void commit() override { db_.commitNow(); }

    std::int64_t count(const AccountFilter& filter) const;
    std::vector<Account> listPage(const AccountFilter& filter, const AccountOrder& order,
                                  std::int64_t offset, std::int64_t limit) const;
    std::vector<Account> listAfter(const AccountFilter& filter, const AccountOrder& order,
                                   const std::optional<AccountPosition>& position,
                                   std::int64_t limit) const;

private:
    const mortise::Db& db_;
};

}  // namespace users
