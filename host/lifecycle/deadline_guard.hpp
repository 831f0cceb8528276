// DeadlineGuard: the last resort against a wait without an end in code that is not ours.
//
// Every wait of the host has a deadline, but a destructor of a library or a joined thread may not know ours. The guard calls
// `expire` on a thread of its own when it still exists at the deadline; what can be done there is to say so and to end the
// process.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace mortise::lifecycle {

class DeadlineGuard {
public:
    /// `expire` must not throw.
    DeadlineGuard(std::chrono::steady_clock::time_point deadline, std::function<void()> expire);
    /// Waits for `expire` if it has begun.
    ~DeadlineGuard();
    DeadlineGuard(const DeadlineGuard&) = delete;
    DeadlineGuard& operator=(const DeadlineGuard&) = delete;

private:
    std::mutex mutex_;  // Guards is_over_.
    std::condition_variable changed_;
    bool is_over_ = false;
    std::thread thread_;
};

}  // namespace mortise::lifecycle
