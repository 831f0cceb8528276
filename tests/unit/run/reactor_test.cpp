// Reactor: posting, descriptors, timers, stopping.
#include "run/reactor.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "run/reactor_group.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::run;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kPatience = 20s;

/// Runs `function` on the reactor and waits for it.
template <typename Function>
void onReactor(Reactor& reactor, Function function) {
    std::promise<void> done;
    reactor.post(makeWork([&] {
        function();
        done.set_value();
    }));
    REQUIRE(done.get_future().wait_for(kPatience) == std::future_status::ready);
}

struct SocketPair {
    UniqueFd near;
    UniqueFd far;
    SocketPair() {
        std::array<int, 2> fds{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds.data()) == 0);
        near.reset(fds[0]);
        far.reset(fds[1]);
    }
};

template <typename Function>
class Handler final : public EventHandler {
public:
    explicit Handler(Function function) : function_(std::move(function)) {}
    void onEvents(std::uint32_t events) noexcept override { function_(events); }

private:
    Function function_;
};

template <typename Function>
class Alarm final : public Timer {
public:
    explicit Alarm(Function function) : function_(std::move(function)) {}
    void onTimer() noexcept override { function_(); }

private:
    Function function_;
};

}  // namespace

TEST_CASE("posted works run on the reactor's thread in their order") {
    Reactor reactor(0);
    reactor.start();
    std::vector<int> seen;
    bool on_reactor = true;
    for (int i = 0; i < 100; ++i) {
        reactor.post(makeWork([&, i] {
            seen.push_back(i);
            on_reactor = on_reactor && reactor.isCurrent();
        }));
    }
    onReactor(reactor, [] {});
    CHECK(seen.size() == 100);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(on_reactor);
    CHECK_FALSE(reactor.isCurrent());
}

TEST_CASE("a work posted by a work runs in a later pass") {
    Reactor reactor(0);
    reactor.start();
    std::uint64_t first = 0;
    std::promise<std::uint64_t> second;
    reactor.post(makeWork([&] {
        first = reactor.passCount();
        reactor.post(makeWork([&] { second.set_value(reactor.passCount()); }));
    }));
    CHECK(second.get_future().get() > first);
}

TEST_CASE("works from many threads all run although the loop sleeps in between") {
    Reactor reactor(0);
    reactor.start();
    constexpr int kThreads = 3;
    constexpr int kEach = 500;
    std::atomic<int> ran{0};
    std::promise<void> all;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kEach; ++i) {
                reactor.post(makeWork([&] {
                    if (++ran == kThreads * kEach) {
                        all.set_value();
                    }
                }));
            }
        });
    }
    CHECK(all.get_future().wait_for(kPatience) == std::future_status::ready);
    for (auto& thread : threads) {
        thread.join();
    }
}

TEST_CASE("stop runs what was posted before it") {
    Reactor reactor(0);
    reactor.start();
    int ran = 0;
    for (int i = 0; i < 10; ++i) {
        reactor.post(makeWork([&] { ++ran; }));
    }
    reactor.stop();
    reactor.stop();
    CHECK(ran == 10);
}

TEST_CASE("a work posted after stop runs when the reactor is destroyed") {
    bool ran = false;
    {
        Reactor reactor(0);
        reactor.start();
        reactor.stop();
        reactor.post(makeWork([&] { ran = reactor.isCurrent(); }));
        CHECK_FALSE(ran);
    }
    CHECK(ran);
}

TEST_CASE("a watched descriptor reports what happens to it") {
    SocketPair pair;
    std::promise<std::uint32_t> reported;
    Reactor reactor(0);
    Handler handler([&](std::uint32_t events) {
        reactor.unwatch(pair.near.get());
        reported.set_value(events);
    });
    reactor.start();
    onReactor(reactor, [&] { reactor.watch(pair.near.get(), EPOLLIN, handler); });
    CHECK(::write(pair.far.get(), "x", 1) == 1);
    auto future = reported.get_future();
    REQUIRE(future.wait_for(kPatience) == std::future_status::ready);
    CHECK((future.get() & EPOLLIN) != 0);
}

TEST_CASE("an event already collected for an unwatched descriptor is dropped") {
    // Both descriptors become ready before one pass; whichever handler runs first unwatches the other.
    SocketPair one;
    SocketPair two;
    Reactor reactor(0);
    int calls = 0;
    auto once = [&](std::uint32_t) {
        ++calls;
        reactor.unwatch(one.near.get());
        reactor.unwatch(two.near.get());
    };
    Handler handler(once);
    reactor.start();
    onReactor(reactor, [&] {
        CHECK(::write(one.far.get(), "x", 1) == 1);
        CHECK(::write(two.far.get(), "x", 1) == 1);
        reactor.watch(one.near.get(), EPOLLIN, handler);
        reactor.watch(two.near.get(), EPOLLIN, handler);
    });
    onReactor(reactor, [] {});
    onReactor(reactor, [] {});
    CHECK(calls == 1);
}

