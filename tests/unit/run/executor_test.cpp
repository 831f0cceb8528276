// Executor, lanes and the CPU pool.
#include "run/executor.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <vector>

#include "run/cpu_pool.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::run;
using namespace std::chrono_literals;

namespace {

/// Submits a callable; true when it was taken.
template <typename Function>
bool submit(Executor& executor, Lane& lane, Function function) {
    std::unique_ptr<Work> work = makeWork(std::move(function));
    return executor.submit(lane, work);
}

}  // namespace

TEST_CASE("a lane never runs more works at once than it may") {
    Executor executor("x", 8);
    Lane lane(executor, "slow", 2, 100);
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    std::latch done(50);
    for (int i = 0; i < 50; ++i) {
        REQUIRE(submit(executor, lane, [&] {
            const int now = ++running;
            int seen = most.load();
            while (now > seen && !most.compare_exchange_weak(seen, now)) {
            }
            std::this_thread::yield();
            --running;
            done.count_down();
        }));
    }
    done.wait();
    CHECK(most.load() <= 2);
}

TEST_CASE("a full lane turns work away and leaves it with the caller") {
    Executor executor("x", 2);
    Lane lane(executor, "full", 1, 2);
    std::latch go(1);
    std::latch began(1);
    REQUIRE(submit(executor, lane, [&] {
        began.count_down();
        go.wait();
    }));
    began.wait();
    REQUIRE(submit(executor, lane, [] {}));
    REQUIRE(submit(executor, lane, [] {}));
    std::unique_ptr<Work> refused = makeWork([] {});
    CHECK_FALSE(executor.submit(lane, refused));
    CHECK(refused != nullptr);
    CHECK(lane.running() == 1);
    CHECK(lane.queued() == 2);
    go.count_down();
    executor.stop();
    CHECK(lane.queued() == 0);
}

TEST_CASE("a lane whose works all block leaves threads to the others") {
    Executor executor("x", 4);
    Lane slow(executor, "slow", 2, 100);
    Lane quick(executor, "quick", 2, 100);
    std::latch go(1);
    for (int i = 0; i < 20; ++i) {
        REQUIRE(submit(executor, slow, [&] { go.wait(); }));
    }
    std::promise<void> ran;
    REQUIRE(submit(executor, quick, [&] { ran.set_value(); }));
    CHECK(ran.get_future().wait_for(20s) == std::future_status::ready);
    go.count_down();
}

TEST_CASE("lanes take turns on one thread") {
    Executor executor("x", 1);
    Lane a(executor, "a", 1, 100);
    Lane b(executor, "b", 1, 100);
    std::vector<char> order;
    std::latch go(1);
    REQUIRE(submit(executor, a, [&] { go.wait(); }));
    for (int i = 0; i < 3; ++i) {
        REQUIRE(submit(executor, a, [&] { order.push_back('a'); }));
    }
    for (int i = 0; i < 3; ++i) {
        REQUIRE(submit(executor, b, [&] { order.push_back('b'); }));
    }
    go.count_down();
    executor.stop();
    REQUIRE(order.size() == 6);
    CHECK(std::string(order.begin(), order.begin() + 4).find("aaa") == std::string::npos);
    CHECK(std::count(order.begin(), order.begin() + 4, 'b') == 2);
}

TEST_CASE("an inline call takes a slot of the lane without waiting") {
    Executor executor("x", 2);
    Lane lane(executor, "provider", 1, 10);
    lane.enterInline();
    std::promise<void> ran;
    auto future = ran.get_future();
    REQUIRE(submit(executor, lane, [&] { ran.set_value(); }));
    CHECK(future.wait_for(5ms) == std::future_status::timeout);
    lane.leaveInline();
    CHECK(future.wait_for(20s) == std::future_status::ready);
}

TEST_CASE("stop runs what is queued and refuses what comes later") {
    Executor executor("x", 2);
    Lane lane(executor, "any", 1, 1000);
    std::atomic<int> ran{0};
    for (int i = 0; i < 200; ++i) {
        REQUIRE(submit(executor, lane, [&] { ++ran; }));
    }
    executor.stop();
    CHECK(ran.load() == 200);
    CHECK_FALSE(submit(executor, lane, [] {}));
}

TEST_CASE("a lane may be destroyed by its own last work") {
    Executor executor("x", 2);
    auto lane = std::make_unique<Lane>(executor, "brief", 1, 10);
    REQUIRE(submit(executor, *lane, [&] { lane.reset(); }));
    executor.stop();
    CHECK(lane == nullptr);
}

TEST_CASE("the cpu pool bounds its queue and runs the rest at stop") {
    CpuPool pool("cpu", 1, 3);
    std::latch go(1);
    std::latch began(1);
    std::atomic<int> ran{0};
    std::unique_ptr<Work> first = makeWork([&] {
        began.count_down();
        go.wait();
        ++ran;
    });
    REQUIRE(pool.submit(first));
    began.wait();
    for (int i = 0; i < 3; ++i) {
        std::unique_ptr<Work> work = makeWork([&] { ++ran; });
        REQUIRE(pool.submit(work));
    }
    std::unique_ptr<Work> refused = makeWork([&] { ++ran; });
    CHECK_FALSE(pool.submit(refused));
    CHECK(pool.queued() == 3);
    go.count_down();
    pool.stop();
    CHECK(ran.load() == 4);
}
