// TimerThread: delayed works addressed by a number, for callers that are not on a reactor (timers of plugins).
//
// A reactor's Timer is embedded in its owner and belongs to one thread. A plugin's timer is a number that any thread may
// cancel, also after it fired; so these have a thread and a table of their own. What fires must be short: a plugin's task is
// submitted to the executor from here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "limits.hpp"
#include "run/work.hpp"

namespace mortise::run {

class TimerThread {
public:
    /// Never 0 and never used twice.
    using Handle = std::uint64_t;

    explicit TimerThread(std::string thread_name, std::size_t count_max = limits::kTimerCountMax,
                         std::chrono::milliseconds patience = limits::kTimerPatience);
    ~TimerThread();
    TimerThread(const TimerThread&) = delete;
    TimerThread& operator=(const TimerThread&) = delete;

    /// Runs `work` on the timer thread at `due`. 0 when the bound is reached or the thread stops; `work` is then untouched.
    /// Any thread.
    [[nodiscard]] Handle at(std::chrono::steady_clock::time_point due, std::unique_ptr<Work>& work);

    /// Takes the work back: non-null means that it will not run, null that it has ended or never was. Waits for one that runs,
    /// except on the timer thread, but not longer than `patience`: one that hangs also gives null. So who frees what a work
    /// uses asks the work whether it is gone (its destructor tells). Any thread.
    std::unique_ptr<Work> cancel(Handle handle) noexcept;

    /// Ends the thread; works that are not due are destroyed without a run. Calling it again does nothing.
    void stop();
    std::size_t count() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::run
