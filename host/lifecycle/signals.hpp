// Signals: turns SIGTERM, SIGINT and SIGHUP into calls on an ordinary thread.
//
// Problem: a handler may do next to nothing, threads started early would receive signals meant for
//          the main loop, and a shell starts background jobs with SIGINT ignored, which a plain
//          wait would never see.
// Choice:  blockSignals() is the first statement of main: it resets inherited dispositions and
//          blocks the signals for every thread to come. One thread then takes them from a
//          descriptor.
// Guarantee: first SIGTERM or SIGINT -> onShutdown, each further one -> onForce;
//          SIGHUP -> onReload. SIGPIPE is ignored: a closed peer is an error code of write().
#pragma once

#include <memory>

namespace mortise::lifecycle {

/// First statement of main, before any thread exists.
void blockSignals() noexcept;

/// In a child between fork and exec: gives it the default dispositions and an empty mask.
/// Async-signal-safe.
void restoreSignals() noexcept;

class SignalHandler {
public:
    virtual ~SignalHandler() = default;
    /// The first SIGTERM or SIGINT.
    virtual void onShutdown(int signal) noexcept = 0;
    /// A further one: whoever sends it does not want to wait any longer.
    virtual void onForce(int signal) noexcept = 0;
    /// SIGHUP.
    virtual void onReload() noexcept = 0;
};

/// The thread that waits for signals, from construction to destruction. One per process at a time.
class Signals {
public:
    explicit Signals(SignalHandler& handler);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::lifecycle
