#include "lifecycle/stages.hpp"

#include "base/error.hpp"
#include "log/log.hpp"
#include "log/sink.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"

using namespace mortise;
using namespace mortise::lifecycle;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    // A stage that writes down what happens to it.
    void add(const std::string& name) {
        stages.add({name, [this, name] { happened.push_back("+" + name); },
                    [this, name](Deadline) { happened.push_back("-" + name); }});
    }
    std::vector<std::string> happened;
    testing::ManualClock clock;
    log::MemorySink sink;
    log::Log log{{}, sink};
    Stages stages{log, clock};
};

using Happened = std::vector<std::string>;

}  // namespace

TEST_CASE("stages start in order and stop in reverse") {
    Fixture fixture;
    fixture.add("a");
    fixture.add("b");
    fixture.stages.start();
    CHECK(fixture.stages.startedCount() == 2);
    CHECK(fixture.stages.stop(Deadline::max()).empty());
    CHECK(fixture.happened == Happened{"+a", "+b", "-b", "-a"});
    CHECK(fixture.stages.stop(Deadline::max()).empty());
    CHECK(fixture.happened.size() == 4);
}

TEST_CASE("a stage that fails rolls back the earlier ones and names itself") {
    Fixture fixture;
    fixture.add("a");
    fixture.add("b");
    fixture.stages.add({"c", [] { throw Error(500, "KEYS_INVALID", "no key"); }, {}});
    fixture.add("d");
    try {
        fixture.stages.start();
        FAIL("the start of c did not fail");
    } catch (const Error& error) {
        CHECK(std::string(error.what()) == "could not start c: no key");
        CHECK(error.code() == "KEYS_INVALID");
    }
    CHECK(fixture.happened == Happened{"+a", "+b", "-b", "-a"});
    CHECK(fixture.stages.startedCount() == 0);
}

TEST_CASE("what a stage began before it failed is undone too") {
    Fixture fixture;
    fixture.add("a");
    fixture.stages.add({"b",
                        [&] {
                            fixture.happened.push_back("+half of b");
                            throw Error::internal("the other half");
                        },
                        [&](Deadline) { fixture.happened.push_back("-b"); }});
    fixture.add("c");
    CHECK_THROWS_AS(fixture.stages.start(), Error);
    CHECK(fixture.happened == Happened{"+a", "+half of b", "-b", "-a"});
}

TEST_CASE("a stage that throws something of its own is still a reasoned failure") {
    Fixture fixture;
    fixture.add("a");
    fixture.stages.add({"b", [] { throw 42; }, {}});
    CHECK_THROWS_AS(fixture.stages.start(), Error);
    CHECK(fixture.happened == Happened{"+a", "-a"});
}

TEST_CASE("a stage that fails to stop keeps no other from stopping") {
    Fixture fixture;
    fixture.add("a");
    fixture.stages.add({"b", [] {}, [](Deadline) { throw Error::internal("stuck"); }});
    fixture.add("c");
    fixture.stages.start();
    const auto failures = fixture.stages.stop(Deadline::max());
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].stage == "b");
    CHECK(failures[0].reason == "stuck");
    CHECK(fixture.happened == Happened{"+a", "+c", "-c", "-a"});
}

TEST_CASE("a stop gets its own deadline but not more than is left") {
    Fixture fixture;
    Deadline own;
    Deadline left;
    const Deadline begin = fixture.clock.steadyNow();
    fixture.stages.add({"a", [] {}, [&](Deadline until) { left = until; }, 10s});
    fixture.stages.add({"b", [] {}, [&](Deadline until) { own = until; }, 2s});
    fixture.stages.start();
    fixture.stages.stop(begin + 5s);
    CHECK(own == begin + 2s);
    CHECK(left == begin + 5s);
}

TEST_CASE("a stage that used up the time leaves a moment for the next") {
    Fixture fixture;
    Deadline next;
    fixture.stages.add({"a", [] {}, [&](Deadline until) { next = until; }, 10s});
    fixture.stages.add({"b", [] {}, [&](Deadline) { fixture.clock.advance(60s); }, 2s});
    fixture.stages.start();
    const auto failures = fixture.stages.stop(fixture.clock.steadyNow() + 5s);
    CHECK(next == fixture.clock.steadyNow() + limits::kStageStopMin);
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].stage == "b");
}

TEST_CASE("a stop that takes longer than its deadline is reported") {
    Fixture fixture;
    fixture.stages.add({"slow", [] {}, [&](Deadline) { fixture.clock.advance(3s); }, 2s});
    fixture.stages.start();
    const auto failures = fixture.stages.stop(Deadline::max());
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].reason == "took 3000 ms, 2000 ms were allowed");
    CHECK(fixture.sink.waitFor("lifecycle.stop_failed", 10s));
}

TEST_CASE("stages that still run are stopped with their owner") {
    Happened happened;
    {
        log::MemorySink sink;
        log::Log log({}, sink);
        Stages stages(log);
        stages.add({"a", [] {}, [&](Deadline) { happened.push_back("-a"); }});
        stages.start();
    }
    CHECK(happened == Happened{"-a"});
}
