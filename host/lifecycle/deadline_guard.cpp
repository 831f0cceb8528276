#include "lifecycle/deadline_guard.hpp"

#include <pthread.h>

namespace mortise::lifecycle {

DeadlineGuard::DeadlineGuard(std::chrono::steady_clock::time_point deadline,
                             std::function<void()> expire) {
    thread_ = std::thread([this, deadline, call = std::move(expire)] {
        pthread_setname_np(pthread_self(), "deadline-guard");
        {
            std::unique_lock lock(mutex_);
            if (changed_.wait_until(lock, deadline, [this] { return is_over_; })) {
                return;
            }
        }
        call();
    });
}

DeadlineGuard::~DeadlineGuard() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

}  // namespace mortise::lifecycle
