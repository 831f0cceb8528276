#include "run/reactor_calls.hpp"

namespace mortise::run {

void ReactorCalls::begin(const Reactor& reactor) {
    const std::lock_guard lock(mutex_);
    ++open_count_;
    meets_stall_ = meets_stall_ || reactor.isStalled();
}

void ReactorCalls::end(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (error != nullptr) {
        error_ = std::move(error);
    }
    --open_count_;
    ended_.notify_all();
}

bool ReactorCalls::wait(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const bool all =
        !meets_stall_ && ended_.wait_until(lock, deadline, [this] { return open_count_ == 0; });
    if (error_ != nullptr) {
        std::rethrow_exception(std::exchange(error_, nullptr));
    }
    return all;
}

}  // namespace mortise::run
