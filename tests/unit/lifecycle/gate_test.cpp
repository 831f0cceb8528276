#include "lifecycle/gate.hpp"

#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using namespace mortise::lifecycle;
using namespace std::chrono_literals;

TEST_CASE("a gate only moves forwards") {
    Gate gate;
    CHECK(gate.state() == State::Starting);
    CHECK(gate.advance(State::Ready));
    CHECK(gate.isReady());
    CHECK_FALSE(gate.advance(State::Ready));
    CHECK(gate.advance(State::Stopped));
    CHECK_FALSE(gate.advance(State::Draining));
    CHECK(gate.state() == State::Stopped);
    CHECK(gate.isDraining());
    CHECK_FALSE(gate.isReady());
}

TEST_CASE("of many who begin the drain exactly one does") {
    Gate gate;
    gate.advance(State::Ready);
    std::atomic<int> winners{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { winners += gate.advance(State::Draining) ? 1 : 0; });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(winners == 1);
}

TEST_CASE("who waits for a state is woken by it or a later one") {
    Gate gate;
    std::thread other([&] { gate.advance(State::Draining); });
    CHECK(gate.waitFor(State::Ready, std::chrono::steady_clock::now() + 10s));
    other.join();
    CHECK(gate.waitFor(State::Draining, std::chrono::steady_clock::now()));
}

TEST_CASE("who waits for a state waits no longer than the deadline") {
    const Gate gate;
    CHECK_FALSE(gate.waitFor(State::Ready, std::chrono::steady_clock::now() + 1ms));
}

TEST_CASE("states have names for people") {
    CHECK(nameOf(State::Starting) == "starting");
    CHECK(nameOf(State::Ready) == "ready");
    CHECK(nameOf(State::Draining) == "draining");
    CHECK(nameOf(State::Stopped) == "stopped");
}
