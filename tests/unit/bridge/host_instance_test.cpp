// What a host instance keeps for its plugin, and that it is over when it closes.
#include "bridge/host_instance.hpp"

#include <atomic>
#include <future>
#include <utility>

#include "bridge/failure.hpp"
#include "bridge/tables.hpp"
#include "plugin/ledger.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/bridge/instance_fixture.hpp"

using namespace mortise;
using namespace mortise::bridge::test;
using namespace std::chrono_literals;

namespace {

void count(void* counter) {
    static_cast<std::atomic<int>*>(counter)->fetch_add(1);
}

/// Holds the one thread of a lane until it is opened; another task waits behind it, so the lane takes no third.
struct FullLane {
    explicit FullLane(InstanceFixture& fixture) : host(fixture) {
        host.services.lane_concurrency = 1;
        host.services.lane_queue_max = 1;
        host.instance = std::make_unique<bridge::HostInstance>(host.generation, &host.services,
                                                               bridge::Values());
        host.instance->runTask(&FullLane::hold, this);
        began.get_future().wait();
        host.instance->runTask(&count, &queued);
    }
    ~FullLane() { open(); }
    void open() {
        if (!std::exchange(is_open, true)) {
            opened.set_value();
        }
    }
    /// Returns when every timer that was due before fired.
    void passTimers() {
        std::promise<void> passed;
        std::unique_ptr<run::Work> last = run::makeWork([&] { passed.set_value(); });
        const auto now = std::chrono::steady_clock::now();
        static_cast<void>(host.timers.at(now, last));
        passed.get_future().wait();
    }

    static void hold(void* raw) {
        auto& self = *static_cast<FullLane*>(raw);
        self.began.set_value();
        self.opened.get_future().wait();
    }

    InstanceFixture& host;
    std::promise<void> began;
    std::promise<void> opened;
    std::atomic<int> queued = 0;
    bool is_open = false;
};

/// The instance serves and has a check that is run every millisecond.
void serveWithCheck(InstanceFixture& host, std::atomic<int>& runs) {
    const auto check = [](void* counter, mortise_error*) -> mortise_status {
        count(counter);
        return MORTISE_OK;
    };
    host.generation.setState(plugin::Generation::State::Active);
    host.instance->observed().addCheck({"room", 1000, 1, check, &runs});
    host.instance->onActive();
}

template <typename Condition>
bool soon(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) {
            return false;
        }
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

}  // namespace

TEST_CASE("a timer that waits is cancelled by close, however many fired before") {
    InstanceFixture host;
    std::atomic<int> late = 0;
    std::atomic<int> fired = 0;
    REQUIRE(host.instance->startTimer(1h, &count, &late) != 0);
    for (int wave = 1; wave <= 9; ++wave) {
        constexpr int kWave = 500;
        for (int timer = 0; timer < kWave; ++timer) {
            REQUIRE(host.instance->startTimer(0ms, &count, &fired) != 0);
        }
        REQUIRE(soon([&] { return fired == wave * kWave; }));
    }
    REQUIRE(fired > static_cast<int>(limits::kPluginTimerCountMax));
    CHECK(soon([&] { return host.timers.count() == 1; }));
    host.instance->close();
    CHECK(host.timers.count() == 0);
    CHECK(late == 0);
}

TEST_CASE("a timer that fired can no longer be cancelled, one that waits can") {
    InstanceFixture host;
    std::atomic<int> fired = 0;
    const auto done = host.instance->startTimer(0ms, &count, &fired);
    REQUIRE(soon([&] { return fired == 1; }));
    CHECK_FALSE(host.instance->cancelTimer(done));
    const auto waits = host.instance->startTimer(1h, &count, &fired);
    CHECK(host.instance->cancelTimer(waits));
    CHECK_FALSE(host.instance->cancelTimer(waits));
    CHECK(fired == 1);
}

