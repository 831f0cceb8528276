#include "bridge/invocation.hpp"

#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/text.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "plugin/ledger.hpp"

namespace mortise::bridge {

Invocation::Invocation(FoundOperation found, Context& caller_unit, std::string_view input_view,
                       Bond bond)
    : mortise_invocation{},
      failure(blankError()),
      found_(std::move(found)),
      unit_(found_.provider.instance(), &caller_unit),
      span_(PendingSpan::whole(unit_, found_.declared->name, trace::Kind::Internal)),
      caller_name_(caller_unit.instance().pluginName()),
      input_text_(input_view) {
    if (bond == Bond::Detached) {
        unit_.detachFromCaller();
    }
    span_.with("mortise.caller", caller_name_);
    struct_size = sizeof(mortise_invocation);
    context = &unit_;
    operation = strOf(found_.declared->name);
    caller = strOf(caller_name_);
    input = strOf(input_text_);
    principal = unit_.principal.get();
}

bool Invocation::isAsync() const noexcept {
    return (found_.declared->flags & MORTISE_OPERATION_ASYNC) != 0;
}

bool Invocation::read() {
    JsonDocument::Problem problem;
    if (!document_.parse(input_text_, problem)) {
        status = fail(&failure, MORTISE_INVALID_ARGUMENT, "MALFORMED_JSON", problem.message);
        return false;
    }
    json = &document_.view();
    return true;
}

mortise_status Invocation::callHandler() noexcept {
    const log::Context log_context = unit_.logContext();
    const log::ScopedContext scope(log_context);
    return callPlugin(failure, [this] {
        return found_.declared->handler(found_.declared->handler_context, this, &failure);
    });
}

void Invocation::settle(mortise_status outcome) noexcept {
    status = outcome;
    if (!unit_.settle(outcome == MORTISE_OK, &failure)) {
        status = failure.status;
    }
    if (status == MORTISE_OK) {
        span_.end();
        unit_.runAfterResponse();
    } else {
        span_.fail(failure.code);
        reply.clear();
    }
}

void Invocation::runHere() noexcept {
    settle(callHandler());
}

void Invocation::start(std::unique_ptr<Invocation> invocation, Done done) noexcept {
    Invocation& running = *invocation.release();  // complete() frees it.
    running.done_ = std::move(done);
    bool completed = false;
    running.completed_ = &completed;
    const mortise_status outcome = running.callHandler();
    if (completed) {
        return;
    }
    running.completed_ = nullptr;
    if (outcome != MORTISE_OK) {
        running.complete(outcome, running.failure);
    }
}

void Invocation::complete(mortise_status outcome, const mortise_error& error) noexcept {
    const std::unique_ptr<Invocation> self(this);
    if (completed_ != nullptr) {
        *completed_ = true;
    }
    failure = error;
    settle(outcome);
    done_(*this);
}

mortise_status Invocation::stageReply(std::string_view text, mortise_error* error) {
    if (text.size() > limits::kReplySizeMax) {
        return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the reply is too large");
    }
    reply.assign(text);
    return MORTISE_OK;
}

}  // namespace mortise::bridge
