#include "lifecycle/deadline_guard.hpp"

#include <atomic>

#include "tests/support/catch.hpp"

using namespace mortise::lifecycle;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

TEST_CASE("a guard that goes in time calls nothing and does not wait for its deadline") {
    std::atomic<bool> has_expired = false;
    const auto begin = steady_clock::now();
    {
        const DeadlineGuard guard(begin + 600s, [&] { has_expired = true; });
    }
    CHECK_FALSE(has_expired);
    CHECK(steady_clock::now() < begin + 300s);
}

TEST_CASE("a guard that is still there at its deadline calls once, on a thread of its own") {
    std::atomic<int> call_count = 0;
    std::thread::id caller;
    {
        const DeadlineGuard guard(steady_clock::now() + 1ms, [&] {
            caller = std::this_thread::get_id();
            ++call_count;
        });
        while (call_count == 0) {
            std::this_thread::yield();
        }
    }
    CHECK(call_count == 1);
    CHECK(caller != std::this_thread::get_id());
}
