// Delayed works by handle.
#include "run/timer_thread.hpp"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using namespace mortise::run;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("delayed works run in the order of their times") {
    TimerThread timers("timers");
    std::vector<int> order;
    std::promise<void> all;
    const auto now = Clock::now();
    auto add = [&](int number, std::chrono::milliseconds delay) {
        std::unique_ptr<Work> work = makeWork([&, number] {
            order.push_back(number);
            if (order.size() == 3) {
                all.set_value();
            }
        });
        REQUIRE(timers.at(now + delay, work) != 0);
    };
    add(3, 6ms);
    add(1, 2ms);
    add(2, 4ms);
    REQUIRE(all.get_future().wait_for(20s) == std::future_status::ready);
    CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("a cancelled work comes back and does not run") {
    TimerThread timers("timers");
    bool ran = false;
    std::unique_ptr<Work> work = makeWork([&] { ran = true; });
    const auto handle = timers.at(Clock::now() + 1h, work);
    REQUIRE(handle != 0);
    CHECK(work == nullptr);
    CHECK(timers.count() == 1);
    CHECK(timers.cancel(handle) != nullptr);
    CHECK(timers.cancel(handle) == nullptr);
    CHECK(timers.count() == 0);
    timers.stop();
    CHECK_FALSE(ran);
}

TEST_CASE("cancel waits for a work that runs, so that what it uses may go") {
    TimerThread timers("timers");
    std::promise<void> entered;
    std::promise<void> release;
    std::atomic<bool> has_ended = false;
    std::unique_ptr<Work> work = makeWork([&, released = release.get_future().share()] {
        entered.set_value();
        released.wait();
        has_ended = true;
    });
    const auto handle = timers.at(Clock::now(), work);
    entered.get_future().wait();
    std::atomic<bool> was_late = false;
    std::thread canceller([&] {
        const auto back = timers.cancel(handle);
        was_late = back != nullptr || !has_ended;
    });
    // Time for a cancel that does not wait to come back too early.
    std::this_thread::sleep_for(30ms);
    release.set_value();
    canceller.join();
    CHECK_FALSE(was_late);
}

TEST_CASE("cancel does not wait for ever for a work that hangs") {
    TimerThread timers("timers", 8, 20ms);
    std::promise<void> entered;
    std::promise<void> release;
    std::unique_ptr<Work> work = makeWork([&, released = release.get_future().share()] {
        entered.set_value();
        released.wait();
    });
    const auto handle = timers.at(Clock::now(), work);
    entered.get_future().wait();
    auto cancelled = std::async(std::launch::async, [&] { return timers.cancel(handle); });
    const bool came_back = cancelled.wait_for(20s) == std::future_status::ready;
    release.set_value();
    CHECK(came_back);
    CHECK(cancelled.get() == nullptr);
}

TEST_CASE("a work that cancels itself does not wait for itself") {
    TimerThread timers("timers");
    std::promise<bool> came_back;
    std::promise<TimerThread::Handle> handle;
    std::unique_ptr<Work> work = makeWork([&, own = handle.get_future().share()] {
        came_back.set_value(timers.cancel(own.get()) == nullptr);
    });
    handle.set_value(timers.at(Clock::now(), work));
    CHECK(came_back.get_future().get());
}

TEST_CASE("works beyond the bound are refused and stay with the caller") {
    TimerThread timers("timers", 1);
    std::unique_ptr<Work> first = makeWork([] {});
    std::unique_ptr<Work> second = makeWork([] {});
    CHECK(timers.at(Clock::now() + 1h, first) != 0);
    CHECK(timers.at(Clock::now() + 1h, second) == 0);
    CHECK(second != nullptr);
}

TEST_CASE("stopping destroys works that are not due") {
    auto token = std::make_shared<int>(1);
    TimerThread timers("timers");
    std::unique_ptr<Work> work = makeWork([token] {});
    REQUIRE(timers.at(Clock::now() + 1h, work) != 0);
    timers.stop();
    CHECK(token.use_count() == 1);
    CHECK(timers.at(Clock::now(), work = makeWork([] {})) == 0);
}
