// Epoch, Published and PinCount under several threads.
#include "run/epoch.hpp"

#include <atomic>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using namespace mortise::run;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("threads that live at the same time have different numbers") {
    constexpr int kCount = 20;
    std::latch all_have_one(kCount);
    std::vector<std::size_t> indexes(kCount);
    std::vector<std::thread> threads;
    for (int i = 0; i < kCount; ++i) {
        threads.emplace_back([&, i] {
            indexes[static_cast<std::size_t>(i)] = threadIndex();
            all_have_one.arrive_and_wait();
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(std::set<std::size_t>(indexes.begin(), indexes.end()).size() == kCount);
}

TEST_CASE("the number of an ended thread is given to a later one") {
    for (std::size_t i = 0; i < 3 * mortise::limits::kThreadCountMax; ++i) {
        std::size_t index = mortise::limits::kThreadCountMax;
        std::thread([&] { index = threadIndex(); }).join();
        REQUIRE(index < mortise::limits::kThreadCountMax);
    }
}

TEST_CASE("synchronize waits for an open section and gives up at its deadline") {
    Epoch epoch;
    std::latch inside(1);
    std::latch may_leave(1);
    std::thread reader([&] {
        const Epoch::Section outer(epoch);
        const Epoch::Section nested(epoch);
        inside.count_down();
        may_leave.wait();
    });
    inside.wait();
    CHECK_FALSE(epoch.synchronize(Clock::now() + 5ms));
    may_leave.count_down();
    CHECK(epoch.synchronize(Clock::now() + 10s));
    reader.join();
}

TEST_CASE("closing a nested section does not end the outer one") {
    Epoch epoch;
    std::latch inside(1);
    std::latch may_leave(1);
    std::thread reader([&] {
        const Epoch::Section outer(epoch);
        { const Epoch::Section nested(epoch); }
        inside.count_down();
        may_leave.wait();
    });
    inside.wait();
    CHECK_FALSE(epoch.synchronize(Clock::now() + 5ms));
    may_leave.count_down();
    reader.join();
    CHECK(epoch.synchronize(Clock::now() + 10s));
}

TEST_CASE("synchronize does not wait for sections opened after it began") {
    Epoch epoch;
    CHECK(epoch.synchronize(Clock::now() + 1s));
    std::latch inside(1);
    std::latch may_leave(1);
    std::thread reader([&] {
        const Epoch::Section section(epoch);
        inside.count_down();
        may_leave.wait();
    });
    inside.wait();
    // The reader announced the epoch after the first writer's, so only a newer writer waits for it.
    CHECK_FALSE(epoch.synchronize(Clock::now()));
    may_leave.count_down();
    reader.join();
}

TEST_CASE("readers never meet a value that was freed after synchronize") {
    struct Value {
        std::atomic<bool> alive{true};
        ~Value() { alive.store(false); }
    };
    Epoch epoch;
    Published<Value> published(epoch);
    CHECK(published.exchange(std::make_unique<Value>()) == nullptr);
    std::atomic<bool> stop{false};
    std::atomic<int> dead_seen{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!stop.load()) {
                const Epoch::Section section(epoch);
                if (!published.read()->alive.load()) {
                    ++dead_seen;
                }
            }
        });
    }
    for (int i = 0; i < 100; ++i) {
        std::unique_ptr<const Value> old = published.exchange(std::make_unique<Value>());
        REQUIRE(epoch.synchronize(Clock::now() + 10s));
    }
    stop.store(true);
    for (auto& reader : readers) {
        reader.join();
    }
    CHECK(dead_seen.load() == 0);
}

TEST_CASE("a pin may be left on another thread than it was taken") {
    PinCount pins;
    pins.enter();
    pins.enter();
    CHECK(pins.count() == 2);
    std::thread([&] { pins.leave(); }).join();
    CHECK(pins.count() == 1);
    pins.leave();
    CHECK(pins.count() == 0);
}
