// The rules of sessions.
#include "plugins/auth/service.hpp"

#include <algorithm>

#include "plugins/auth/schemas.hpp"
#include "plugins/auth/tests/fakes.hpp"
#include "tests/support/catch.hpp"

using namespace auth;
using auth::testing::Journal;
using auth::testing::World;
using namespace std::chrono_literals;

namespace {

/// The error a call throws.
template <class Call>
mortise::AppError errorOf(Call&& call) {
    try {
        call();
    } catch (const mortise::AppError& error) {
        return error;
    }
    return mortise::AppError("nothing was thrown", "NOTHING");
}

std::string headerOf(const mortise::AppError& error, std::string_view name) {
    for (const auto& [key, value] : error.headers()) {
        if (key == name) {
            return value;
        }
    }
    return "";
}

}  // namespace

TEST_CASE("a token is judged by what is known about it") {
    const StoredToken fresh{mortise::Uuid(), 7, false, false, std::nullopt};
    StoredToken token = fresh;
    CHECK(judge(std::nullopt, 5s) == TokenState::Invalid);
    CHECK(judge(fresh, 5s) == TokenState::Usable);
    token.rotated_since = 5000ms;
    CHECK(judge(token, 5s) == TokenState::Usable);
    token.rotated_since = 5001ms;
    CHECK(judge(token, 5s) == TokenState::Reused);
    CHECK(judge(token, 60s) == TokenState::Usable);
    token.is_expired = true;
    CHECK(judge(token, 5s) == TokenState::Invalid);
    token = fresh;
    token.session_ended = true;
    CHECK(judge(token, 5s) == TokenState::Invalid);
}

TEST_CASE("without grace the second use of a token is reuse at once") {
    StoredToken token{mortise::Uuid(), 7, false, false, 1ms};
    CHECK(judge(token, 0s) == TokenState::Reused);
}

TEST_CASE("registering begins a session and stores only the digest of its token") {
    World world;
    const Grant grant = world.begin();
    CHECK(grant.access_token == "access for 7");
    CHECK(grant.expires_in == 15min);
    CHECK(world.sessions.tokens.contains("digest:" + grant.refresh_token));
    CHECK_FALSE(world.sessions.tokens.contains(grant.refresh_token));
}

TEST_CASE("a refused login passes the verdict on") {
    World world;
    world.accounts.verdict.refusal = "INVALID_CREDENTIALS";
    auto error = errorOf([&] { world.service.login("a@b.org", "x", {}); });
    CHECK(error.code() == "INVALID_CREDENTIALS");
    CHECK(error.httpStatus() == 401);
    CHECK(error.message() == "Invalid username or password");
    CHECK(headerOf(error, "WWW-Authenticate") == "Bearer");

    world.accounts.verdict.refusal = "ACCOUNT_INACTIVE";
    error = errorOf([&] { world.service.login("a@b.org", "x", {}); });
    CHECK(error.code() == "ACCOUNT_INACTIVE");
    CHECK(error.httpStatus() == 401);
}

TEST_CASE("a locked account is told when to come back") {
    World world;
    world.accounts.verdict.refusal = "ACCOUNT_LOCKED";
    world.accounts.verdict.message = "Your account is locked. Try again in 30 minutes.";
    world.accounts.verdict.retry_after = 1800s;
    const auto error = errorOf([&] { world.service.login("a@b.org", "x", {}); });
    CHECK(error.code() == "ACCOUNT_LOCKED");
    CHECK(error.httpStatus() == 403);
    CHECK(error.message() == "Your account is locked. Try again in 30 minutes.");
    CHECK(headerOf(error, "Retry-After") == "1800");
}

TEST_CASE("a refresh rotates the token within its session") {
    World world;
    const Grant first = world.begin();
    const Grant second = world.refresh(first.refresh_token);
    CHECK(second.refresh_token != first.refresh_token);
    CHECK(second.session_id == first.session_id);
    CHECK(world.sessions.tokens["digest:" + first.refresh_token].rotated_since);
    CHECK_FALSE(world.sessions.tokens["digest:" + second.refresh_token].rotated_since);
}

TEST_CASE("a token that comes twice within the grace time is taken twice") {
    World world;
    const Grant first = world.begin();
    world.refresh(first.refresh_token);
    CHECK(world.refresh(first.refresh_token).session_id == first.session_id);
}

