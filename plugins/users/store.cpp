// SQL of the users plugin. See store.hpp.
//
// Listings are put together from constant pieces only (column, direction, filter); everything a client sends is a parameter.
#include "store.hpp"

#include <array>
#include <tuple>
#include <utility>

namespace users {

namespace {

using mortise::Sql;

#define MORTISE_ACCOUNT_COLUMNS "id, email, full_name, is_active, roles, created_at, updated_at"

struct AccountRow : Account {
    static auto columns() {
        return std::make_tuple(&Account::id, &Account::email, &Account::full_name,
                               &Account::is_active, &Account::roles, &Account::created_at,
                               &Account::updated_at);
    }
};

struct CredentialsRow : Account {
    std::string hashed_password;

    static auto columns() {
        return std::make_tuple(&Account::id, &Account::email, &Account::full_name,
                               &Account::is_active, &Account::roles, &Account::created_at,
                               &Account::updated_at, &CredentialsRow::hashed_password);
    }
};

std::optional<Account> toAccount(std::optional<AccountRow> row) {
    return row ? std::optional<Account>(*std::move(row)) : std::nullopt;
}

std::vector<Account> toAccounts(std::vector<AccountRow> rows) {
    return {std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())};
}

constexpr std::string_view kEmailKey = "accounts_email_key";

/// How an order looks in SQL: the sort expression, and the type a cursor's text is read back as.
struct OrderColumn {
    std::string_view name;
    std::string_view expression;
    std::string_view type;
};

constexpr std::array<OrderColumn, 4> kOrderColumns{{
    {"id", "id", "bigint"},
    {"email", "lower(email)", "text"},
    {"full_name", "lower(full_name)", "text"},
    {"created_at", "created_at", "timestamptz"},
}};

const OrderColumn& columnOf(const AccountOrder& order) {
    return kOrderColumns[static_cast<std::size_t>(order.column)];
}

constexpr std::string_view kFilter =
    "($1::text IS NULL OR lower(email) = lower($1))"
    " AND ($2::boolean IS NULL OR is_active = $2)"
    " AND ($3::text IS NULL OR $3 = ANY (roles))"
    " AND ($4::text IS NULL OR email ILIKE $4 OR full_name ILIKE $4)";

std::string orderBy(const AccountOrder& order) {
    const std::string direction = order.is_descending ? " DESC" : " ASC";
    const std::string expression(columnOf(order).expression);
    return " ORDER BY " + expression + direction + ", id" + direction;
}

std::optional<std::string> patternOf(const AccountFilter& filter) {
    return filter.text ? std::optional(containsPattern(*filter.text)) : std::nullopt;
}

}  // namespace

std::optional<AccountOrder> parseOrder(std::string_view sort_by) {
    AccountOrder order;
    if (sort_by.starts_with('-')) {
        order.is_descending = true;
        sort_by.remove_prefix(1);
    }
    for (std::size_t index = 0; index < kOrderColumns.size(); ++index) {
        if (kOrderColumns[index].name == sort_by) {
            order.column = static_cast<AccountOrder::Column>(index);
            return order;
        }
    }
    return std::nullopt;
}

AccountPosition positionOf(const Account& account, const AccountOrder& order) {
    // Texts are lowered by the database when it compares, so that both sides follow its rules.
    switch (order.column) {
        case AccountOrder::Column::Email:
            return {account.email, account.id};
        case AccountOrder::Column::FullName:
            return {account.full_name, account.id};
        case AccountOrder::Column::CreatedAt:
            return {account.created_at.toString(), account.id};
        case AccountOrder::Column::Id:
            break;
    }
    return {std::to_string(account.id), account.id};
}

std::string containsPattern(std::string_view text) {
    std::string pattern = "%";
    for (const char character : text) {
        if (character == '%' || character == '_' || character == '\\') {
            pattern += '\\';
        }
        pattern += character;
    }
    return pattern + '%';
}

std::optional<Account> AccountStore::insert(const NewAccount& account,
                                            const std::string& hashed_password) {
    try {
        return db_.one<AccountRow>(
            Sql("account_insert",
                "INSERT INTO users.accounts (email, full_name, hashed_password, roles)"
                " VALUES ($1, $2, $3, $4) RETURNING " MORTISE_ACCOUNT_COLUMNS),
            account.email, account.full_name, hashed_password, account.roles);
    } catch (const mortise::UniqueViolation& violation) {
        if (violation.constraint() != kEmailKey) {
            throw;
        }
        return std::nullopt;
    }
}

std::optional<Account> AccountStore::find(std::int64_t id) {
    return toAccount(db_.optional<AccountRow>(
        Sql("account_find", "SELECT " MORTISE_ACCOUNT_COLUMNS " FROM users.accounts WHERE id = $1"),
        id));
}

std::optional<Account> AccountStore::findForUpdate(std::int64_t id) {
    return toAccount(db_.optional<AccountRow>(
        Sql("account_lock",
            "SELECT " MORTISE_ACCOUNT_COLUMNS " FROM users.accounts WHERE id = $1 FOR UPDATE"),
        id));
}

std::optional<StoredCredentials> AccountStore::findCredentials(const std::string& email) {
    auto row =
        db_.optional<CredentialsRow>(Sql("credentials_find", "SELECT " MORTISE_ACCOUNT_COLUMNS
                                                             ", hashed_password FROM users.accounts"
                                                             " WHERE lower(email) = lower($1)"),
                                     email);
    if (!row) {
        return std::nullopt;
    }
    std::string hashed_password = std::move(row->hashed_password);
    return StoredCredentials{Account(*std::move(row)), std::move(hashed_password)};
}

