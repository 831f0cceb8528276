// What a host instance keeps for its plugin, and that it is over when it closes.
#include "bridge/host_instance.hpp"

#include <atomic>
#include <future>

#include "bridge/failure.hpp"
#include "bridge/tables.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/bridge/instance_fixture.hpp"

using namespace mortise;
using namespace mortise::bridge::test;
using namespace std::chrono_literals;

namespace {

void count(void* counter) {
    static_cast<std::atomic<int>*>(counter)->fetch_add(1);
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
    REQUIRE(fired > static_cast<int>(limits::kTimerCountMax));
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
    for (std::size_t timer = 0; timer < limits::kTimerCountMax; ++timer) {
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
    for (std::size_t set_before = 0; set_before < limits::kTimerCountMax; ++set_before) {
        REQUIRE(set(error) == MORTISE_OK);
    }
    const mortise_handle last = timer;
    CHECK(set(error) == MORTISE_EXHAUSTED);
    CHECK(std::string_view(error.code) == "EXHAUSTED");
    CHECK(std::string_view(error.message) == "too many timers wait in this host (4096)");
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
