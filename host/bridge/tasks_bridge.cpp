// "mortise.tasks/1": units of work without a request, threads and timers, all counted by the instance.
#include <memory>
#include <string>

#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "plugin/generation.hpp"
#include "run/reactor.hpp"

namespace mortise::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

mortise_status open(const mortise_host* host, std::uint32_t deadline_ms, mortise_context** context,
                    mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(host);
        if (!instance.isServing() || instance.isClosed()) {
            return fail(error, MORTISE_STALE, "STALE", "the plugin does not run here");
        }
        auto unit = std::make_unique<Context>(instance);
        unit->trace =
            trace::newTrace();  // For its log; polling would drown the traces of requests.
        if (deadline_ms != 0) {
            unit->deadline = steady_clock::now() + milliseconds(deadline_ms);
        }
        // Pinned: the plugin's code is on the stack of whoever holds an open unit.
        instance.generation().pin();
        *context = unit.release();
        return MORTISE_OK;
    });
}

mortise_status close(mortise_context* raw, mortise_status outcome, mortise_error* error) {
    const std::unique_ptr<Context> unit(&Context::of(raw));
    mortise_error failure = blankError();
    const bool settled = unit->settle(outcome == MORTISE_OK, &failure);
    if (settled && outcome == MORTISE_OK) {
        unit->runAfterResponse();
    }
    unit->instance().unpin();
    return settled ? MORTISE_OK : fail(error, failure.status, failure.code, failure.message);
}

mortise_status interrupted(mortise_context* context) {
    return Context::of(context).interrupted();
}

std::int64_t remainingMs(mortise_context* raw) {
    const Context& context = Context::of(raw);
    if (!context.deadline) {
        return -1;
    }
    const auto left =
        std::chrono::duration_cast<milliseconds>(*context.deadline - steady_clock::now()).count();
    return left > 0 ? left : 0;
}

mortise_status startThread(const mortise_host* host, mortise_str name, mortise_thread_body body,
                           void* body_context, mortise_handle* thread, mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(host);
        if (!instance.isServing() || instance.isClosed()) {
            return fail(error, MORTISE_STALE, "STALE", "the plugin does not run here");
        }
        *thread = instance.threads().start(
            viewOf(name), [&instance, body, body_context](run::NamedThreads::Handle handle) {
                log::Context unit;
                unit.plugin = instance.pluginName();
                const log::ScopedContext scope(unit);
                mortise_error failure = blankError();
                if (callPlugin(failure, [&] {
                        body(body_context, handle);
                        return MORTISE_OK;
                    }) != MORTISE_OK) {
                    instance.services().log.error("task.unhandled_error",
                                                  {{"reason", std::string_view(failure.message)}});
                }
            });
        return *thread != 0 ? MORTISE_OK
                            : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "too many threads");
    });
}

std::uint32_t stopRequested(const mortise_host* host, mortise_handle thread) {
    HostInstance& instance = HostInstance::of(host);
    return instance.isCancelled() || instance.threads().isStopRequested(thread) ? 1U : 0U;
}

mortise_status joinThread(const mortise_host* host, mortise_handle thread,
                          std::uint32_t deadline_ms, mortise_error* error) {
    return guarded(error, [&] {
        switch (HostInstance::of(host).threads().join(
            thread, steady_clock::now() + milliseconds(deadline_ms))) {
            case run::NamedThreads::Joined::Done:
                return MORTISE_OK;
            case run::NamedThreads::Joined::Late:
                return fail(error, MORTISE_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED",
                            "the thread still runs");
            case run::NamedThreads::Joined::Unknown:
                break;
        }
        return fail(error, MORTISE_STALE, "STALE", "no such thread");
    });
}

mortise_status after(const mortise_host* host, std::uint32_t delay_ms, mortise_task task,
                     void* task_context, mortise_handle* timer, mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(host);
        if (task == nullptr || timer == nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", "no task given");
        }
        if (!instance.isServing() || instance.isClosed()) {
            return fail(error, MORTISE_STALE, "STALE", "the plugin does not run here");
        }
        *timer = instance.startTimer(milliseconds(delay_ms), task, task_context);
        if (*timer != 0) {
            return MORTISE_OK;
        }
        if (instance.isClosed()) {  // Meanwhile: trying again is no use.
            return fail(error, MORTISE_STALE, "STALE", "the plugin does not run here");
        }
        return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", instance.describeTimerBound());
    });
}

mortise_status cancel(const mortise_host* host, mortise_handle timer, mortise_error* error) {
    HostInstance& instance = HostInstance::of(host);
    return instance.isServing() && instance.cancelTimer(timer)
               ? MORTISE_OK
               : fail(error, MORTISE_STALE, "STALE", "the timer ran or runs");
}

mortise_status afterResponse(mortise_context* context, mortise_task task, void* task_context,
                             mortise_error* error) {
    return guarded(error, [&] {
        return task != nullptr && Context::of(context).addAfterResponse(task, task_context)
                   ? MORTISE_OK
                   : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED",
                          "too many tasks after one response");
    });
}

mortise_status waitAsync(mortise_context* raw, mortise_wait_done done, void* done_context,
                         mortise_handle* wait, mortise_error* error) {
    return guarded(error, [&] {
        if (done == nullptr || wait == nullptr || run::Reactor::current() == nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "wait_async() is for coroutines on a reactor");
        }
        Context& unit = Context::of(raw);
        HostInstance& instance = unit.instance();
        *wait = instance.waits().start(unit, done, done_context);
        if (*wait == 0) {
            return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED",
                        "too many coroutines of the plugin wait (" +
                            std::to_string(limits::kWaitCountMax) + ")");
        }
        // Asked after the start: cancel() sets the flag before it looks for waits, so one of the two sees the other.
        if (instance.isCancelled() && instance.waits().forget(*wait)) {
            return fail(error, MORTISE_CANCELLED, "CANCELLED", "the plugin is being stopped");
        }
        return MORTISE_OK;
    });
}

mortise_status wake(const mortise_host* host, mortise_handle wait) {
    return HostInstance::of(host).waits().wake(wait) ? MORTISE_OK : MORTISE_STALE;
}

}  // namespace

const mortise_tasks& tasksTable() noexcept {
    static constexpr mortise_tasks kTable{
        sizeof(mortise_tasks),
        0,
        kOnThread<"mortise_tasks.open", ThreadTag::Request, open>,
        kOnThread<"mortise_tasks.close", ThreadTag::Request, close>,
        interrupted,
        remainingMs,
        kOnThread<"mortise_tasks.start_thread", ThreadTag::Control, startThread>,
        stopRequested,
        kOnThread<"mortise_tasks.join_thread", ThreadTag::Control, joinThread>,
        after,
        cancel,
        kOnThread<"mortise_tasks.after_response", ThreadTag::Request, afterResponse>,
        kOnThread<"mortise_tasks.wait_async", ThreadTag::Reactor, waitAsync>,
        wake};
    return kTable;
}

}  // namespace mortise::bridge
