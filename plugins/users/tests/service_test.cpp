// The rules of accounts.
#include "plugins/users/service.hpp"

#include <mortise/errors.hpp>

#include "plugins/users/schemas.hpp"
#include "plugins/users/tests/fakes.hpp"
#include "tests/support/catch.hpp"

using namespace users;
using users::testing::World;

namespace {

const Actor kAdmin{1000, true};

/// The code of the error a call throws, "" for none.
template <class Call>
std::string codeOf(Call&& call) {
    try {
        call();
    } catch (const mortise::AppError& error) {
        return error.code();
    }
    return "";
}

}  // namespace

TEST_CASE("a new account gets the default role and a hash of its password") {
    World world;
    const Account account = world.service.create({"ada@example.com", "Ada", "secret-password", {}});
    CHECK(account.roles == std::vector<std::string>{"user"});
    CHECK(world.accounts.rows()[account.id].hashed_password == "hash:secret-password");
}

TEST_CASE("a taken address is a conflict that names the address, however it is capitalised") {
    World world;
    world.add("ada@example.com");
    try {
        world.service.create({"ADA@example.com", "Other", "secret-password", {}});
        FAIL("the second account was created");
    } catch (const mortise::AppError& error) {
        CHECK(error.code() == "EMAIL_TAKEN");
        CHECK(error.httpStatus() == 409);
        CHECK(error.message() == "Email 'ADA@example.com' already registered");
    }
}

TEST_CASE("only the owner and administrators see an account") {
    World world;
    const Account account = world.add("ada@example.com");
    CHECK(world.service.getFor({account.id, false}, account.id).email == "ada@example.com");
    CHECK(world.service.getFor(kAdmin, account.id).email == "ada@example.com");
    CHECK(codeOf([&] {
              world.service.getFor({account.id + 1, false}, account.id);
          }) == "FORBIDDEN");
}

TEST_CASE("a stranger cannot tell a missing account from a forbidden one") {
    World world;
    CHECK(codeOf([&] { world.service.getFor({1, false}, 99999); }) == "FORBIDDEN");
    CHECK(codeOf([&] { world.service.getFor(kAdmin, 99999); }) == "USER_NOT_FOUND");
}

TEST_CASE("what a change leaves out stays as it is") {
    World world;
    const Account account = world.add("ada@example.com");
    const auto updated =
        world.service.update({account.id, false}, account.id, {.full_name = "Ada King"}, "");
    CHECK(updated.account.full_name == "Ada King");
    CHECK(updated.account.email == "ada@example.com");
    CHECK_FALSE(updated.tokens_revoked);
}

TEST_CASE("roles and activity are changed by administrators only") {
    World world;
    const Account account = world.add("ada@example.com");
    const Actor owner{account.id, false};
    CHECK(codeOf([&] { world.service.update(owner, account.id, {.is_active = true}, ""); }) ==
          "FORBIDDEN");
    CHECK(codeOf([&] {
              world.service.update(owner, account.id, {.roles = std::vector<std::string>{"admin"}},
                                   "");
          }) == "FORBIDDEN");
    CHECK(world.accounts.rows()[account.id].account.roles == std::vector<std::string>{"user"});
}

TEST_CASE("who loses a role or is deactivated loses the tokens, after the change is permanent") {
    World world;
    const Account account = world.add("ada@example.com", {"admin"});
    const AccountChanges changes =
        GENERATE(AccountChanges{.is_active = false},
                 AccountChanges{.roles = std::vector<std::string>{"user"}});
    CHECK(world.service.update(kAdmin, account.id, changes, "").tokens_revoked);
    CHECK(world.journal ==
          std::vector<std::string>{"commit", "revoke " + std::to_string(account.id)});
}

TEST_CASE("a change to a taken address is a conflict") {
    World world;
    world.add("ada@example.com");
    const Account other = world.add("bob@example.com");
    CHECK(codeOf([&] {
              world.service.update(kAdmin, other.id, {.email = "ada@example.com"}, "");
          }) == "EMAIL_TAKEN");
}

TEST_CASE("a change of an outdated version is refused") {
    World world;
    const Account account = world.add("ada@example.com");
    const std::string version = versionTag(account);
    world.service.update(kAdmin, account.id, {.full_name = "One"}, version);
    CHECK(codeOf([&] {
              world.service.update(kAdmin, account.id, {.full_name = "Two"}, version);
          }) == "PRECONDITION_FAILED");
    CHECK(codeOf([&] { world.service.remove(kAdmin, account.id, version); }) ==
          "PRECONDITION_FAILED");
    CHECK(world.accounts.rows()[account.id].account.full_name == "One");
}

TEST_CASE("If-Match takes lists and the star") {
    World world;
    const Account account = world.add("ada@example.com");
    const std::string list = "\"other\" , " + versionTag(account);
    CHECK(codeOf([&] { world.service.update(kAdmin, account.id, {.full_name = "A"}, list); }) ==
          "");
    CHECK(codeOf([&] { world.service.update(kAdmin, account.id, {.full_name = "B"}, "*"); }) == "");
    CHECK(codeOf([&] {
              world.service.update(kAdmin, account.id, {.full_name = "C"}, "W/\"x\"");
          }) == "PRECONDITION_FAILED");
}

TEST_CASE("a deleted account is gone and its tokens are refused") {
    World world;
    const Account account = world.add("ada@example.com");
    world.service.remove({account.id, false}, account.id, "");
    CHECK(world.accounts.rows().empty());
    CHECK(world.journal.back() == "revoke " + std::to_string(account.id));
    CHECK(codeOf([&] { world.service.remove(kAdmin, account.id, ""); }) == "USER_NOT_FOUND");
}

