// Semaphores: who gets a permit and when, threads and coroutines in one queue.
#include "mortise/semaphore.hpp"

#include <atomic>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_host.hpp"

using namespace mortise;
using namespace std::chrono_literals;
using test::FakeHost;

namespace {

using Lines = std::vector<std::string>;

struct Quiet {
    void operator()() const {}
};

/// A coroutine that takes a permit and keeps it until the test lets go.
class Worker {
public:
    Worker(Semaphore& semaphore, const Deadline& deadline, std::string name, Lines& lines) {
        run(*this, semaphore, deadline, std::move(name), lines);
    }
    void letGo() { permit_->release(); }
    mortise_status status() const { return status_; }

private:
    static detail::Detached<Quiet> run(Worker& self, Semaphore& semaphore, Deadline deadline,
                                       std::string name, Lines& lines) {
        try {
            self.permit_.emplace(co_await semaphore.acquireAsync(deadline));
            lines.push_back(name);
        } catch (const HostError& error) {
            self.status_ = error.status();
            lines.push_back(name + ": " + error.what());
        }
        co_return Quiet();
    }

    std::optional<Semaphore::Permit> permit_;
    mortise_status status_ = MORTISE_OK;
};

struct Fixture {
    FakeHost raw;
    Host host{&raw};
    Deadline later{Unit{&host, raw.context(), true, false}};
    Deadline waiting{Unit{&host, raw.context(), false, false}};
    Lines lines;
};

template <class Condition>
void waitUntil(Condition condition) {
    while (!condition()) {
        std::this_thread::yield();
    }
}

mortise_status statusOf(Semaphore& semaphore, const Deadline& deadline) {
    try {
        const Semaphore::Permit permit = semaphore.acquire(deadline);
        return MORTISE_OK;
    } catch (const HostError& error) {
        return error.status();
    }
}

}  // namespace

TEST_CASE("as many permits as were made are out at once, and each comes back with its owner") {
    Semaphore semaphore(2);
    auto first = semaphore.tryAcquire();
    {
        const auto second = semaphore.tryAcquire();
        CHECK(first.has_value());
        CHECK(second.has_value());
        CHECK_FALSE(semaphore.tryAcquire().has_value());
    }
    CHECK(semaphore.freeCount() == 1);
    Semaphore::Permit moved = std::move(*first);
    first.reset();
    CHECK(semaphore.freeCount() == 1);
    moved.release();
    moved.release();
    CHECK_FALSE(moved.isHeld());
    CHECK(semaphore.freeCount() == 2);
}

TEST_CASE("a permit that is assigned another gives its own back") {
    Semaphore semaphore(2);
    Semaphore::Permit one = *semaphore.tryAcquire();
    one = *semaphore.tryAcquire();
    CHECK(semaphore.freeCount() == 1);
}

TEST_CASE("coroutines get permits in the order they asked, each on its own reactor") {
    Fixture fixture;
    Semaphore semaphore(1);
    Worker a(semaphore, fixture.later, "a", fixture.lines);
    Worker b(semaphore, fixture.later, "b", fixture.lines);
    Worker c(semaphore, fixture.later, "c", fixture.lines);
    CHECK(fixture.lines == Lines{"a"});
    CHECK(semaphore.waitingCount() == 2);
    a.letGo();
    // Handed on already, but b is resumed by its reactor, not by whoever let go.
    CHECK(fixture.lines == Lines{"a"});
    CHECK_FALSE(semaphore.tryAcquire().has_value());
    fixture.raw.runPending();
    CHECK(fixture.lines == Lines{"a", "b"});
    b.letGo();
    fixture.raw.runPending();
    CHECK(fixture.lines == Lines{"a", "b", "c"});
    c.letGo();
    CHECK(semaphore.freeCount() == 1);
}

TEST_CASE("a coroutine whose time is over leaves the queue and gets the host's status") {
    const auto status = GENERATE(MORTISE_DEADLINE_EXCEEDED, MORTISE_CANCELLED);
    Fixture fixture;
    Semaphore semaphore(1);
    Worker a(semaphore, fixture.later, "a", fixture.lines);
    Worker b(semaphore, fixture.later, "b", fixture.lines);
    Worker c(semaphore, fixture.later, "c", fixture.lines);
    CHECK(fixture.raw.endWait(1, status) == MORTISE_OK);
    fixture.raw.runPending();
    CHECK(b.status() == status);
    CHECK(semaphore.waitingCount() == 1);
    a.letGo();
    fixture.raw.runPending();
    CHECK(fixture.lines.back() == "c");
}

