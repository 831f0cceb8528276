// The boundary of the users plugin. See routes.hpp.
#include "routes.hpp"

#include <utility>

#include "cursor.hpp"
#include "errors.hpp"
#include "store.hpp"
#include "vault.hpp"

namespace users {

namespace {

using mortise::field;

/// A service with what it stands on, for the time of one call.
struct Accounts {
    Accounts(const mortise::Db& db, const mortise::Identity& identity, const Settings& settings)
        : store(db), vault(identity), service(store, vault, settings) {}

    AccountStore store;
    IdentityVault vault;
    AccountService service;
};

UserResponse toResponse(Account account) {
    return {account.id,        std::move(account.email), std::move(account.full_name),
            account.is_active, std::move(account.roles), account.created_at,
            account.updated_at};
}

std::vector<UserResponse> toResponses(std::vector<Account> accounts) {
    std::vector<UserResponse> responses;
    responses.reserve(accounts.size());
    for (Account& account : accounts) {
        responses.push_back(toResponse(std::move(account)));
    }
    return responses;
}

Actor actorOf(const mortise::Principal& principal) {
    return {principal.userId(), principal.hasRole(kAdminRole)};
}

mortise::Reply<UserData> withVersion(Account account) {
    std::string version = versionTag(account);
    return mortise::Reply(UserData{toResponse(std::move(account))})
        .header("ETag", std::move(version));
}

std::string_view refusalCode(Verdict verdict) {
    switch (verdict) {
        case Verdict::Accepted:
            return "";
        case Verdict::Inactive:
            return "ACCOUNT_INACTIVE";
        case Verdict::Locked:
            return "ACCOUNT_LOCKED";
        case Verdict::InvalidCredentials:
            break;
    }
    return mortise::codes::INVALID_CREDENTIALS.code;
}

mortise::CursorPage<UserResponse> listAfter(const AccountStore& store, const AccountFilter& filter,
                                            const UserListQuery& query,
                                            const mortise::PageQuery& page,
                                            const mortise::Sign& sign) {
    const AccountOrder order = *parseOrder(query.sort_by);
    std::optional<AccountPosition> position;
    if (!page.cursor.empty()) {
        position = readCursor(page.cursor, query.sort_by, sign);
        if (!position) {
            throw mortise::ValidationError("cursor", "Is not a cursor of this list and order");
        }
    }
    std::vector<Account> accounts = store.listAfter(filter, order, position, page.per_page + 1);
    std::optional<std::string> next;
    if (static_cast<std::int64_t>(accounts.size()) > page.per_page) {
        const Account& last = accounts[static_cast<std::size_t>(page.per_page) - 1];
        next = writeCursor(query.sort_by, positionOf(last, order), sign);
    }
    return mortise::CursorPage<UserResponse>::of(
        page, toResponses(std::move(accounts)),
        [&](const UserResponse&) { return std::move(*next); });
}

}  // namespace

mortise::Listing<UserResponse> UserRoutes::list(mortise::Query<UserListQuery> query,
                                                mortise::Query<mortise::PageQuery> page,
                                                mortise::Db& db, mortise::Identity& identity) {
    const AccountStore store(db);
    const AccountFilter filter{query->email, query->is_active, query->role, query->q};
    if (page->by_cursor) {
        return listAfter(store, filter, *query, *page,
                         [&](std::string_view text) { return identity.sign(text); });
    }
    const std::int64_t total = store.count(filter);
    std::vector<Account> accounts =
        store.listPage(filter, *parseOrder(query->sort_by), page->offset, page->per_page);
    return mortise::Page<UserResponse>::of(*page, toResponses(std::move(accounts)), total);
}

mortise::Created<UserData> UserRoutes::create(mortise::Body<UserCreate> body, mortise::Db& db,
                                              mortise::Identity& identity, mortise::Log& log) {
    Accounts accounts(db, identity, settings_);
    Account account = accounts.service.create(
        {body->email, body->full_name, body->password.reveal(), body->roles});
    log.info("users.account_created", field("user_id", account.id), field("by", "admin"));
    std::string location = "/api/v1/users/" + std::to_string(account.id);
    return {UserData{toResponse(std::move(account))}, std::move(location)};
}

mortise::Reply<UserData> UserRoutes::show(UserId id, const mortise::Principal& principal,
                                          mortise::Db& db, mortise::Identity& identity) {
    Accounts accounts(db, identity, settings_);
    return withVersion(accounts.service.getFor(actorOf(principal), *id));
}

mortise::Reply<UserData> UserRoutes::update(UserId id, mortise::Body<UserUpdate> body,
                                            IfMatch version, const mortise::Principal& principal,
                                            mortise::Db& db, mortise::Identity& identity,
                                            mortise::Log& log) {
    Accounts accounts(db, identity, settings_);
    const AccountChanges changes{body->email.asOptional(), body->full_name.asOptional(),
                                 body->is_active.asOptional(), body->roles.asOptional()};
    AccountService::Updated updated =
        accounts.service.update(actorOf(principal), *id, changes, version->value_or(""));
    log.info("users.account_updated", field("user_id", *id),
             field("tokens_revoked", updated.tokens_revoked));
    return withVersion(std::move(updated.account));
}

mortise::NoContent UserRoutes::remove(UserId id, IfMatch version,
                                      const mortise::Principal& principal, mortise::Db& db,
                                      mortise::Identity& identity, mortise::Log& log) {
    Accounts accounts(db, identity, settings_);
    accounts.service.remove(actorOf(principal), *id, version->value_or(""));
    log.info("users.account_deleted", field("user_id", *id));
    return {};
}

UserResponse UserRoutes::createUser(const CreateUser& input, mortise::Db& db,
                                    mortise::Identity& identity, mortise::Log& log) {
    Accounts accounts(db, identity, settings_);
    Account account =
        accounts.service.create({input.email, input.full_name, input.password.reveal(), {}});
    log.info("users.account_created", field("user_id", account.id), field("by", "registration"));
    return toResponse(std::move(account));
}

CredentialsVerdict UserRoutes::verifyCredentials(const VerifyCredentials& input, mortise::Db& db,
                                                 mortise::Identity& identity, mortise::Log& log) {
    Accounts accounts(db, identity, settings_);
    Verification verification =
        accounts.service.verify({input.email, input.password.reveal(), input.client_address});
    if (verification.lock_began) {
        log.warning("users.login_locked", field("client_address", input.client_address),
                    field("lock_s", std::chrono::seconds(settings_.lock_duration).count()));
    }
    CredentialsVerdict verdict;
    verdict.refusal = refusalCode(verification.verdict);
    if (verification.verdict == Verdict::Locked) {
        verdict.message = lockMessage(verification.retry_after);
        verdict.retry_after_s = verification.retry_after.count();
    }
    if (verification.account) {
        if (verification.was_upgraded) {
            log.info("users.password_upgraded", field("user_id", verification.account->id));
        }
        verdict.user = toResponse(*std::move(verification.account));
    }
    return verdict;
}

UserResponse UserRoutes::getUser(const GetUser& input, mortise::Db& db,
                                 mortise::Identity& identity) {
    Accounts accounts(db, identity, settings_);
    return toResponse(accounts.service.get(input.user_id));
}

void bootstrapAdmin(const mortise::Host& host, const Settings& settings) {
    mortise::WorkUnit unit = host.tasks().open(std::chrono::seconds(30));
    const mortise::Db db = unit.db();
    const mortise::Identity identity = unit.identity();
    Accounts accounts(db, identity, settings);
    const std::optional<Account> created = accounts.service.bootstrapAdmin();
    if (!created) {
        return;  // it exists; after a lost race for its address there is nothing to commit either
    }
    unit.commit();
    host.log().warning("users.admin_bootstrapped", field("user_id", created->id));
}

}  // namespace users
