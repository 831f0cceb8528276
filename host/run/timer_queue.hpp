// TimerQueue: the timers of one reactor, the soonest first.
//
// A binary heap of pointers in which every timer knows its place, so disarming and moving cost a few swaps and no search.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "run/reactor.hpp"

namespace mortise::run {

class TimerQueue {
public:
    using Time = std::chrono::steady_clock::time_point;

    bool isEmpty() const noexcept { return heap_.empty(); }
    /// Due time of the soonest; only when not empty.
    Time soonest() const noexcept { return heap_.front()->due_; }

    /// Adds the timer, or moves it when it is here already.
    void put(Reactor& reactor, Timer& timer, Time due);
    void remove(Timer& timer) noexcept;
    /// Removes and returns the soonest when it is due; nullptr otherwise.
    Timer* popDue(Time now) noexcept;
    /// Forgets all, leaving them disarmed.
    void clear() noexcept;

private:
    void place(Timer& timer, std::size_t position) noexcept;
    void rise(std::size_t position) noexcept;
    void sink(std::size_t position) noexcept;

    std::vector<Timer*> heap_;
};

}  // namespace mortise::run
