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

    /// Whether a work counts against `count_max`. Exempt is for works of the host whose number is bounded where they are made.
    enum class Bound : std::uint8_t { Counted, Exempt };

    explicit TimerThread(std::string thread_name, std::size_t count_max = limits::kTimerCountMax,
                         std::chrono::milliseconds patience = limits::kTimerPatience);
    ~TimerThread();
    TimerThread(const TimerThread&) = delete;
    TimerThread& operator=(const TimerThread&) = delete;

    /// Runs `work` on the timer thread at `due`. 0 when the bound is reached or the thread stops; `work` is then untouched.
    /// Any thread.
    [[nodiscard]] Handle at(std::chrono::steady_clock::time_point due, std::unique_ptr<Work>& work,
                            Bound bound = Bound::Counted);
    /// For a work that runs, on the timer thread: puts it back for `due` under the number it has, so that who knows the number
    /// can still cancel it. False when the thread stops or memory is out; `work` is then untouched.
    [[nodiscard]] bool again(std::chrono::steady_clock::time_point due,
                             std::unique_ptr<Work>& work) noexcept;

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
