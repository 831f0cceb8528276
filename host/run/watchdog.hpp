// Watchdog: notices a reactor that does not come round, and tells what it is busy with.
//
// One handler that blocks on a reactor delays every connection there, and from outside that looks like a slow network. The
// watchdog samples each reactor's "busy since" mark and reports a pass that takes longer than the threshold: once when it is
// noticed and once when it is over, with the activity (see Reactor::setActivity) the reactor was in.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace mortise::run {

class ReactorGroup;

class Watchdog {
public:
    struct Stall {
        unsigned reactor = 0;
        /// What the reactor said it does, "" when it said nothing.
        const char* activity = "";
        std::chrono::milliseconds lasted{0};
        bool over = false;  ///< False when noticed, true when the reactor came round again.
    };
    /// Called on the watchdog's thread.
    using Report = std::function<void(const Stall&)>;

    /// Starts the thread. `reactors` must outlive this object.
    Watchdog(ReactorGroup& reactors, std::chrono::milliseconds threshold, Report report);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::run
