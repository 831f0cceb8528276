#include "identity/passwords.hpp"

#include <crypt.h>

#include <atomic>
#include <thread>

#include "base/error.hpp"
#include "identity/password_formats.hpp"
#include "run/cpu_pool.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::identity;
using namespace std::chrono_literals;

namespace {

// Cheap enough for tests.
const PasswordSettings kCheap{.passes = 1, .memory_kib = 64, .lanes = 1};

std::chrono::steady_clock::time_point soon() {
    return std::chrono::steady_clock::now() + 30s;
}

std::string bcryptOf(const char* password, const char* setting = "$2b$04$abcdefghijklmnopqrstuu") {
    crypt_data data{};
    return ::crypt_r(password, setting, &data);
}

struct Fixture {
    run::CpuPool pool{"cpu", 2, 16};
    PasswordHasher hasher{pool, kCheap};
};

// Occupies a thread of the pool until it is let go.
class Blocker final : public run::Work {
public:
    void run() noexcept override {
        running.store(true);
        running.notify_all();
        go_on.wait(false);
        done.store(true);
        done.notify_all();
    }
    std::atomic<bool> running{false};
    std::atomic<bool> go_on{false};
    std::atomic<bool> done{false};
};

std::string codeOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    return "";
}

}  // namespace

TEST_CASE("a password matches its own hash and no other") {
    Fixture fixture;
    const std::string hash = fixture.hasher.hash("correct horse", soon());
    CHECK(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    CHECK(hash.size() <= limits::kPasswordHashSizeMax);
    CHECK(fixture.hasher.verify("correct horse", hash, soon()) == PasswordMatch::Yes);
    CHECK(fixture.hasher.verify("correct horsf", hash, soon()) == PasswordMatch::No);
    CHECK(fixture.hasher.verify("", hash, soon()) == PasswordMatch::No);
}

TEST_CASE("the same password gets another hash each time") {
    Fixture fixture;
    CHECK(fixture.hasher.hash("same", soon()) != fixture.hasher.hash("same", soon()));
}

TEST_CASE("the default cost is what OWASP asks for") {
    const PasswordSettings settings;
    CHECK(settings.passes == 2);
    CHECK(settings.memory_kib == 19'456);
    CHECK(settings.lanes == 1);
    CHECK(hashArgon2id("x", settings).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST_CASE("a weaker hash still matches and asks to be replaced, a stronger one does not") {
    const std::string hash = hashArgon2id("secret", kCheap);
    CHECK(matchPassword("secret", hash, {.passes = 2, .memory_kib = 64, .lanes = 1}) ==
          PasswordMatch::YesRehash);
    CHECK(matchPassword("secret", hash, {.passes = 1, .memory_kib = 128, .lanes = 1}) ==
          PasswordMatch::YesRehash);
    CHECK(matchPassword("secret", hash, {.passes = 1, .memory_kib = 32, .lanes = 1}) ==
          PasswordMatch::Yes);
    CHECK(matchPassword("other", hash, {.passes = 2, .memory_kib = 64, .lanes = 1}) ==
          PasswordMatch::No);
}

TEST_CASE("argon2i of another library matches and asks to be replaced") {
    // The reference library's own test vector.
    const std::string hash =
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
    CHECK(matchPassword("password", hash, kCheap) == PasswordMatch::YesRehash);
    CHECK(matchPassword("passwore", hash, kCheap) == PasswordMatch::No);
}

TEST_CASE("bcrypt matches in its three spellings and asks to be replaced") {
    for (const char* setting : {"$2a$04$abcdefghijklmnopqrstuu", "$2b$04$abcdefghijklmnopqrstuu",
                                "$2y$04$abcdefghijklmnopqrstuu"}) {
        const std::string hash = bcryptOf("secret", setting);
        CHECK(matchPassword("secret", hash, kCheap) == PasswordMatch::YesRehash);
        CHECK(matchPassword("Secret", hash, kCheap) == PasswordMatch::No);
    }
}

TEST_CASE("what follows a zero byte counts") {
    const std::string password("secret\0tail", 11);
    CHECK(matchPassword(password, bcryptOf("secret"), kCheap) == PasswordMatch::No);
    CHECK(matchPassword("secret", hashArgon2id(password, kCheap), kCheap) == PasswordMatch::No);
}

TEST_CASE("an empty hash never matches") {
    Fixture fixture;
    CHECK(fixture.hasher.verify("", "", soon()) == PasswordMatch::No);
    CHECK(fixture.hasher.verify("secret", "", soon()) == PasswordMatch::No);
}

TEST_CASE("hashes of unknown form or absurd cost are refused") {
    Fixture fixture;
    for (const std::string& hash :
         {std::string("plain"), std::string("$1$salt$hash"), std::string("$argon2id$"),
          std::string("$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2g"),
          std::string("$argon2id$v=19$m=64,t=4000000000,p=1$c29tZXNhbHQ$aGFzaGhhc2g"),
          std::string("$argon2id$v=19$t=1,m=64,p=1$c29tZXNhbHQ$aGFzaGhhc2g"),
          std::string("$argon2id$v=19$m=64,t=1,p=1$!!$!!"),
          std::string("$2b$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde"),
          std::string("$2b$04$short"), std::string(limits::kPasswordHashSizeMax + 1, 'x')}) {
        CAPTURE(hash);
        CHECK(codeOf([&] { fixture.hasher.verify("secret", hash, soon()); }) == "INVALID_ARGUMENT");
    }
}

TEST_CASE("passwords are bounded") {
    Fixture fixture;
    const std::string longest(limits::kPasswordSizeMax, 'x');
    CHECK(fixture.hasher.verify(longest, fixture.hasher.hash(longest, soon()), soon()) ==
          PasswordMatch::Yes);
    CHECK(codeOf([&] { fixture.hasher.hash(longest + "x", soon()); }) == "INVALID_ARGUMENT");
    CHECK(codeOf([&] { fixture.hasher.verify(longest + "x", "", soon()); }) == "INVALID_ARGUMENT");
}

TEST_CASE("a caller waits no longer than its deadline and a full queue refuses at once") {
    run::CpuPool pool("cpu", 1, 2);
    PasswordHasher hasher(pool, kCheap);
    Blocker blocker;
    REQUIRE(pool.submit(blocker));
    blocker.running.wait(false);
    const auto past = std::chrono::steady_clock::now() + 1ms;
    CHECK(codeOf([&] { hasher.hash("one", past); }) == "DEADLINE_EXCEEDED");
    CHECK(codeOf([&] { hasher.hash("two", past); }) == "DEADLINE_EXCEEDED");
    CHECK(codeOf([&] { hasher.hash("three", soon()); }) == "SERVICE_UNAVAILABLE");
    blocker.go_on.store(true);
    blocker.go_on.notify_all();
    blocker.done.wait(false);
    pool.stop();
}

TEST_CASE("many callers at once all get their own answer") {
    run::CpuPool pool("cpu", 2, 64);
    PasswordHasher hasher(pool, kCheap);
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&, thread] {
            const std::string password = "password " + std::to_string(thread);
            const std::string hash = hasher.hash(password, soon());
            right += hasher.verify(password, hash, soon()) == PasswordMatch::Yes ? 1 : 0;
            right += hasher.verify("password", hash, soon()) == PasswordMatch::No ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(right == 16);
}
