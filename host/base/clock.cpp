#include "base/clock.hpp"

namespace mortise {

namespace {

class SystemClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const noexcept override {
        return std::chrono::system_clock::now();
    }
    std::chrono::steady_clock::time_point steadyNow() const noexcept override {
        return std::chrono::steady_clock::now();
    }
};

}  // namespace

std::int64_t Clock::unixSeconds() const noexcept {
    return std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
}

const Clock& systemClock() noexcept {
    static const SystemClock clock;
    return clock;
}

}  // namespace mortise