TEST_CASE("timers beyond the bound are refused, and none is forgotten") {
    InstanceFixture host;
    std::atomic<int> fired = 0;
    for (std::size_t timer = 0; timer < limits::kPluginTimerCountMax; ++timer) {
        REQUIRE(host.instance->startTimer(1h, &count, &fired) != 0);
    }
    CHECK(host.instance->startTimer(1h, &count, &fired) == 0);
    host.instance->close();
    CHECK(host.timers.count() == 0);
}

TEST_CASE("a plugin with too many timers is told so, and may set one when another is gone") {
    InstanceFixture host;
    const mortise_tasks& tasks = bridge::tasksTable();
    std::atomic<int> fired = 0;
    mortise_handle timer = 0;
    const auto set = [&](mortise_error& error) {
        return tasks.after(host.instance->host(), 3'600'000, &count, &fired, &timer, &error);
    };
    mortise_error error = bridge::blankError();
    for (std::size_t set_before = 0; set_before < limits::kPluginTimerCountMax; ++set_before) {
        REQUIRE(set(error) == MORTISE_OK);
    }
    const mortise_handle last = timer;
    CHECK(set(error) == MORTISE_EXHAUSTED);
    CHECK(std::string_view(error.code) == "EXHAUSTED");
    CHECK(std::string_view(error.message) == "too many timers of this plugin wait (1024)");
    CHECK(timer == 0);
    CHECK(tasks.cancel(host.instance->host(), last, &error) == MORTISE_OK);
    CHECK(tasks.cancel(host.instance->host(), last, &error) == MORTISE_STALE);
    CHECK(set(error) == MORTISE_OK);
}

TEST_CASE("a timer refused because the instance closes meanwhile is stale, not one too many") {
    InstanceFixture host;
    for (int round = 0; round < 300; ++round) {
        host.instance = std::make_unique<bridge::HostInstance>(host.generation, &host.services,
                                                               bridge::Values());
        std::promise<void> started;
        auto refusal = std::async(std::launch::async, [&] {
            started.set_value();
            const mortise_tasks& tasks = bridge::tasksTable();
            mortise_handle timer = 0;
            mortise_status status = MORTISE_OK;
            for (;;) {
                status =
                    tasks.after(host.instance->host(), 3'600'000, &count, nullptr, &timer, nullptr);
                if (status != MORTISE_OK) {
                    return status;
                }
                static_cast<void>(tasks.cancel(host.instance->host(), timer, nullptr));
            }
        });
        started.get_future().wait();
        host.instance->close();
        REQUIRE(refusal.get() == MORTISE_STALE);
    }
}

TEST_CASE("an instance holds its timers until they fired or were taken back") {
    InstanceFixture host;
    std::atomic<int> fired = 0;
    CHECK(host.instance->holdings().empty());
    const auto first = host.instance->startTimer(1h, &count, &fired);
    REQUIRE(host.instance->startTimer(1h, &count, &fired) != 0);
    CHECK(host.instance->holdings() == std::vector<std::string>{"timers that have not ended: 2"});
    CHECK(host.instance->cancelTimer(first));
    CHECK(host.instance->holdings() == std::vector<std::string>{"timers that have not ended: 1"});
    host.instance->close();
    CHECK(host.instance->holdings().empty());
}

TEST_CASE("timers dropped by the end of the timer thread are not held") {
    InstanceFixture host;
    std::atomic<int> fired = 0;
    REQUIRE(host.instance->startTimer(1h, &count, &fired) != 0);
    host.timers.stop();
    CHECK(host.instance->holdings().empty());
    CHECK(host.instance->startTimer(1h, &count, &fired) == 0);
    CHECK(host.instance->holdings().empty());
}

TEST_CASE("after close nothing starts and nothing pins") {
    InstanceFixture host;
    std::atomic<int> fired = 0;
    host.instance->close();
    CHECK(host.instance->startTimer(0ms, &count, &fired) == 0);
    host.instance->runTask(&count, &fired);
    CHECK_FALSE(host.instance->pin());
    CHECK(host.generation.isIdle());
    CHECK(fired == 0);
}

