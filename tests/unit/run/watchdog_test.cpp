// The watchdog notices a blocked reactor.
#include "run/watchdog.hpp"

#include <array>
#include <future>
#include <latch>
#include <string>
#include <utility>

#include "run/reactor_group.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::run;
using namespace std::chrono_literals;

TEST_CASE("a blocked reactor is reported with its activity, and again when it is well") {
    ReactorGroup reactors(2);
    reactors.start();
    std::promise<Watchdog::Stall> noticed;
    std::promise<Watchdog::Stall> over;
    std::array<bool, 2> told{};
    const Watchdog watchdog(reactors, 20ms, [&](const Watchdog::Stall& stall) {
        // On a busy machine a pass without work may look stalled too.
        if (*stall.activity != '\0' && !std::exchange(told[stall.over ? 1 : 0], true)) {
            (stall.over ? over : noticed).set_value(stall);
        }
    });
    std::latch go(1);
    reactors.at(1).post(makeWork([&] {
        reactors.at(1).setActivity("users GET /api/v1/users");
        go.wait();
        reactors.at(1).setActivity(nullptr);
    }));
    auto future = noticed.get_future();
    REQUIRE(future.wait_for(20s) == std::future_status::ready);
    const Watchdog::Stall stall = future.get();
    CHECK(stall.reactor == 1);
    CHECK(std::string(stall.activity) == "users GET /api/v1/users");
    CHECK(stall.lasted >= 20ms);
    go.count_down();
    auto end = over.get_future();
    REQUIRE(end.wait_for(20s) == std::future_status::ready);
    CHECK(end.get().reactor == 1);
}
