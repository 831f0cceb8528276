// Backoff: how long to leave a server alone that refused a connection.
//
// Doubles from `first` to `longest`. The jitter of a quarter keeps many hosts from returning in the
// same instant.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace mortise::db {

class Backoff {
public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
        : first_(first), longest_(longest), random_(std::random_device{}()) {}

    /// The next wait.
    std::chrono::milliseconds next() {
        const auto base = current_.count() == 0 ? first_ : std::min(current_ * 2, longest_);
        current_ = base;
        const auto quarter = base.count() / 4;
        std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter(-quarter, quarter);
        return std::min(base + std::chrono::milliseconds(jitter(random_)), longest_);
    }
    /// After a success.
    void reset() noexcept { current_ = std::chrono::milliseconds(0); }
    bool isReset() const noexcept { return current_.count() == 0; }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds current_{0};
    std::minstd_rand random_;
};

}  // namespace mortise::db