TEST_CASE("timers that fire while their instance closes find it whole") {
    for (int round = 0; round < 50; ++round) {
        InstanceFixture host;
        std::atomic<int> fired = 0;
        for (int timer = 0; timer < 100; ++timer) {
            REQUIRE(host.instance->startTimer(std::chrono::milliseconds(timer % 3), &count,
                                              &fired) != 0);
        }
        host.instance->close();
        CHECK(soon([&] { return host.generation.isIdle(); }));
        const int at_close = fired;
        host.instance.reset();
        CHECK(host.timers.count() == 0);
        CHECK(fired == at_close);
    }
}

TEST_CASE("a timer that finds the plugin's queue full runs when there is room again") {
    InstanceFixture host;
    FullLane lane(host);
    std::atomic<int> fired = 0;
    REQUIRE(host.instance->startTimer(0ms, &count, &fired) != 0);
    lane.passTimers();
    CHECK(fired == 0);
    lane.open();
    CHECK(soon([&] { return fired == 1; }));
    CHECK(soon([&] { return host.instance->holdings().empty(); }));
}

TEST_CASE("a timer that waits for room in the queue can be cancelled by its number") {
    InstanceFixture host;
    FullLane lane(host);
    std::atomic<int> fired = 0;
    const auto timer = host.instance->startTimer(0ms, &count, &fired);
    lane.passTimers();
    CHECK(host.instance->cancelTimer(timer));
    CHECK_FALSE(host.instance->cancelTimer(timer));
    lane.open();
    CHECK(soon([&] { return host.generation.isIdle(); }));
    CHECK(fired == 0);
}

TEST_CASE("what runs after a response finds the queue full and runs later, pinned meanwhile") {
    InstanceFixture host;
    FullLane lane(host);
    std::atomic<int> ran = 0;
    const auto pins = host.generation.pinCount();
    host.instance->runTask(&count, &ran);
    CHECK(host.generation.pinCount() == pins + 1);
    lane.open();
    CHECK(soon([&] { return ran == 1; }));
    CHECK(soon([&] { return host.generation.isIdle(); }));
}

TEST_CASE("an instance that closes takes back what waits for room in the queue") {
    InstanceFixture host;
    FullLane lane(host);
    std::atomic<int> ran = 0;
    REQUIRE(host.instance->startTimer(0ms, &count, &ran) != 0);
    host.instance->runTask(&count, &ran);
    lane.passTimers();
    host.instance->close();
    CHECK(host.timers.count() == 0);
    lane.open();
    CHECK(soon([&] { return host.generation.isIdle(); }));
    CHECK(ran == 0);
}

TEST_CASE("a plugin that leaks timers leaves room for those of the others") {
    InstanceFixture host;
    bridge::HostInstance other(host.generation, &host.services, bridge::Values());
    std::atomic<int> fired = 0;
    while (host.instance->startTimer(1h, &count, &fired) != 0) {
    }
    CHECK(other.startTimer(0ms, &count, &fired) != 0);
    CHECK(soon([&] { return fired == 1; }));
}

TEST_CASE("a health check rests while its generation is parked and goes on after a rollback") {
    InstanceFixture host;
    std::atomic<int> runs = 0;
    serveWithCheck(host, runs);
    REQUIRE(soon([&] { return runs > 0; }));
    host.generation.setState(plugin::Generation::State::Parked);
    REQUIRE(soon([&] { return host.instance->holdings().empty() && host.generation.isIdle(); }));
    const int before = runs;
    host.generation.setState(plugin::Generation::State::Active);
    host.instance->onActive();
    CHECK(soon([&] { return runs > before + 3; }));
    host.instance->close();
    CHECK(soon([&] { return host.generation.isIdle(); }));
}

TEST_CASE("a health check goes on when its plugin has no timer left") {
    InstanceFixture host;
    std::atomic<int> runs = 0;
    serveWithCheck(host, runs);
    REQUIRE(soon([&] { return runs > 0; }));
    std::atomic<int> fired = 0;
    while (host.instance->startTimer(1h, &count, &fired) != 0) {
    }
    const int before = runs;
    CHECK(soon([&] { return runs > before + 3; }));
    host.instance->close();
    CHECK(soon([&] { return host.generation.isIdle(); }));
}