TEST_CASE("a permit handed on in the moment of the deadline is not lost") {
    Fixture fixture;
    Semaphore semaphore(1);
    Worker a(semaphore, fixture.later, "a", fixture.lines);
    Worker b(semaphore, fixture.later, "b", fixture.lines);
    CHECK(fixture.raw.endWait(1, MORTISE_DEADLINE_EXCEEDED) == MORTISE_OK);
    a.letGo();  // The wait is over, its completion still to come.
    fixture.raw.runPending();
    CHECK(fixture.lines == Lines{"a", "b"});
    b.letGo();
    CHECK(semaphore.freeCount() == 1);
}

TEST_CASE("a full queue turns the next one away") {
    Fixture fixture;
    Semaphore semaphore(1, 1);
    Worker a(semaphore, fixture.later, "a", fixture.lines);
    Worker b(semaphore, fixture.later, "b", fixture.lines);
    Worker c(semaphore, fixture.later, "c", fixture.lines);
    fixture.raw.runPending();
    CHECK(c.status() == MORTISE_EXHAUSTED);
    CHECK(fixture.lines == Lines{"a", "c: too many wait for a permit already"});
    CHECK(statusOf(semaphore, fixture.waiting) == MORTISE_EXHAUSTED);
    CHECK(semaphore.waitingCount() == 1);
    a.letGo();
    fixture.raw.runPending();
    CHECK(fixture.lines.back() == "b");
}

TEST_CASE("a thread waits until a permit comes free, and not past its deadline") {
    Fixture fixture;
    Semaphore semaphore(1);
    std::optional<Semaphore::Permit> held = semaphore.tryAcquire();
    fixture.raw.remaining_ms = 0;
    CHECK(statusOf(semaphore, fixture.waiting) == MORTISE_DEADLINE_EXCEEDED);
    fixture.raw.remaining_ms = 60'000;
    fixture.raw.interruption = MORTISE_CANCELLED;
    CHECK(statusOf(semaphore, fixture.waiting) == MORTISE_CANCELLED);
    CHECK(statusOf(semaphore, Deadline(5ms)) == MORTISE_DEADLINE_EXCEEDED);
    CHECK(semaphore.waitingCount() == 0);
    fixture.raw.interruption = MORTISE_OK;
    std::atomic<mortise_status> status = MORTISE_INTERNAL;
    std::thread thread([&] { status = statusOf(semaphore, fixture.waiting); });
    waitUntil([&] { return semaphore.waitingCount() == 1; });
    held.reset();
    thread.join();
    CHECK(status == MORTISE_OK);
    CHECK(semaphore.freeCount() == 1);
}

TEST_CASE("threads and coroutines wait in one queue") {
    Fixture fixture;
    Semaphore semaphore(1);
    std::optional<Semaphore::Permit> held = semaphore.tryAcquire();
    Worker first(semaphore, fixture.later, "coroutine", fixture.lines);
    std::atomic<bool> has_permit = false;
    std::thread thread([&] {
        const Semaphore::Permit permit = semaphore.acquire(Deadline(10min));
        has_permit = true;
    });
    waitUntil([&] { return semaphore.waitingCount() == 2; });
    Worker last(semaphore, fixture.later, "last", fixture.lines);
    held.reset();
    fixture.raw.runPending();
    CHECK(fixture.lines == Lines{"coroutine"});
    CHECK_FALSE(has_permit);
    first.letGo();
    thread.join();
    CHECK(has_permit);
    // The thread gave it back, so the host was asked to wake the last.
    fixture.raw.runPending();
    CHECK(fixture.lines == Lines{"coroutine", "last"});
}

TEST_CASE("many threads never hold more permits than there are") {
    Semaphore semaphore(3);
    std::atomic<int> at_work = 0;
    std::atomic<int> at_work_max = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 500; ++round) {
                const Semaphore::Permit permit = semaphore.acquire(Deadline(10min));
                const int now = ++at_work;
                for (int seen = at_work_max; now > seen;) {
                    at_work_max.compare_exchange_weak(seen, now);
                }
                std::this_thread::yield();
                --at_work;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(at_work_max <= 3);
    CHECK(semaphore.freeCount() == 3);
    CHECK(semaphore.waitingCount() == 0);
}

TEST_CASE(
    "waiting a thread on a reactor, or a coroutine without its deadline, is a bug that is told") {
    Fixture fixture;
    Semaphore semaphore(1);
    CHECK_THROWS_AS(semaphore.acquire(fixture.later), std::logic_error);
    CHECK_THROWS_AS(semaphore.acquireAsync(Deadline(1s)), std::logic_error);
    CHECK(semaphore.freeCount() == 1);
}
