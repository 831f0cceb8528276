// ReactorCalls: functions that run on reactors, and a way for another thread to wait until all have run.
//
// Shared with the calls, because a reactor may stall: who waits gives up at its deadline, and the calls still find what they
// report to. (A std::future would do the same; the thread sanitizer does not understand the one of libstdc++.)
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "run/reactor.hpp"

namespace mortise::run {

class ReactorCalls {
public:
    /// Runs `function` on the reactor. What it throws, wait() throws. One that stalls already is not waited for.
    template <typename Function>
    static void post(const std::shared_ptr<ReactorCalls>& calls, Reactor& reactor,
                     Function function) {
        calls->begin(reactor);
        reactor.post(makeWork([calls, call = std::move(function)]() mutable {
            std::exception_ptr error;
            try {
                call();
            } catch (...) {
                error = std::current_exception();  // Whoever waits gets it.
            }
            calls->end(std::move(error));
        }));
    }

    /// Not on a reactor. False when the deadline came before all had run, or one of them stands behind what stalls its reactor.
    bool wait(std::chrono::steady_clock::time_point deadline);

private:
    void begin(const Reactor& reactor);
    void end(std::exception_ptr error);

    std::mutex mutex_;  // Guards what follows.
    std::condition_variable ended_;
    std::size_t open_count_ = 0;
    bool meets_stall_ = false;
    std::exception_ptr error_;
};

}  // namespace mortise::run
