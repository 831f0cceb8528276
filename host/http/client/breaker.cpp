#include "http/client/breaker.hpp"

#include <algorithm>

#include "limits.hpp"

namespace mortise::http {

bool Breaker::admits(Time now) noexcept {
    if (!isOpen()) {
        return true;
    }
    if (trying_ || now < open_until_) {
        return false;
    }
    trying_ = true;
    return true;
}

void Breaker::succeeded() noexcept {
    *this = Breaker();
}

void Breaker::failed(Time now) noexcept {
    const bool was_trying = trying_;
    trying_ = false;
    if (isOpen() && !was_trying) {
        return;  // It began before the breaker opened.
    }
    if (!isOpen() && ++failures_ < limits::kBreakerFailureCount) {
        return;
    }
    pause_ = std::clamp(pause_ * 2, limits::kBreakerPauseMin, limits::kBreakerPauseMax);
    open_until_ = now + pause_;
}

}  // namespace mortise::http