TEST_CASE("timers fire in the order of their times whatever the order of arming") {
    std::vector<int> fired;
    std::promise<void> all;
    auto note = [&](int number) {
        fired.push_back(number);
        if (fired.size() == 4) {
            all.set_value();
        }
    };
    Reactor reactor(0);
    Alarm a([&] { note(1); });
    Alarm b([&] { note(2); });
    Alarm c([&] { note(3); });
    Alarm d([&] { note(4); });
    reactor.start();
    onReactor(reactor, [&] {
        const auto now = Clock::now();
        reactor.arm(c, now + 6ms);
        reactor.arm(a, now + 2ms);
        reactor.arm(d, now + 1ms);
        reactor.arm(b, now + 4ms);
        reactor.arm(d, now + 8ms);
    });
    REQUIRE(all.get_future().wait_for(kPatience) == std::future_status::ready);
    CHECK(fired == std::vector<int>{1, 2, 3, 4});
    reactor.stop();
    CHECK_FALSE(d.isArmed());
}

TEST_CASE("a timer never fires before its time") {
    Reactor reactor(0);
    std::promise<Clock::time_point> fired;
    Alarm alarm([&] { fired.set_value(Clock::now()); });
    reactor.start();
    const auto due = Clock::now() + 3500us;
    onReactor(reactor, [&] { reactor.arm(alarm, due); });
    CHECK(fired.get_future().get() >= due);
    reactor.stop();
}

TEST_CASE("a disarmed or destroyed timer does not fire") {
    Reactor reactor(0);
    int fired = 0;
    auto count = [&] { ++fired; };
    Alarm disarmed(count);
    std::promise<void> later;
    Alarm last([&] { later.set_value(); });
    reactor.start();
    onReactor(reactor, [&] {
        const auto due = Clock::now() + 1ms;
        auto destroyed = std::make_unique<Alarm<decltype(count)>>(count);
        reactor.arm(*destroyed, due);
        reactor.arm(disarmed, due);
        reactor.arm(last, due + 1ms);
        reactor.disarm(disarmed);
        destroyed.reset();
    });
    REQUIRE(later.get_future().wait_for(kPatience) == std::future_status::ready);
    CHECK(fired == 0);
    reactor.stop();
}

TEST_CASE("a timer left armed may be destroyed after its reactor") {
    auto alarm = std::make_unique<Alarm<void (*)()>>([] {});
    {
        Reactor reactor(0);
        reactor.start();
        onReactor(reactor, [&] { reactor.arm(*alarm, Clock::now() + 1h); });
    }
    CHECK_FALSE(alarm->isArmed());
}

TEST_CASE("many timers moved and disarmed at random keep their order") {
    Reactor reactor(0);
    std::vector<Clock::time_point> fired;
    std::promise<void> done;
    struct Recorder final : Timer {
        std::vector<Clock::time_point>* out = nullptr;
        Clock::time_point planned;
        void onTimer() noexcept override { out->push_back(planned); }
    };
    std::vector<Recorder> timers(500);
    Alarm last([&] { done.set_value(); });
    reactor.start();
    std::size_t armed = 0;
    onReactor(reactor, [&] {
        std::uint32_t random = 12345;
        auto next = [&] { return random = random * 1664525U + 1013904223U; };
        const auto base = Clock::now();
        for (auto& timer : timers) {
            timer.out = &fired;
            for (int move = 0; move < 3; ++move) {
                timer.planned = base + std::chrono::microseconds(next() % 5000);
                reactor.arm(timer, timer.planned);
            }
        }
        for (std::size_t i = 0; i < timers.size(); i += 3) {
            reactor.disarm(timers[i]);
        }
        for (auto& timer : timers) {
            armed += timer.isArmed() ? 1 : 0;
        }
        reactor.arm(last, base + 10ms);
    });
    REQUIRE(done.get_future().wait_for(kPatience) == std::future_status::ready);
    reactor.stop();
    CHECK(fired.size() == armed);
    CHECK(std::is_sorted(fired.begin(), fired.end()));
}

TEST_CASE("a group starts and stops all its reactors") {
    ReactorGroup group(3);
    group.start();
    REQUIRE(group.size() == 3);
    for (std::size_t i = 0; i < group.size(); ++i) {
        onReactor(group.at(i), [&] { CHECK(Reactor::current()->index() == i); });
    }
    group.stop();
    CHECK(Reactor::current() == nullptr);
}
