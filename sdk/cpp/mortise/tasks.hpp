// tasks: work beside the answer: after the response, on timers, on named threads, in units of work of the plugin's own.
//
// Threads belong to the host, which names and counts them and knows at unload that none is left; a plugin never starts one
// itself. What must happen even if the process dies is a job (jobs.hpp), not a task.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mortise/db.hpp"
#include "mortise/host.hpp"
#include "mortise/identity.hpp"
#include "mortise/jobs.hpp"
#include "mortise/log.hpp"
#include "mortise/operations.hpp"
#include "mortise/tasks.h"

namespace mortise {

namespace detail {

/// A duration as the host takes it. Throws std::out_of_range above 49 days; what is less than `least` is `least`.
inline std::uint32_t wholeMilliseconds(std::chrono::milliseconds duration, std::uint32_t least) {
    if (duration.count() > std::int64_t{std::numeric_limits<std::uint32_t>::max()}) {
        throw std::out_of_range("a delay or a deadline is at most 49 days away");
    }
    return duration.count() < std::int64_t{least} ? least
                                                  : static_cast<std::uint32_t>(duration.count());
}

/// A function on its way through the host as `void *`. Whoever runs it or takes it back owns it.
struct Errand {
    const Host* host;
    std::function<void()> function;

    /// A mortise_task: runs and frees.
    static void run(void* raw) noexcept {
        const std::unique_ptr<Errand> errand(static_cast<Errand*>(raw));
        try {
            errand->function();
        } catch (const std::exception& error) {
            errand->host->log().error("task.unhandled_error", field("error", error.what()));
        } catch (...) {  // nothing is known about it but that it happened
            errand->host->log().error("task.unhandled_error", field("error", "not an exception"));
        }
    }
};

}  // namespace detail

/// What a handler may ask about its own unit of work, and add to it.
class Tasks {
public:
    explicit Tasks(const Unit& unit) : unit_(unit) {}

    /// Runs `function` on the executor after the response was sent; not after an error. It may be lost when the process
    /// dies. It must not use anything of the request: copy what it needs, and take log.detached(). Blocking handlers only.
    void afterResponse(std::function<void()> function) const {
        detail::refuseOnReactor(unit_, "afterResponse()");
        auto errand =
            std::make_unique<detail::Errand>(detail::Errand{unit_.host, std::move(function)});
        detail::Failure failure;
        detail::check(table().after_response(unit_.context, &detail::Errand::run, errand.get(),
                                             failure.out()),
                      failure);
        static_cast<void>(errand.release());  // The host calls it once and it deletes itself.
    }

    /// Whether the work should end early: client gone, deadline passed, host draining. Ask it in long loops.
    bool isInterrupted() const { return table().interrupted(unit_.context) != MORTISE_OK; }

    /// Time left until the deadline; nothing without one.
    std::optional<std::chrono::milliseconds> remaining() const {
        const std::int64_t left = table().remaining_ms(unit_.context);
        return left < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(left));
    }

private:
    const mortise_tasks& table() const {
        return detail::need(unit_.host->tables().tasks, MORTISE_TASKS_INTERFACE);
    }

    Unit unit_;
};

/// A unit of work of the plugin's own, outside of any request: `auto work = host.tasks().open(5s); ... work.commit();`. What
/// was not committed is rolled back at the end of its life.
class WorkUnit {
public:
    WorkUnit(const Host& host, mortise_context* context) : unit_{&host, context, false, false} {}
    WorkUnit(WorkUnit&& other) noexcept : unit_(std::exchange(other.unit_, Unit{})) {}
    WorkUnit& operator=(WorkUnit&&) = delete;
    ~WorkUnit() {
        if (unit_.context != nullptr) {
            table().close(unit_.context, MORTISE_CANCELLED, nullptr);
        }
    }

    /// Commits and ends the unit. Throws when the commit failed; the unit is over in every case.
    void commit() {
        detail::Failure failure;
        mortise_context* context = open().context;
        unit_.context = nullptr;
        detail::check(table().close(context, MORTISE_OK, failure.out()), failure);
    }

    // All but log() throw std::logic_error after commit(). What they returned before must not be used after it either.
    Db db() const { return Db(open()); }
    Operations operations() const { return Operations(open()); }
    Jobs jobs() const { return Jobs(open()); }
    Log log() const { return Log(unit_); }
    Identity identity() const { return Identity(open()); }
    bool isInterrupted() const { return table().interrupted(open().context) != MORTISE_OK; }

private:
    const mortise_tasks& table() const { return *unit_.host->tables().tasks; }
    const Unit& open() const {
        if (unit_.context == nullptr) {
            throw std::logic_error("this unit of work was committed or moved from");
        }
        return unit_;
    }

    Unit unit_;
};

/// Lets the body of a thread know when to return.
class StopToken {
public:
    StopToken(const Host& host, mortise_handle thread) : host_(&host), thread_(thread) {}
    bool stopRequested() const noexcept {
        return host_->tables().tasks->stop_requested(host_->raw(), thread_) != 0;
    }

private:
    const Host* host_;
    mortise_handle thread_;
};

