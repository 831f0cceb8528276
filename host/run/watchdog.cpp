#include "run/watchdog.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "run/reactor_group.hpp"
#include "run/thread_name.hpp"

namespace mortise::run {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

struct Watchdog::State {
    // One pass that took too long and was reported; `since` is zero when the reactor is well.
    struct Seen {
        Clock::time_point since{};
        Clock::time_point last_seen{};
        const char* activity = "";
    };

    ReactorGroup& reactors;
    const std::chrono::milliseconds threshold;
    const Report report;
    std::vector<Seen> seen;  // Touched by the thread only.

    std::mutex mutex;  // Guards `stops`.
    std::condition_variable changed;
    bool stops = false;
    std::thread thread;

    void loop();
    void look(unsigned index, Clock::time_point now);
    void tell(unsigned index, const Seen& stall, bool over) const;
};

void Watchdog::State::loop() {
    nameThread("watchdog");
    // Four looks per threshold find a stall at most a quarter late.
    const auto pause =
        std::max<std::chrono::milliseconds>(threshold / 4, std::chrono::milliseconds(1));
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, pause, [this] { return stops; })) {
        lock.unlock();
        const Clock::time_point now = Clock::now();
        for (unsigned i = 0; i < reactors.size(); ++i) {
            look(i, now);
        }
        lock.lock();
    }
}

void Watchdog::State::look(unsigned index, Clock::time_point now) {
    const Reactor& reactor = reactors.at(index);
    const Clock::time_point since = reactor.busySince();
    Seen& known = seen[index];
    if (known.since != Clock::time_point{} && known.since != since) {
        tell(index, known, true);
        known = Seen{};
    }
    if (since == Clock::time_point{} || now - since < threshold) {
        return;
    }
    known.last_seen = now;
    if (known.since == Clock::time_point{}) {
        known.since = since;
        known.activity = reactor.activity();
        tell(index, known, false);
    }
}

void Watchdog::State::tell(unsigned index, const Seen& stall, bool over) const {
    report(Stall{.reactor = index,
                 .activity = stall.activity,
                 .lasted = std::chrono::duration_cast<std::chrono::milliseconds>(stall.last_seen -
                                                                                 stall.since),
                 .over = over});
}

Watchdog::Watchdog(ReactorGroup& reactors, std::chrono::milliseconds threshold, Report report)
    : state_(new State{reactors, threshold, std::move(report), {}, {}, {}, false, {}}) {
    state_->seen.resize(reactors.size());
    state_->thread = std::thread([state = state_.get()] { state->loop(); });
}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stops = true;
    }
    state_->changed.notify_all();
    state_->thread.join();
}

}  // namespace mortise::run
