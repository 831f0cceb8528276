#include "lifecycle/gate.hpp"

namespace mortise::lifecycle {

std::string_view nameOf(State state) noexcept {
    switch (state) {
        case State::Starting:
            return "starting";
        case State::Ready:
            return "ready";
        case State::Draining:
            return "draining";
        case State::Stopped:
            break;
    }
    return "stopped";
}

bool Gate::advance(State next) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (state_.load(std::memory_order_relaxed) >= next) {
            return false;
        }
        state_.store(next, std::memory_order_release);
    }
    changed_.notify_all();
    return true;
}

bool Gate::waitFor(State state, std::chrono::steady_clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, deadline, [&] { return this->state() >= state; });
}

}  // namespace mortise::lifecycle
