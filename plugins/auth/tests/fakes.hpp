// Accounts, sessions and tokens in memory, for the rules of sessions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <mortise/errors.hpp>

#include "plugins/auth/service.hpp"

namespace auth::testing {

using Journal = std::vector<std::string>;

/// Refuses to be called while a database lease is held, as the host does.
class MemoryAccounts final : public Accounts {
public:
    explicit MemoryAccounts(const bool& lease_held) : lease_held_(lease_held) {}

    User create(const Registration& registration) override {
        requireNoLease();
        User user;
        user.id = 7;
        user.email = registration.email;
        user.full_name = registration.full_name;
        user.roles = {"user"};
        users[user.id] = user;
        return user;
    }
    LoginVerdict verify(const std::string&, const std::string&, const std::string&) override {
        requireNoLease();
        return verdict;
    }
    std::optional<User> find(std::int64_t user_id) override {
        requireNoLease();
        return users.contains(user_id) ? std::optional(users[user_id]) : std::nullopt;
    }

    std::map<std::int64_t, User> users;
    LoginVerdict verdict;

private:
    void requireNoLease() const {
        if (lease_held_) {
            throw std::logic_error("an operation was called while a lease was held");
        }
    }
    const bool& lease_held_;
};

class MemorySessions final : public SessionRepository {
public:
    explicit MemorySessions(Journal& journal) : journal_(journal) {}

    mortise::Uuid create(std::int64_t user_id, const Client&, const Settings&) override {
        lease_held = true;
        std::array<std::uint8_t, mortise::Uuid::kSize> bytes{};
        bytes.back() = static_cast<std::uint8_t>(++last_);
        const mortise::Uuid id(bytes);
        owners[id] = user_id;
        return id;
    }
    void addToken(const mortise::Uuid& session_id, const std::string& digest,
                  std::chrono::seconds) override {
        lease_held = true;
        tokens[digest] = {session_id, owners[session_id], false, false, std::nullopt};
    }
    std::optional<StoredToken> find(const std::string& digest) override {
        lease_held = true;
        return tokens.contains(digest) ? std::optional(tokens[digest]) : std::nullopt;
    }
    std::optional<StoredToken> findForUpdate(const std::string& digest) override {
        if (before_lock) {
            before_lock();
        }
        return find(digest);
    }
    void markRotated(const std::string& digest, const mortise::Uuid&,
                     std::chrono::seconds) override {
        if (!tokens[digest].rotated_since) {
            tokens[digest].rotated_since = std::chrono::milliseconds(0);
        }
    }
    bool end(const mortise::Uuid& session_id, std::int64_t user_id) override {
        lease_held = true;
        if (!owners.contains(session_id) || owners[session_id] != user_id) {
            return false;
        }
        endTokens(session_id);
        owners.erase(session_id);
        return true;
    }
    int endAll(std::int64_t) override {
        const auto count = static_cast<int>(owners.size());
        owners.clear();
        return count;
    }
    std::vector<Session> list(std::int64_t) override { return {}; }
    void commit() override {
        lease_held = false;
        journal_.emplace_back("commit");
    }

    std::map<mortise::Uuid, std::int64_t> owners;
    std::map<std::string, StoredToken> tokens;
    bool lease_held = false;
    /// Runs between the first look at a token and the lock: another request.
    std::function<void()> before_lock;

private:
    void endTokens(const mortise::Uuid& session_id) {
        for (auto& [digest, token] : tokens) {
            token.session_ended = token.session_ended || token.session_id == session_id;
        }
    }

    Journal& journal_;
    int last_ = 0;
};

class PlainAuthority final : public TokenAuthority {
public:
    explicit PlainAuthority(Journal& journal) : journal_(journal) {}

    std::string issueAccessToken(const User& user, const mortise::Uuid&,
                                 std::chrono::seconds) override {
        return "access for " + std::to_string(user.id);
    }
    std::string makeRefreshToken() override { return "refresh-" + std::to_string(++last_); }
    std::string digest(std::string_view token) override { return "digest:" + std::string(token); }
    void revokeSession(const mortise::Uuid&, std::chrono::seconds) override {
        journal_.emplace_back("revoke session");
    }
    void revokeUser(std::int64_t, std::chrono::seconds) override {
        journal_.emplace_back("revoke user");
    }
    void reportReuse(std::int64_t, const mortise::Uuid&) override {
        journal_.emplace_back("report reuse");
    }

private:
    Journal& journal_;
    int last_ = 0;
};

/// Everything a test of the rules needs.
struct World {
    Journal journal;
    MemorySessions sessions{journal};
    MemoryAccounts accounts{sessions.lease_held};
    PlainAuthority authority{journal};
    Settings settings;
    AuthService service{accounts, sessions, authority, settings};

    /// Registers and ends that request.
    Grant begin() {
        Grant grant = service.registerUser({"ada@example.com", "Ada", "secret-password"}, {});
        sessions.commit();
        journal.clear();
        return grant;
    }
    Grant refresh(const std::string& token) {
        Grant grant = service.refresh(token);
        sessions.commit();
        return grant;
    }
    void age(const std::string& token, std::chrono::milliseconds since) {
        sessions.tokens["digest:" + token].rotated_since = since;
    }
};

}  // namespace auth::testing