/// A running thread of the host. Keep it in the plugin and join it in stop().
class Thread {
public:
    Thread() = default;
    Thread(const Host& host, mortise_handle handle) : host_(&host), handle_(handle) {}
    Thread(Thread&& other) noexcept
        : host_(other.host_), handle_(std::exchange(other.handle_, 0)) {}
    Thread& operator=(Thread&& other) noexcept {
        std::swap(host_, other.host_);
        std::swap(handle_, other.handle_);
        return *this;
    }

    bool isJoinable() const noexcept { return handle_ != 0; }

    /// Asks the body to return and waits. Throws HostError with DEADLINE_EXCEEDED when it still runs then. Nothing happens
    /// when there is no thread.
    void join(std::chrono::milliseconds deadline) {
        if (handle_ == 0) {
            return;
        }
        detail::Failure failure;
        const mortise_status status = host_->tables().tasks->join_thread(
            host_->raw(), handle_, detail::wholeMilliseconds(deadline, 0), failure.out());
        if (status != MORTISE_STALE) {
            detail::check(status, failure);
        }
        handle_ = 0;
    }

private:
    const Host* host_ = nullptr;
    mortise_handle handle_ = 0;
};

/// A timer that was set. Letting go of it does not cancel it.
class Timer {
public:
    Timer() = default;
    Timer(const Host& host, mortise_handle handle, detail::Errand* errand)
        : host_(&host), handle_(handle), errand_(errand) {}

    /// True: it will not run. False: it ran, runs now, or there is none.
    bool cancel() {
        if (handle_ == 0) {
            return false;
        }
        const mortise_status status =
            host_->tables().tasks->cancel(host_->raw(), std::exchange(handle_, 0), nullptr);
        if (status != MORTISE_OK) {
            return false;  // whoever ran it has freed the function
        }
        delete std::exchange(errand_, nullptr);
        return true;
    }

private:
    const Host* host_ = nullptr;
    mortise_handle handle_ = 0;
    detail::Errand* errand_ = nullptr;
};

/// Threads, timers and units of work; `host.tasks()`.
class PluginTasks {
public:
    explicit PluginTasks(const Host& host) : host_(&host) {}

    /// Opens a unit of work that ends in `deadline`; one that has passed, `end - now` of somebody late, ends at once.
    WorkUnit open(std::chrono::milliseconds deadline) const {
        return openFor(detail::wholeMilliseconds(deadline, 1));
    }
    /// Opens a unit of work without a deadline: for threads that ask isInterrupted().
    WorkUnit open() const { return openFor(0); }

    /// Starts a named thread (at most 15 bytes). The body returns soon after stopRequested(); what it throws is logged.
    Thread startThread(std::string_view name, std::function<void(StopToken)> body) const {
        auto start = std::make_unique<Start>(Start{host_, std::move(body)});
        mortise_handle handle = 0;
        detail::Failure failure;
        detail::check(table().start_thread(host_->raw(), detail::str(name), &runThread, start.get(),
                                           &handle, failure.out()),
                      failure);
        static_cast<void>(start.release());  // The thread deletes it.
        return Thread(*host_, handle);
    }

    /// Runs `function` once after a delay, on the executor. Timers do not repeat: set the next one at the end.
    Timer after(std::chrono::milliseconds delay, std::function<void()> function) const {
        auto errand = std::make_unique<detail::Errand>(detail::Errand{host_, std::move(function)});
        mortise_handle handle = 0;
        detail::Failure failure;
        detail::check(table().after(host_->raw(), detail::wholeMilliseconds(delay, 0),
                                    &detail::Errand::run, errand.get(), &handle, failure.out()),
                      failure);
        return Timer(*host_, handle, errand.release());
    }

private:
    struct Start {
        const Host* host;
        std::function<void(StopToken)> body;
    };

    WorkUnit openFor(std::uint32_t deadline_ms) const {
        mortise_context* context = nullptr;
        detail::Failure failure;
        detail::check(table().open(host_->raw(), deadline_ms, &context, failure.out()), failure);
        return WorkUnit(*host_, context);
    }

    static void runThread(void* raw, mortise_handle thread) noexcept {
        const std::unique_ptr<Start> start(static_cast<Start*>(raw));
        try {
            start->body(StopToken(*start->host, thread));
        } catch (const std::exception& error) {
            start->host->log().error("task.unhandled_error", field("error", error.what()));
        } catch (...) {  // nothing is known about it but that it happened
            start->host->log().error("task.unhandled_error", field("error", "not an exception"));
        }
    }

    const mortise_tasks& table() const {
        return detail::need(host_->tables().tasks, MORTISE_TASKS_INTERFACE);
    }

    const Host* host_;
};

inline PluginTasks Host::tasks() const {
    return PluginTasks(*this);
}

}  // namespace mortise
