// deadline: how much time is left, of a step of the life cycle or of the unit of work a handler runs in.
//
// `Report make(Query<Range> range, Db& db, Deadline deadline)`: ask it before a step that takes long, and give less when there is
// not enough left. The host answers the client at the deadline by itself; what a handler still does then is wasted.
#pragma once

#include <algorithm>
#include <chrono>

#include "mortise/host.hpp"

namespace mortise {

/// A copy is as good as the original. Any thread, for as long as the unit of work lives.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    /// `left` from now.
    explicit Deadline(std::chrono::milliseconds left) : at_(Clock::now() + left) {}
    /// That of a unit of work; the host is asked each time.
    explicit Deadline(const Unit& unit) : unit_(unit) {}

    /// False: nothing ends this unit of work but the host's shutdown.
    bool isLimited() const { return unit_.host == nullptr || hostRemaining() >= 0; }
    /// Time left, never negative; milliseconds::max() without a limit.
    std::chrono::milliseconds remaining() const {
        using std::chrono::milliseconds;
        if (unit_.host == nullptr) {
            const auto left = std::chrono::duration_cast<milliseconds>(at_ - Clock::now());
            return std::max(left, milliseconds(0));
        }
        const std::int64_t left = hostRemaining();
        return left < 0 ? milliseconds::max() : milliseconds(left);
    }
    /// The point in time; Clock::time_point::max() without a limit.
    Clock::time_point at() const {
        if (unit_.host == nullptr) {
            return at_;
        }
        return isLimited() ? Clock::now() + remaining() : Clock::time_point::max();
    }
    bool isExpired() const { return remaining() == std::chrono::milliseconds(0); }
    /// The unit of work; its host is nullptr when this is a deadline of its own.
    const Unit& unit() const noexcept { return unit_; }
    /// Nobody waits for the answer any more: the client has gone, or the host ends.
    bool isCancelled() const {
        return unit_.host != nullptr && table().interrupted(unit_.context) == MORTISE_CANCELLED;
    }

private:
    const mortise_tasks& table() const {
        return detail::need(unit_.host->tables().tasks, MORTISE_TASKS_INTERFACE);
    }
    std::int64_t hostRemaining() const { return table().remaining_ms(unit_.context); }

    Unit unit_{};
    Clock::time_point at_{};
};

}  // namespace mortise
