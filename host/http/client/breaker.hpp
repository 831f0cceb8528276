// Breaker: leaves a server alone that fails, so that callers get their answer at once and the server a chance to recover.
//
// Closed lets all calls through and counts failures in a row. After kBreakerFailureCount of them it is open: no call for a pause
// that doubles each time up to a bound. Then half open: one call tries; its outcome closes or opens. (M. Nygard, Release It!)
// One thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace mortise::http {

class Breaker {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Whether a call may go out now. One that may owes an outcome: succeeded(), failed() or forgotten().
    bool admits(Time now) noexcept;
    void succeeded() noexcept;
    void failed(Time now) noexcept;
    /// The call told nothing about the server.
    void forgotten() noexcept { trying_ = false; }
    bool isOpen() const noexcept { return pause_ > std::chrono::milliseconds::zero(); }

private:
    std::uint32_t failures_ = 0;
    std::chrono::milliseconds pause_{0};  // Zero while closed.
    Time open_until_{};
    bool trying_ = false;
};

}  // namespace mortise::http
