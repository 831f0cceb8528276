// Threads the host starts for plugins.
#include "run/named_threads.hpp"

#include <pthread.h>

#include <array>
#include <future>
#include <latch>

#include "tests/support/catch.hpp"

using namespace mortise::run;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("a named thread runs its body under its name until it is asked to stop") {
    NamedThreads threads;
    std::promise<std::string> name;
    const auto handle = threads.start("poller", [&](NamedThreads::Handle self) {
        std::array<char, 16> text{};
        pthread_getname_np(pthread_self(), text.data(), text.size());
        name.set_value(text.data());
        threads.waitForStop(self, Clock::now() + 20s);
    });
    REQUIRE(handle != 0);
    CHECK(name.get_future().get() == "poller");
    CHECK_FALSE(threads.isStopRequested(handle));
    CHECK(threads.join(handle, Clock::now() + 20s) == NamedThreads::Joined::Done);
    CHECK(threads.count() == 0);
    CHECK(threads.join(handle, Clock::now()) == NamedThreads::Joined::Unknown);
    CHECK(threads.isStopRequested(handle));
}

TEST_CASE("joining a thread that ignores the request ends at the deadline") {
    NamedThreads threads;
    std::latch go(1);
    const auto handle = threads.start("deaf", [&](NamedThreads::Handle) { go.wait(); });
    CHECK(threads.join(handle, Clock::now() + 5ms) == NamedThreads::Joined::Late);
    CHECK(threads.names() == std::vector<std::string>{"deaf"});
    CHECK_FALSE(threads.joinAll(Clock::now() + 5ms));
    go.count_down();
    CHECK(threads.joinAll(Clock::now() + 20s));
    CHECK(threads.count() == 0);
}

TEST_CASE("no more threads start than the bound allows") {
    NamedThreads threads(2);
    auto wait = [&](NamedThreads::Handle self) { threads.waitForStop(self, Clock::now() + 20s); };
    CHECK(threads.start("one", wait) != 0);
    CHECK(threads.start("two", wait) != 0);
    CHECK(threads.start("three", wait) == 0);
    CHECK(threads.joinAll(Clock::now() + 20s));
    CHECK(threads.start("four", wait) != 0);
    CHECK(threads.joinAll(Clock::now() + 20s));
}

TEST_CASE("a thread cannot join itself") {
    NamedThreads threads;
    std::promise<NamedThreads::Joined> joined;
    const auto handle = threads.start("self", [&](NamedThreads::Handle self) {
        joined.set_value(threads.join(self, Clock::now() + 20s));
    });
    CHECK(joined.get_future().get() == NamedThreads::Joined::Unknown);
    CHECK(threads.join(handle, Clock::now() + 20s) == NamedThreads::Joined::Done);
}

TEST_CASE("what a body captured is gone when join returns") {
    NamedThreads threads;
    auto token = std::make_shared<int>(1);
    const auto handle = threads.start("holder", [token](NamedThreads::Handle) {});
    REQUIRE(threads.join(handle, Clock::now() + 20s) == NamedThreads::Joined::Done);
    CHECK(token.use_count() == 1);
}
