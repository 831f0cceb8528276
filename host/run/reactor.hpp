// Reactor: one thread, one epoll instance, timers and a mailbox.
//
// Everything a connection owns is touched by its reactor only, so there are no locks in it. Other threads talk to a reactor
// through post(). Nothing that runs here may block; a watchdog names whatever does.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "run/work.hpp"

namespace mortise::run {

/// Receives what epoll reports for one descriptor. Not called any more once unwatch() returned, so it may go then.
class EventHandler {
public:
    virtual void onEvents(std::uint32_t epoll_events) noexcept = 0;

protected:
    ~EventHandler() = default;
};

/// Fires once at its time on its reactor. Embedded in what it belongs to; arming again moves it; the destructor disarms, so an
/// armed timer is destroyed on its reactor's thread (or after the reactor stopped).
class Timer {
public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer();
    virtual void onTimer() noexcept = 0;
    bool isArmed() const noexcept { return reactor_ != nullptr; }
    /// When it fires; meaningful while armed.
    std::chrono::steady_clock::time_point due() const noexcept { return due_; }

private:
    friend class Reactor;
    friend class TimerQueue;
    class Reactor* reactor_ = nullptr;
    std::chrono::steady_clock::time_point due_{};
    std::size_t position_ = 0;  // Place in the reactor's heap.
};

class Reactor {
public:
    /// The thread is called "reactor-<index>", or `thread_name` when given.
    explicit Reactor(unsigned index, std::string thread_name = {});
    /// Stops, and runs what was posted after stop() on the calling thread, so that every work runs exactly once.
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Starts the thread. stop() ends the loop after the current pass and joins; works posted before it are run, timers and
    /// descriptors are not served any more. Stopping twice does nothing.
    void start();
    void stop();

    unsigned index() const noexcept;
    /// The reactor whose loop the calling thread runs, or nullptr.
    static Reactor* current() noexcept;
    bool isCurrent() const noexcept { return current() == this; }

    /// Any thread. Runs `work` in a later loop pass (the next one when called on the reactor, without sleeping before it), works
    /// of one thread in their order; wakes the loop only when it sleeps.
    void post(std::unique_ptr<Work> work) noexcept;
    /// As above; the caller keeps it alive until run() was called.
    void post(Work& work) noexcept;

    /// Reactor thread only. Level triggered unless EPOLLET is set. unwatch() comes before close(). Throws mortise::Error when the
    /// kernel refuses.
    void watch(int fd, std::uint32_t epoll_events, EventHandler& handler);
    void rewatch(int fd, std::uint32_t epoll_events, EventHandler& handler);
    void unwatch(int fd) noexcept;

    /// Reactor thread only.
    void arm(Timer& timer, std::chrono::steady_clock::time_point due);
    void disarm(Timer& timer) noexcept;

    /// Time at the start of the current loop pass; cheap.
    std::chrono::steady_clock::time_point now() const noexcept;
    /// Loop passes since the start. Any thread.
    std::uint64_t passCount() const noexcept;

    /// Reactor thread: what is being done, for the watchdog; nullptr = nothing particular. The text outlives the host (interned
    /// or a literal), because another thread may read it later.
    void setActivity(const char* interned_text) noexcept;
    /// Any thread. Never nullptr.
    const char* activity() const noexcept;
    /// Any thread. Start of the pass being worked on; the epoch (zero) while the loop sleeps or does not run.
    std::chrono::steady_clock::time_point busySince() const noexcept;
    /// Any thread. True when one pass has lasted longer than kReactorPatience: something on it does not return.
    bool isStalled() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::run