TEST_CASE("a reused token ends its session for everybody, permanently and before the answer") {
    World world;
    const Grant first = world.begin();
    const Grant second = world.refresh(first.refresh_token);
    world.age(first.refresh_token, 6s);
    world.journal.clear();
    const auto error = errorOf([&] { world.service.refresh(first.refresh_token); });
    CHECK(error.code() == "TOKEN_REUSED");
    CHECK(error.httpStatus() == 401);
    CHECK(world.journal == Journal{"commit", "revoke session", "report reuse"});
    CHECK(errorOf([&] { world.service.refresh(second.refresh_token); }).code() == "INVALID_TOKEN");
}

TEST_CASE("a reuse that appears between look and lock is noticed") {
    World world;
    const Grant first = world.begin();
    world.sessions.before_lock = [&] { world.age(first.refresh_token, 6s); };
    CHECK(errorOf([&] { world.service.refresh(first.refresh_token); }).code() == "TOKEN_REUSED");
}

TEST_CASE("a session that ends between look and lock gives no token") {
    World world;
    const Grant first = world.begin();
    world.sessions.before_lock = [&] { world.sessions.end(first.session_id, 7); };
    CHECK(errorOf([&] { world.service.refresh(first.refresh_token); }).code() == "INVALID_TOKEN");
}

TEST_CASE("an unknown token and one of a deleted account are invalid alike") {
    World world;
    const Grant first = world.begin();
    CHECK(errorOf([&] { world.service.refresh("guess"); }).code() == "INVALID_TOKEN");
    world.sessions.commit();
    world.accounts.users.clear();
    CHECK(errorOf([&] { world.service.refresh(first.refresh_token); }).code() == "INVALID_TOKEN");
}

TEST_CASE("an inactive account gets no new tokens") {
    World world;
    const Grant first = world.begin();
    world.accounts.users[7].is_active = false;
    CHECK(errorOf([&] { world.service.refresh(first.refresh_token); }).code() ==
          "ACCOUNT_INACTIVE");
}

TEST_CASE("logging out ends the session and refuses its tokens") {
    World world;
    const Grant grant = world.begin();
    world.service.logout(7, grant.session_id, std::nullopt);
    CHECK(world.journal == Journal{"commit", "revoke session"});
    CHECK(errorOf([&] { world.service.refresh(grant.refresh_token); }).code() == "INVALID_TOKEN");
}

TEST_CASE("logging out with a refresh token of another session ends that one too") {
    World world;
    const Grant one = world.begin();
    const Grant other = world.begin();
    world.service.logout(7, one.session_id, other.refresh_token);
    CHECK(std::count(world.journal.begin(), world.journal.end(), "revoke session") == 2);
    CHECK(world.sessions.owners.empty());
}

TEST_CASE("nobody ends the session of somebody else") {
    World world;
    const Grant grant = world.begin();
    CHECK(errorOf([&] { world.service.endSession(8, grant.session_id); }).code() ==
          "SESSION_NOT_FOUND");
    world.service.logout(8, std::nullopt, grant.refresh_token);
    CHECK(world.sessions.owners.size() == 1);
}

TEST_CASE("logging out everywhere refuses every token of the user") {
    World world;
    world.begin();
    world.begin();
    CHECK(world.service.logoutAll(7) == 2);
    CHECK(world.journal == Journal{"commit", "revoke user"});
}

TEST_CASE("a login form is read like the JSON body") {
    const mortise_pair pairs[] = {{{"grant_type", 10}, {"password", 8}},
                                  {{"username", 8}, {"ada@example.com", 15}},
                                  {{"password", 8}, {"secret-password", 15}}};
    mortise::Violations violations;
    const auto login = mortise::fromPairs<LoginRequest>(pairs, violations);
    CHECK(violations.empty());
    CHECK(login.email == "ada@example.com");
    CHECK(login.password.reveal() == "secret-password");
}

TEST_CASE("a login form of another grant is refused") {
    const mortise_pair pairs[] = {{{"grant_type", 10}, {"implicit", 8}}};
    mortise::Violations violations;
    mortise::fromPairs<LoginRequest>(pairs, violations);
    CHECK_FALSE(violations.at("grant_type").empty());
    CHECK_FALSE(violations.at("username").empty());
    CHECK_FALSE(violations.at("password").empty());
}