std::optional<Account> AccountStore::update(std::int64_t id, const AccountChanges& changes) {
    try {
        return db_.one<AccountRow>(
            Sql("account_update",
                "UPDATE users.accounts SET email = coalesce($2, email),"
                " full_name = coalesce($3, full_name), is_active = coalesce($4, is_active),"
                " roles = coalesce($5, roles), updated_at = now()"
                " WHERE id = $1 RETURNING " MORTISE_ACCOUNT_COLUMNS),
            id, changes.email, changes.full_name, changes.is_active, changes.roles);
    } catch (const mortise::UniqueViolation& violation) {
        if (violation.constraint() != kEmailKey) {
            throw;
        }
        return std::nullopt;
    }
}

bool AccountStore::remove(std::int64_t id) {
    return db_.execute(Sql("account_delete", "DELETE FROM users.accounts WHERE id = $1"), id) == 1;
}

void AccountStore::replaceHash(std::int64_t id, const std::string& old_hash,
                               const std::string& new_hash) {
    db_.execute(Sql("hash_replace",
                    "UPDATE users.accounts SET hashed_password = $3"
                    " WHERE id = $1 AND hashed_password = $2"),
                id, old_hash, new_hash);
}

std::optional<std::chrono::seconds> AccountStore::lockRemaining(const LoginAttempt& attempt) {
    const auto seconds = db_.optional<std::int64_t>(
        Sql("lock_find",
            "SELECT ceil(extract(epoch FROM locked_until - now()))::bigint"
            " FROM users.login_failures"
            " WHERE email_digest = sha256(convert_to(lower($1), 'UTF8')) AND client_address = $2"
            " AND locked_until > now()"),
        attempt.email, attempt.client_address);
    return seconds ? std::optional(std::chrono::seconds(*seconds)) : std::nullopt;
}

int AccountStore::addFailure(const LoginAttempt& attempt, std::chrono::seconds window) {
    // Every failure takes some forgiven ones along, so the table stays as small as the failures of one window.
    db_.execute(Sql("failures_forget",
                    "DELETE FROM users.login_failures WHERE (email_digest, client_address) IN"
                    " (SELECT email_digest, client_address FROM users.login_failures"
                    "  WHERE last_failed_at < now() - $1::interval"
                    "  AND coalesce(locked_until, '-infinity') < now()"
                    "  ORDER BY last_failed_at LIMIT 20 FOR UPDATE SKIP LOCKED)"),
                window);
    return db_.one<int>(Sql("failure_add",
                            "INSERT INTO users.login_failures AS f (email_digest, client_address)"
                            " VALUES (sha256(convert_to(lower($1), 'UTF8')), $2)"
                            " ON CONFLICT (email_digest, client_address) DO UPDATE SET"
                            " failed_count = CASE WHEN f.last_failed_at < now() - $3::interval"
                            " THEN 1 ELSE f.failed_count + 1 END, last_failed_at = now()"
                            " RETURNING failed_count"),
                        attempt.email, attempt.client_address, window);
}

void AccountStore::lock(const LoginAttempt& attempt, std::chrono::seconds duration) {
    // The count begins anew, so that one wrong password after the lock does not lock again.
    db_.execute(Sql("lock_set",
                    "UPDATE users.login_failures"
                    " SET locked_until = now() + $3::interval, failed_count = 0"
                    " WHERE email_digest = sha256(convert_to(lower($1), 'UTF8'))"
                    " AND client_address = $2"),
                attempt.email, attempt.client_address, duration);
}

void AccountStore::clearFailures(const LoginAttempt& attempt) {
    db_.execute(Sql("failures_clear",
                    "DELETE FROM users.login_failures"
                    " WHERE email_digest = sha256(convert_to(lower($1), 'UTF8'))"
                    " AND client_address = $2"),
                attempt.email, attempt.client_address);
}

std::int64_t AccountStore::count(const AccountFilter& filter) const {
    const std::string sql = "SELECT count(*) FROM users.accounts WHERE " + std::string(kFilter);
    return db_.scalar<std::int64_t>(Sql("accounts_count", sql), filter.email, filter.is_active,
                                    filter.role, patternOf(filter));
}

std::vector<Account> AccountStore::listPage(const AccountFilter& filter, const AccountOrder& order,
                                            std::int64_t offset, std::int64_t limit) const {
    const std::string sql = "SELECT " MORTISE_ACCOUNT_COLUMNS " FROM users.accounts WHERE " +
                            std::string(kFilter) + orderBy(order) + " OFFSET $5 LIMIT $6";
    return toAccounts(db_.all<AccountRow>(Sql("accounts_page", sql), filter.email, filter.is_active,
                                          filter.role, patternOf(filter), offset, limit));
}

std::vector<Account> AccountStore::listAfter(const AccountFilter& filter, const AccountOrder& order,
                                             const std::optional<AccountPosition>& position,
                                             std::int64_t limit) const {
    const OrderColumn& column = columnOf(order);
    const std::string key =
        column.type == "text" ? std::string("lower($5::text)") : "$5::" + std::string(column.type);
    const std::string sql = "SELECT " MORTISE_ACCOUNT_COLUMNS " FROM users.accounts WHERE " +
                            std::string(kFilter) + " AND ($5::text IS NULL OR (" +
                            std::string(column.expression) + ", id) " +
                            (order.is_descending ? "<" : ">") + " (" + key + ", $6::bigint))" +
                            orderBy(order) + " LIMIT $7";
    const std::optional<std::string> after = position ? std::optional(position->key) : std::nullopt;
    const std::optional<std::int64_t> after_id =
        position ? std::optional(position->id) : std::nullopt;
    return toAccounts(db_.all<AccountRow>(Sql("accounts_after", sql), filter.email,
                                          filter.is_active, filter.role, patternOf(filter), after,
                                          after_id, limit));
}

}  // namespace users
