#include "testing/test_clock.hpp"

#include <algorithm>

namespace mortise::testing {

std::chrono::system_clock::time_point TestClock::now() const noexcept {
    const std::lock_guard lock(mutex_);
    return is_set_ ? time_ : systemClock().now();
}

std::chrono::steady_clock::time_point TestClock::steadyNow() const noexcept {
    const std::lock_guard lock(mutex_);
    return systemClock().steadyNow() +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(jumped_);
}

void TestClock::set(std::chrono::system_clock::time_point time) noexcept {
    const std::lock_guard lock(mutex_);
    const auto before = is_set_ ? time_ : systemClock().now();
    jumped_ += std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(time - before));
    time_ = time;
    is_set_ = true;
}

}  // namespace mortise::testing
