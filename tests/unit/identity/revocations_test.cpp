#include "identity/revocations.hpp"

#include <thread>
#include <vector>

#include "identity/principal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"

using namespace mortise;
using namespace mortise::identity;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    Principal principal(const std::string& subject = "7", const std::string& token = "t1",
                        const std::string& session = "s1") const {
        return {.subject = subject, .token_id = token, .session_id = session, .issued_at_s = now()};
    }
    std::int64_t now() const { return clock.unixSeconds(); }
    testing::ManualClock clock;
    Revocations revocations{4, clock};
};

}  // namespace

TEST_CASE("nothing is revoked at first") {
    Fixture fixture;
    CHECK_FALSE(fixture.revocations.isRevoked(fixture.principal()));
    CHECK(fixture.revocations.count() == 0);
}

TEST_CASE("a token, a session and a subject are revoked apart from each other") {
    Fixture fixture;
    CHECK(fixture.revocations.revokeToken("t1", fixture.now() + 60));
    CHECK(fixture.revocations.revokeSession("s2", fixture.now() + 60));
    CHECK(fixture.revocations.revokeSubject("9", fixture.now() + 60));
    CHECK(fixture.revocations.isRevoked(fixture.principal("7", "t1", "s1")));
    CHECK(fixture.revocations.isRevoked(fixture.principal("7", "t2", "s2")));
    CHECK(fixture.revocations.isRevoked(fixture.principal("9", "t3", "s3")));
    CHECK_FALSE(fixture.revocations.isRevoked(fixture.principal("7", "t2", "s1")));
    CHECK_FALSE(fixture.revocations.isRevoked(fixture.principal("t1", "s2", "9")));
}

TEST_CASE("a revoked subject may come back with tokens issued later") {
    Fixture fixture;
    CHECK(fixture.revocations.revokeSubject("7", fixture.now() + 60));
    CHECK(fixture.revocations.issueTime("7") == fixture.now() + 1);
    CHECK(fixture.revocations.issueTime("8") == fixture.now());
    const Principal before = fixture.principal();
    fixture.clock.advance(1s);
    CHECK(fixture.revocations.isRevoked(before));
    CHECK_FALSE(fixture.revocations.isRevoked(fixture.principal()));
}

TEST_CASE("a token without a session is not caught by a revoked session") {
    Fixture fixture;
    CHECK(fixture.revocations.revokeSession("", fixture.now() + 60));
    CHECK_FALSE(fixture.revocations.isRevoked(fixture.principal("7", "t1", "")));
}

TEST_CASE("a full list refuses new entries, keeps the old ones and forgets what has expired") {
    Fixture fixture;
    for (const char* token : {"a", "b", "c", "d"}) {
        CHECK(fixture.revocations.revokeToken(token, fixture.now() + 60));
    }
    CHECK_FALSE(fixture.revocations.revokeToken("e", fixture.now() + 60));
    CHECK_FALSE(fixture.revocations.revokeSubject("7", fixture.now() + 60));
    CHECK(fixture.revocations.revokeToken("a", fixture.now() + 120));
    CHECK(fixture.revocations.isRevoked(fixture.principal("7", "d")));
    fixture.clock.advance(61s);
    CHECK(fixture.revocations.revokeToken("e", fixture.now() + 60));
    CHECK(fixture.revocations.count() == 2);
    CHECK(fixture.revocations.isRevoked(fixture.principal("7", "a")));
}

TEST_CASE("an entry that has expired already takes no room") {
    Fixture fixture;
    CHECK(fixture.revocations.revokeToken("t1", fixture.now() - 1));
    CHECK(fixture.revocations.count() == 0);
}

TEST_CASE("threads may revoke and ask at once") {
    testing::ManualClock clock;
    Revocations revocations(10'000, clock);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 500; ++i) {
                const std::string id = std::to_string(thread) + "-" + std::to_string(i);
                const bool stored = revocations.revokeToken(id, clock.unixSeconds() + 60);
                const Principal principal{.subject = "7", .token_id = id};
                if (!stored || !revocations.isRevoked(principal)) {
                    std::terminate();
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(revocations.count() == 2000);
}