TEST_CASE("the right password is accepted") {
    World world;
    const Account account = world.add("ada@example.com");
    const Verification verification =
        world.service.verify({"Ada@Example.com", "secret-password", "10.0.0.1"});
    CHECK(verification.verdict == Verdict::Accepted);
    REQUIRE(verification.account);
    CHECK(verification.account->id == account.id);
}

TEST_CASE("an unknown address is compared with a hash like a known one") {
    World world;
    CHECK(world.service.verify({"nobody@example.com", "x", ""}).verdict ==
          Verdict::InvalidCredentials);
    CHECK(std::count(world.journal.begin(), world.journal.end(), "compare") == 1);
}

TEST_CASE("no lease is held while a password is compared") {
    World world;
    world.add("ada@example.com");
    world.service.verify({"ada@example.com", "wrong", ""});
    REQUIRE(world.journal.size() >= 2);
    CHECK(world.journal[0] == "commit");
    CHECK(world.journal[1] == "compare");
}

TEST_CASE("an inactive account is told so only with the right password") {
    World world;
    const Account account = world.add("ada@example.com");
    world.accounts.rows()[account.id].account.is_active = false;
    CHECK(world.service.verify({"ada@example.com", "wrong", ""}).verdict ==
          Verdict::InvalidCredentials);
    CHECK(world.service.verify({"ada@example.com", "secret-password", ""}).verdict ==
          Verdict::Inactive);
}

TEST_CASE("the lock begins with the last allowed failure and refuses the right password too") {
    World world;
    world.settings.login_failures_max = 3;
    world.add("ada@example.com");
    const LoginAttempt wrong{"ada@example.com", "wrong", "10.0.0.1"};
    CHECK_FALSE(world.service.verify(wrong).lock_began);
    CHECK_FALSE(world.service.verify(wrong).lock_began);
    CHECK(world.service.verify(wrong).lock_began);
    const Verification locked =
        world.service.verify({"ada@example.com", "secret-password", "10.0.0.1"});
    CHECK(locked.verdict == Verdict::Locked);
    CHECK(locked.retry_after == std::chrono::minutes(30));
}

TEST_CASE("a lock concerns one client and one address") {
    World world;
    world.settings.login_failures_max = 1;
    world.add("ada@example.com");
    world.service.verify({"ada@example.com", "wrong", "10.0.0.1"});
    CHECK(world.service.verify({"ada@example.com", "secret-password", "10.0.0.2"}).verdict ==
          Verdict::Accepted);
}

TEST_CASE("unknown addresses are locked like known ones") {
    World world;
    world.settings.login_failures_max = 1;
    world.service.verify({"nobody@example.com", "x", "10.0.0.1"});
    CHECK(world.service.verify({"nobody@example.com", "x", "10.0.0.1"}).verdict == Verdict::Locked);
}

TEST_CASE("a successful login forgives earlier failures") {
    World world;
    world.settings.login_failures_max = 2;
    world.add("ada@example.com");
    for (int round = 0; round < 3; ++round) {
        CHECK_FALSE(world.service.verify({"ada@example.com", "wrong", ""}).lock_began);
        CHECK(world.service.verify({"ada@example.com", "secret-password", ""}).verdict ==
              Verdict::Accepted);
    }
}

TEST_CASE("zero allowed failures never lock") {
    World world;
    world.settings.login_failures_max = 0;
    world.add("ada@example.com");
    for (int round = 0; round < 20; ++round) {
        CHECK(world.service.verify({"ada@example.com", "wrong", ""}).verdict ==
              Verdict::InvalidCredentials);
    }
}

TEST_CASE("an outdated hash is replaced at the next login") {
    World world;
    const Account account = world.add("ada@example.com");
    world.accounts.rows()[account.id].hashed_password = "old:secret-password";
    CHECK(world.service.verify({"ada@example.com", "secret-password", ""}).was_upgraded);
    CHECK(world.accounts.rows()[account.id].hashed_password == "hash:secret-password");
}

TEST_CASE("the administrator of the configuration is created once") {
    World world;
    CHECK_FALSE(world.service.bootstrapAdmin());
    world.settings.bootstrap_admin_email = "root@example.com";
    world.settings.bootstrap_admin_password = "admin-password";
    const auto created = world.service.bootstrapAdmin();
    REQUIRE(created);
    CHECK(created->roles == std::vector<std::string>{"admin", "user"});
    CHECK_FALSE(world.service.bootstrapAdmin());
}

TEST_CASE("the lock message counts minutes upwards") {
    CHECK(lockMessage(std::chrono::seconds(1800)) ==
          "Your account is locked. Try again in 30 minutes.");
    CHECK(lockMessage(std::chrono::seconds(61)) ==
          "Your account is locked. Try again in 2 minutes.");
    CHECK(lockMessage(std::chrono::seconds(1)) == "Your account is locked. Try again in 1 minute.");
}

TEST_CASE("role names are lower-case words") {
    CHECK(isRoleName("admin"));
    CHECK(isRoleName("order-clerk_2"));
    CHECK_FALSE(isRoleName(""));
    CHECK_FALSE(isRoleName("Admin"));
    CHECK_FALSE(isRoleName("2nd"));
    CHECK_FALSE(isRoleName("a b"));
    CHECK_FALSE(isRoleName(std::string(33, 'a')));
}

TEST_CASE("an answer about a user has no password") {
    CHECK(mortise::toJson(UserResponse{}).find("password") == std::string::npos);
}
