// Waits of coroutines for their own plugin: who ends them, where, and how often.
#include "bridge/waits.hpp"

#include <atomic>
#include <future>
#include <thread>

#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/tables.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/bridge/instance_fixture.hpp"

using namespace mortise;
using namespace mortise::bridge::test;
using namespace std::chrono_literals;

namespace {

/// A wait begun on the reactor, and its completion.
class Waiting {
public:
    explicit Waiting(InstanceFixture& host, std::chrono::milliseconds left = 10min)
        : unit_(*host.instance) {
        unit_.deadline = std::chrono::steady_clock::now() + left;
        std::promise<void> begun;
        host.reactors.at(0).post(run::makeWork([&] {
            status_ = bridge::tasksTable().wait_async(&unit_, &done, this, &handle_, nullptr);
            begun.set_value();
        }));
        begun.get_future().wait();
    }
    Waiting(const Waiting&) = delete;

    mortise_status begun() const { return status_; }
    mortise_handle handle() const { return handle_; }
    /// Waits for the completion.
    mortise_status outcome() { return ended_.get_future().get(); }
    int endCount() const { return end_count_; }
    bool isOnReactor() const { return is_on_reactor_; }

private:
    static void done(void* raw, mortise_status status, const mortise_error*) {
        auto& self = *static_cast<Waiting*>(raw);
        self.is_on_reactor_ = run::Reactor::current() != nullptr;
        if (++self.end_count_ == 1) {
            self.ended_.set_value(status);
        }
    }

    bridge::Context unit_;
    mortise_handle handle_ = 0;
    mortise_status status_ = MORTISE_INTERNAL;
    std::promise<mortise_status> ended_;
    std::atomic<int> end_count_{0};
    std::atomic<bool> is_on_reactor_{false};
};

mortise_status wake(InstanceFixture& host, const Waiting& waiting) {
    return bridge::tasksTable().wake(host.instance->host(), waiting.handle());
}

/// Returns when the reactor has done what was posted so far.
void settle(InstanceFixture& host) {
    std::promise<void> done;
    host.reactors.at(0).post(run::makeWork([&] { done.set_value(); }));
    done.get_future().wait();
}

}  // namespace

TEST_CASE("a wait is ended by wake(), on its reactor, and a second wake() comes too late") {
    InstanceFixture host;
    Waiting waiting(host);
    REQUIRE(waiting.begun() == MORTISE_OK);
    CHECK(wake(host, waiting) == MORTISE_OK);
    CHECK(wake(host, waiting) == MORTISE_STALE);
    CHECK(waiting.outcome() == MORTISE_OK);
    CHECK(waiting.isOnReactor());
    settle(host);
    CHECK(waiting.endCount() == 1);
}

TEST_CASE("a wait nobody ends is over at the deadline of its unit") {
    InstanceFixture host;
    Waiting waiting(host, 5ms);
    CHECK(waiting.outcome() == MORTISE_DEADLINE_EXCEEDED);
    CHECK(waiting.isOnReactor());
    CHECK(wake(host, waiting) == MORTISE_STALE);
}

TEST_CASE("a wait that is woken while its deadline passes ends once") {
    InstanceFixture host;
    for (int round = 0; round < 200; ++round) {
        Waiting waiting(host, std::chrono::milliseconds(round % 3));
        const mortise_status woken = wake(host, waiting);
        const mortise_status outcome = waiting.outcome();
        settle(host);
        REQUIRE(waiting.endCount() == 1);
        REQUIRE(outcome == (woken == MORTISE_OK ? MORTISE_OK : MORTISE_DEADLINE_EXCEEDED));
    }
}

TEST_CASE("cancelling the plugin ends its waits, and none begins afterwards") {
    InstanceFixture host;
    Waiting first(host);
    Waiting second(host);
    host.instance->cancel();
    CHECK(first.outcome() == MORTISE_CANCELLED);
    CHECK(second.outcome() == MORTISE_CANCELLED);
    const Waiting late(host);
    CHECK(late.begun() == MORTISE_CANCELLED);
    settle(host);
    CHECK(late.endCount() == 0);
    CHECK(first.endCount() == 1);
}

TEST_CASE("waits that begin while the plugin is cancelled end all the same") {
    for (int round = 0; round < 100; ++round) {
        InstanceFixture host;
        std::thread canceller([&] { host.instance->cancel(); });
        Waiting waiting(host);
        if (waiting.begun() == MORTISE_OK) {
            CHECK(waiting.outcome() == MORTISE_CANCELLED);
        } else {
            CHECK(waiting.begun() == MORTISE_CANCELLED);
        }
        canceller.join();
        settle(host);
    }
}

TEST_CASE("waits beyond the bound are refused") {
    InstanceFixture host;
    bridge::Context unit(*host.instance);
    std::promise<std::pair<mortise_status, mortise_status>> ended;
    host.reactors.at(0).post(run::makeWork([&] {
        const auto ignore = [](void*, mortise_status, const mortise_error*) {};
        mortise_handle wait = 0;
        mortise_status last_good = MORTISE_OK;
        for (std::size_t i = 0; i < limits::kWaitCountMax && last_good == MORTISE_OK; ++i) {
            last_good = bridge::tasksTable().wait_async(&unit, ignore, nullptr, &wait, nullptr);
        }
        ended.set_value(
            {last_good, bridge::tasksTable().wait_async(&unit, ignore, nullptr, &wait, nullptr)});
    }));
    const auto [within, beyond] = ended.get_future().get();
    CHECK(within == MORTISE_OK);
    CHECK(beyond == MORTISE_EXHAUSTED);
    host.instance->cancel();
    settle(host);
}
