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

/// One call of an asynchronous caller, shared by its wait and by what runs for it. The wait ends with the outcome, at the caller's
/// deadline or when the caller is cancelled, whatever comes first; an outcome that comes later is dropped.
class AsyncCall {
public:
    AsyncCall(Context& caller, mortise_operation_done done, void* done_context)
        : waits_(&caller.instance().waits()),
          bond_(std::make_shared<CallerBond>(caller)),
          done_(done),
          done_context_(done_context) {}

    /// On the caller's reactor; nullptr when too many wait.
    static std::shared_ptr<AsyncCall> begin(Context& caller, mortise_operation_done done,
                                            void* done_context) {
        auto call = std::make_shared<AsyncCall>(caller, done, done_context);
        auto held = std::make_unique<std::shared_ptr<AsyncCall>>(call);
        call->wait_ = call->waits_->start(caller, &AsyncCall::end, held.get());
        if (call->wait_ == 0) {
            return nullptr;
        }
        call->held_ = held.release();  // end() frees it.
        return call;
    }
    /// Nothing runs for it after all. True: there is no completion; false: it was cancelled meanwhile, and one comes.
    bool forget() noexcept {
        bond_->release();
        const std::lock_guard lock(mutex_);
        if (!waits_->forget(wait_)) {
            return false;
        }
        delete held_;
        return true;
    }
    const std::shared_ptr<CallerBond>& bond() const noexcept { return bond_; }

    /// Any thread, once.
    void finish(mortise_status status, const mortise_error& failure, std::string reply) noexcept {
        const std::lock_guard lock(mutex_);
        if (waits_ == nullptr) {
            return;  // Nobody waits any more.
        }
        status_ = status;
        failure_ = failure;
        reply_ = std::move(reply);
        waits_->wake(wait_);  // False: its deadline is telling the caller right now.
    }
    void finish(Invocation& ended) noexcept {
        finish(ended.status, ended.failure, std::move(ended.reply));
    }

private:
    static void end(void* raw, mortise_status waited, const mortise_error*) {
        const std::unique_ptr<std::shared_ptr<AsyncCall>> held(
            static_cast<std::shared_ptr<AsyncCall>*>(raw));
        const std::shared_ptr<AsyncCall> self = *held;
        self->bond_->release();  // First: the continuation may end the caller.
        {
            const std::lock_guard lock(self->mutex_);
            self->waits_ = nullptr;
        }
        if (waited != MORTISE_OK) {
            mortise_error failure = blankError();
            const bool is_late = waited == MORTISE_DEADLINE_EXCEEDED;
            fail(&failure, waited, is_late ? "DEADLINE_EXCEEDED" : "CANCELLED",
                 is_late ? "the operation did not end in time" : "the caller is being stopped");
            self->done_(self->done_context_, waited, mortise_str{}, &failure);
            return;
        }
        const bool ok = self->status_ == MORTISE_OK;
        self->done_(self->done_context_, self->status_, ok ? strOf(self->reply_) : mortise_str{},
                    &self->failure_);
    }

    std::mutex mutex_;  // Guards waits_ and the outcome.
    // Null once the wait ended: from then on nothing pins the caller's plugin for it.
    Waits* waits_;
    const std::shared_ptr<CallerBond> bond_;
    mortise_operation_done done_;
    void* done_context_;
    mortise_handle wait_ = 0;
    std::shared_ptr<AsyncCall>* held_ = nullptr;
    // Of finish(); end() reads it without the lock, when nobody writes it any more.
    mortise_status status_ = MORTISE_OK;
    mortise_error failure_ = blankError();
    std::string reply_;
};

/// On the executor, since it may block.
mortise_status callStandInAsync(Context& caller, std::string_view name, std::string_view input,
                                const std::shared_ptr<AsyncCall>& call, mortise_error* error) {
    OperationStandIn* stand_in = standInFor(caller, name);
    std::unique_ptr<run::Work> work =
        run::makeWork([stand_in, call, operation = std::string(name), text = std::string(input)] {
            mortise_error failure = blankError();
            std::string output;
            const mortise_status status = stand_in->call(operation, text, output, failure);
            call->finish(status, failure, std::move(output));
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

/// Runs it where the table of bridge/invocation.hpp says; what it does outlives the call.
mortise_status startAsync(std::unique_ptr<Invocation> invocation,
                          const std::shared_ptr<AsyncCall>& call, mortise_error* error) {
    if (invocation->isAsync()) {
        run::Reactor::current()->post(run::makeWork([call,
                                                     owned = std::move(invocation)]() mutable {
            Invocation::start(std::move(owned), [call](Invocation& ended) { call->finish(ended); });
        }));
        return MORTISE_OK;
    }
    HostInstance& provider = invocation->provider();
    std::unique_ptr<run::Work> work = run::makeWork([call, owned = std::move(invocation)] {
        owned->runHere();
        call->finish(*owned);
    });
    return provider.services().executor.submit(provider.lane(), work)
               ? MORTISE_OK
               : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the provider's queue is full");
}

mortise_status callAsync(mortise_context* raw, mortise_str name, mortise_str input,
                         mortise_operation_done done, void* done_context, mortise_error* error) {
    return guarded(error, [&] {
        Context& caller = Context::of(raw);
        if (run::Reactor::current() == nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "call_async() is for coroutines on a reactor");
        }
        FoundOperation found;
        if (const mortise_status status = admit(caller, viewOf(name), found, error);
            status != MORTISE_OK) {
            return status;
        }
        std::unique_ptr<Invocation> invocation;
        if (found.provider) {
            invocation = std::make_unique<Invocation>(std::move(found), caller, viewOf(input),
                                                      Invocation::Bond::Detached);
            if (!invocation->read()) {
                return copyFailure(*invocation, error);
            }
        }
        const std::shared_ptr<AsyncCall> call = AsyncCall::begin(caller, done, done_context);
        if (!call) {
            return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "too many coroutines wait");
        }
        mortise_status status = MORTISE_OK;
        if (invocation) {
            invocation->bind(call->bond());
            status = startAsync(std::move(invocation), call, error);
        } else {
            status = callStandInAsync(caller, viewOf(name), viewOf(input), call, error);
        }
        return status == MORTISE_OK || !call->forget() ? MORTISE_OK : status;
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
