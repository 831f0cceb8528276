// The rules of accounts. See service.hpp.
#include "service.hpp"

#include <algorithm>
#include <utility>

#include "errors.hpp"

namespace users {

namespace {

mortise::ConflictError emailTaken(const std::string& email) {
    return mortise::ConflictError::registered("Email", email, EMAIL_TAKEN.code);
}

mortise::NotFoundError userNotFound(std::int64_t id) {
    return mortise::NotFoundError(USER_NOT_FOUND, "User", id);
}

void requireAccess(const Actor& actor, std::int64_t id) {
    if (!actor.is_admin && actor.user_id != id) {
        throw mortise::ForbiddenError();
    }
}

/// Whether an If-Match header (RFC 9110 section 13.1.1) names the version. Weak tags never match there.
bool matchesVersion(std::string_view if_match, const std::string& version) {
    while (!if_match.empty()) {
        const std::size_t comma = if_match.find(',');
        std::string_view tag = if_match.substr(0, comma);
        const std::size_t first = tag.find_first_not_of(" \t");
        const std::size_t last = tag.find_last_not_of(" \t");
        tag = first == std::string_view::npos ? std::string_view{}
                                              : tag.substr(first, last - first + 1);
        if (tag == "*" || tag == version) {
            return true;
        }
        if_match =
            comma == std::string_view::npos ? std::string_view{} : if_match.substr(comma + 1);
    }
    return false;
}

bool losesAccess(const Account& before, const Account& after) {
    return before.roles != after.roles || (before.is_active && !after.is_active);
}

}  // namespace

std::string versionTag(const Account& account) {
    const mortise::Timestamp changed_at = account.updated_at.value_or(account.created_at);
    return '"' + std::to_string(account.id) + '-' + changed_at.toString() + '"';
}

std::string lockMessage(std::chrono::seconds remaining) {
    const auto minutes = std::max<std::int64_t>(1, (remaining.count() + 59) / 60);
    return "Your account is locked. Try again in " + std::to_string(minutes) +
           (minutes == 1 ? " minute." : " minutes.");
}

Account AccountService::create(NewAccount account) {
    if (account.roles.empty()) {
        account.roles.emplace_back(kDefaultRole);
    }
    const std::string hashed_password = vault_.hash(account.password);
    std::optional<Account> created = accounts_.insert(account, hashed_password);
    if (!created) {
        throw emailTaken(account.email);
    }
    return *std::move(created);
}

std::optional<Account> AccountService::bootstrapAdmin() {
    if (settings_.bootstrap_admin_email.empty() ||
        accounts_.findCredentials(settings_.bootstrap_admin_email)) {
        return std::nullopt;
    }
    accounts_.commit();
    NewAccount admin{settings_.bootstrap_admin_email,
                     "Administrator",
                     settings_.bootstrap_admin_password,
                     {std::string(kAdminRole), std::string(kDefaultRole)}};
    // Several hosts may start at once: whoever comes second finds the address taken, and that is as good.
    return accounts_.insert(admin, vault_.hash(admin.password));
}

Account AccountService::get(std::int64_t id) {
    std::optional<Account> account = accounts_.find(id);
    if (!account) {
        throw userNotFound(id);
    }
    return *std::move(account);
}

Account AccountService::getFor(const Actor& actor, std::int64_t id) {
    requireAccess(actor, id);
    return get(id);
}

Account AccountService::findOwn(const Actor& actor, std::int64_t id,
                                std::string_view expected_version) {
    requireAccess(actor, id);
    std::optional<Account> account = accounts_.findForUpdate(id);
    if (!account) {
        throw userNotFound(id);
    }
    if (!expected_version.empty() && !matchesVersion(expected_version, versionTag(*account))) {
        throw mortise::AppError(mortise::codes::PRECONDITION_FAILED);
    }
    return *std::move(account);
}

AccountService::Updated AccountService::update(const Actor& actor, std::int64_t id,
                                               const AccountChanges& changes,
                                               std::string_view expected_version) {
    requireAccess(actor, id);
    if (!actor.is_admin && (changes.is_active || changes.roles)) {
        throw mortise::ForbiddenError();
    }
    const Account before = findOwn(actor, id, expected_version);
    std::optional<Account> after = accounts_.update(id, changes);
    if (!after) {
        throw emailTaken(changes.email.value_or(before.email));
    }
    const bool revokes = losesAccess(before, *after);
    if (revokes) {
        // Committed first: a token issued between the two would otherwise still carry what was taken away.
        accounts_.commit();
        vault_.revokeTokens(id);
    }
    return {*std::move(after), revokes};
}

void AccountService::remove(const Actor& actor, std::int64_t id,
                            std::string_view expected_version) {
    findOwn(actor, id, expected_version);
    if (!accounts_.remove(id)) {
        throw userNotFound(id);
    }
    accounts_.commit();
    vault_.revokeTokens(id);
}

Verification AccountService::verify(const LoginAttempt& attempt) {
    if (const auto remaining = accounts_.lockRemaining(attempt)) {
        return Verification{.verdict = Verdict::Locked, .retry_after = *remaining};
    }
    const std::optional<StoredCredentials> stored = accounts_.findCredentials(attempt.email);
    accounts_.commit();

    const Vault::Match match =
        vault_.compare(attempt.password, stored ? stored->hashed_password : std::string());
    if (!stored || match == Vault::Match::No) {
        return refuse(attempt);
    }
    if (!stored->account.is_active) {
        return Verification{.verdict = Verdict::Inactive};
    }
    const bool was_upgraded = upgradeHash(*stored, attempt, match);
    accounts_.clearFailures(attempt);
    return Verification{
        .verdict = Verdict::Accepted, .account = stored->account, .was_upgraded = was_upgraded};
}

Verification AccountService::refuse(const LoginAttempt& attempt) {
    Verification verification;
    if (settings_.login_failures_max == 0) {
        return verification;
    }
    const int failed_count = accounts_.addFailure(attempt, settings_.lock_duration);
    if (failed_count >= settings_.login_failures_max) {
        accounts_.lock(attempt, settings_.lock_duration);
        verification.lock_began = true;
    }
    return verification;
}

bool AccountService::upgradeHash(const StoredCredentials& stored, const LoginAttempt& attempt,
                                 Vault::Match match) {
    if (match != Vault::Match::YesButOutdated) {
        return false;
    }
    accounts_.replaceHash(stored.account.id, stored.hashed_password, vault_.hash(attempt.password));
    return true;
}

}  // namespace users
