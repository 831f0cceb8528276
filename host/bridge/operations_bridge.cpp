// "mortise.operations/1": finds the provider, pins it and runs the call where the table of bridge/invocation.hpp says.
#include <condition_variable>
#include <mutex>

#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/invocation.hpp"
#include "bridge/operation_stand_in.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "plugin/generation.hpp"
#include "plugin/ledger.hpp"
#include "run/executor.hpp"
#include "run/reactor.hpp"
#include "run/reactor_group.hpp"

namespace mortise::bridge {
namespace {

OperationStandIn* standInFor(Context& caller, std::string_view name) noexcept {
    OperationStandIn* stand_in = caller.instance().services().stand_in;
    return stand_in != nullptr && stand_in->answers(name) ? stand_in : nullptr;
}

/// Finds and pins the provider, or says why the call is refused. Nothing is found when somebody stands in for it.
mortise_status admit(Context& caller, std::string_view name, FoundOperation& found,
                     mortise_error* error) {
    HostInstance& instance = caller.instance();
    if (!instance.isServing()) {
        return fail(error, MORTISE_UNAVAILABLE, "UNAVAILABLE", "there are no other plugins here");
    }
    if (!instance.generation().manifest().declaresCall(name)) {
        return fail(error, MORTISE_DENIED, "DENIED",
                    "the manifest of " + std::string(instance.pluginName()) +
                        " does not list the call \"" + std::string(name) + "\"");
    }
    if (caller.hasLease()) {
        return fail(error, MORTISE_LEASE_NESTED, "LEASE_NESTED",
                    std::string(instance.pluginName()) + " calls \"" + std::string(name) +
                        "\" while it holds a transaction; call first, or commit before");
    }
    if (caller.depth() + 1 > limits::kOperationDepthMax) {
        return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "operations call each other too deeply");
    }
    if (const mortise_status status = caller.interrupted(); status != MORTISE_OK) {
        return fail(error, status, "INTERRUPTED", "the unit of work is over");
    }
    if (standInFor(caller, name) != nullptr) {
        return MORTISE_OK;
    }
    found = instance.services().publication.findOperation(name);
    if (found.is_unavailable) {
        return fail(error, MORTISE_UNAVAILABLE, "SERVICE_UNAVAILABLE",
                    "the plugin that offers \"" + std::string(name) + "\" is degraded", 503);
    }
    if (found.provider) {
        return MORTISE_OK;
    }
    const bool is_test = instance.services().stand_in != nullptr;
    return fail(
        error, MORTISE_NOT_FOUND, "OPERATION_NOT_FOUND",
        "nobody offers \"" + std::string(name) + '"' +
            (is_test ? "; the test loads its plugin or answers it with onOperation()" : ""));
}

mortise_status copyFailure(const Invocation& invocation, mortise_error* error) {
    return fail(error, invocation.status, invocation.failure.code, invocation.failure.message,
                static_cast<int>(invocation.failure.http_status));
}

/// What a blocking caller and an asynchronous provider share; whoever is last frees it.
struct Rendezvous {
    std::mutex mutex;  // Guards all below.
    std::condition_variable changed;
    bool is_done = false;
    mortise_status status = MORTISE_OK;
    mortise_error failure = blankError();
    std::string reply;

