// Gate: the one answer to "is this host taking work?", readable from any thread for the price of a
// load.
//
//   Starting --> Ready --> Draining --> Stopped        only forwards; any step may be left out
//
// The pipeline asks isDraining() to add `Connection: close`, /ready shows the state, workers stop
// taking new work once it drains, and whoever must wait for a change waits with a deadline.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace mortise::lifecycle {

enum class State : std::uint8_t { Starting, Ready, Draining, Stopped };

std::string_view nameOf(State state) noexcept;

class Gate {
public:
    State state() const noexcept { return state_.load(std::memory_order_acquire); }
    bool isReady() const noexcept { return state() == State::Ready; }
    /// True from the begin of the drain on, also after the stop.
    bool isDraining() const noexcept { return state() >= State::Draining; }

    /// Moves forwards; false when the gate is there already or beyond, so that of several callers
    /// exactly one gets true.
    bool advance(State next) noexcept;

    /// Waits until the gate has reached `state` or is beyond it; false at the deadline.
    bool waitFor(State state, std::chrono::steady_clock::time_point deadline) const;

private:
    // Release/acquire: who sees Ready also sees everything that was built before it.
    std::atomic<State> state_{State::Starting};
    // Guards changes of state_, so that none slips between check and sleep of a waiter.
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
};

}  // namespace mortise::lifecycle
