#include "plugin/change_slot.hpp"

#include <atomic>
#include <thread>

#include "tests/support/catch.hpp"

using namespace mortise::plugin;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("one change at a time has the slot") {
    ChangeSlot slot;
    {
        const auto turn = slot.tryTake();
        CHECK(turn);
        CHECK_FALSE(slot.tryTake());
    }
    CHECK(slot.tryTake());
}

TEST_CASE("a closed slot refuses turns and publishes, also after whoever closed it is done") {
    ChangeSlot slot;
    CHECK_FALSE(slot.isClosed());
    CHECK(slot.close(Clock::now()));
    CHECK(slot.isClosed());
    CHECK_FALSE(slot.tryTake());
    CHECK_FALSE(slot.tryPublish());
}

TEST_CASE("a change that has its turn cannot publish once the slot is closed") {
    ChangeSlot slot;
    const auto turn = slot.tryTake();
    CHECK(slot.tryPublish());
    CHECK_FALSE(slot.close(Clock::now()));
    CHECK(turn);
    CHECK_FALSE(slot.tryPublish());
}

TEST_CASE("closing waits for the change in progress") {
    ChangeSlot slot;
    std::thread change([&slot, turn = slot.tryTake()] {
        while (!slot.isClosed()) {
            std::this_thread::yield();
        }
    });
    CHECK(slot.close(Clock::now() + 20s));
    change.join();
}

TEST_CASE("closing does not return in the middle of a publish, however late it is") {
    ChangeSlot slot;
    const auto turn = slot.tryTake();
    std::atomic<bool> is_published{false};
    std::thread change([&slot, &is_published, right = slot.tryPublish()] {
        while (!slot.isClosed()) {
            std::this_thread::yield();
        }
        is_published = true;
    });
    CHECK_FALSE(slot.close(Clock::now()));
    CHECK(is_published);
    change.join();
}