    void arrive(Invocation& invocation) {
        const std::lock_guard lock(mutex);
        status = invocation.status;
        failure = invocation.failure;
        reply = std::move(invocation.reply);
        is_done = true;
        changed.notify_one();
    }
};

mortise_status callAndWait(Context& caller, std::unique_ptr<Invocation> invocation,
                           mortise_operation_done done, void* done_context, mortise_error* error) {
    auto shared = std::make_shared<Rendezvous>();
    Services& services = caller.instance().services();
    run::Reactor& reactor = caller.reactor != nullptr ? *caller.reactor : services.reactors.at(0);
    reactor.post(run::makeWork([shared, owned = std::move(invocation)]() mutable {
        Invocation::start(std::move(owned), [shared](Invocation& ended) { shared->arrive(ended); });
    }));
    std::unique_lock lock(shared->mutex);
    if (!shared->changed.wait_until(lock, caller.deadlineOr(services.request_deadline),
                                    [&] { return shared->is_done; })) {
        return fail(error, MORTISE_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED",
                    "the operation did not end in time");
    }
    if (shared->status != MORTISE_OK) {
        return fail(error, shared->status, shared->failure.code, shared->failure.message,
                    static_cast<int>(shared->failure.http_status));
    }
    done(done_context, MORTISE_OK, strOf(shared->reply), nullptr);
    return MORTISE_OK;
}

mortise_status callHere(Invocation& invocation, mortise_operation_done done, void* done_context,
                        mortise_error* error) {
    invocation.provider().lane().enterInline();
    invocation.runHere();
    invocation.provider().lane().leaveInline();
    if (invocation.status != MORTISE_OK) {
        return copyFailure(invocation, error);
    }
    done(done_context, MORTISE_OK, strOf(invocation.reply), nullptr);
    return MORTISE_OK;
}

mortise_status callStandIn(Context& caller, std::string_view name, std::string_view input,
                           mortise_operation_done done, void* done_context, mortise_error* error) {
    std::string output;
    mortise_error failure = blankError();
    const mortise_status status = standInFor(caller, name)->call(name, input, output, failure);
    if (status != MORTISE_OK) {
        return fail(error, status, failure.code, failure.message,
                    static_cast<int>(failure.http_status));
    }
    done(done_context, MORTISE_OK, strOf(output), nullptr);
    return MORTISE_OK;
}

/// On the executor, since it may block; the outcome comes back on the caller's reactor.
mortise_status callStandInAsync(Context& caller, std::string_view name, std::string_view input,
                                mortise_operation_done done, void* done_context,
                                mortise_error* error) {
    struct Outcome {
        mortise_status status = MORTISE_OK;
        mortise_error failure = blankError();
        std::string output;
    };
    OperationStandIn* stand_in = standInFor(caller, name);
    std::unique_ptr<run::Work> work =
        run::makeWork([stand_in, reactor = run::Reactor::current(), done, done_context,
                       operation = std::string(name), text = std::string(input)] {
            auto outcome = std::make_unique<Outcome>();
            outcome->status = stand_in->call(operation, text, outcome->output, outcome->failure);
            reactor->post(run::makeWork([done, done_context, ended = std::move(outcome)] {
                const bool ok = ended->status == MORTISE_OK;
                mortise_error ignored = blankError();
                callPlugin(ignored, [&] {
                    done(done_context, ended->status, ok ? strOf(ended->output) : mortise_str{},
                         &ended->failure);
                    return MORTISE_OK;
                });
            }));
        });
    HostInstance& instance = caller.instance();
    return instance.services().executor.submit(instance.lane(), work)
               ? MORTISE_OK
               : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the caller's queue is full");
}

mortise_status call(mortise_context* raw, mortise_str name, mortise_str input,
                    mortise_operation_done done, void* done_context, mortise_error* error) {
    return guarded(error, [&] {
        Context& caller = Context::of(raw);
        if (run::Reactor::current() != nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "call() would block the reactor");
        }
        FoundOperation found;
        if (const mortise_status status = admit(caller, viewOf(name), found, error);
            status != MORTISE_OK) {
            return status;
        }
        if (!found.provider) {
            return callStandIn(caller, viewOf(name), viewOf(input), done, done_context, error);
        }
        const bool is_async = (found.declared->flags & MORTISE_OPERATION_ASYNC) != 0;
        auto invocation = std::make_unique<Invocation>(
            std::move(found), caller, viewOf(input),
            is_async ? Invocation::Bond::Detached : Invocation::Bond::WithCaller);
        if (!invocation->read()) {
            return copyFailure(*invocation, error);
        }
        return is_async ? callAndWait(caller, std::move(invocation), done, done_context, error)
                        : callHere(*invocation, done, done_context, error);
    });
}

/// Hands the outcome to an asynchronous caller, on its reactor.
void tell(const Invocation& invocation, mortise_operation_done done, void* done_context) {
    mortise_error ignored = blankError();
    callPlugin(ignored, [&] {
        const bool ok = invocation.status == MORTISE_OK;
        done(done_context, invocation.status, ok ? strOf(invocation.reply) : mortise_str{},
             &invocation.failure);
        return MORTISE_OK;
    });
}

mortise_status callAsync(mortise_context* raw, mortise_str name, mortise_str input,
                         mortise_operation_done done, void* done_context, mortise_error* error) {
    return guarded(error, [&] {
        Context& caller = Context::of(raw);
        run::Reactor* reactor = run::Reactor::current();
        if (reactor == nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "call_async() is for coroutines on a reactor");
        }
        FoundOperation found;
        if (const mortise_status status = admit(caller, viewOf(name), found, error);
            status != MORTISE_OK) {
            return status;
        }
        if (!found.provider) {
            return callStandInAsync(caller, viewOf(name), viewOf(input), done, done_context, error);
        }
        auto invocation = std::make_unique<Invocation>(std::move(found), caller, viewOf(input),
                                                       Invocation::Bond::WithCaller);
        if (!invocation->read()) {
            return copyFailure(*invocation, error);
        }
        if (invocation->isAsync()) {
            reactor->post(
                run::makeWork([done, done_context, owned = std::move(invocation)]() mutable {
                    Invocation::start(std::move(owned), [done, done_context](Invocation& ended) {
                        tell(ended, done, done_context);
                    });
                }));
            return MORTISE_OK;
        }
        HostInstance& provider = invocation->provider();
        std::unique_ptr<run::Work> work =
            run::makeWork([reactor, done, done_context, owned = std::move(invocation)]() mutable {
                owned->runHere();
                reactor->post(run::makeWork([done, done_context, ended = std::move(owned)] {
                    tell(*ended, done, done_context);
                }));
            });
        if (!provider.services().executor.submit(provider.lane(), work)) {
            return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the provider's queue is full");
        }
        return MORTISE_OK;
    });
}

mortise_status reply(mortise_invocation* invocation, mortise_str output, mortise_error* error) {
    return guarded(error,
                   [&] { return Invocation::of(invocation).stageReply(viewOf(output), error); });
}

void complete(mortise_invocation* invocation, mortise_status status, const mortise_error* failure) {
    Invocation::of(invocation).complete(status, failure == nullptr ? blankError() : *failure);
}

}  // namespace

const mortise_operations& operationsTable() noexcept {
    static constexpr mortise_operations kTable{
        sizeof(mortise_operations),
        0,
        kOnThread<"mortise_operations.call", ThreadTag::Request, call>,
        kOnThread<"mortise_operations.call_async", ThreadTag::Reactor, callAsync>,
        kOnThread<"mortise_operations.reply", ThreadTag::RequestOrReactor, reply>,
        kOnThread<"mortise_operations.complete", ThreadTag::Reactor, complete>};
    return kTable;
}

}  // namespace mortise::bridge
