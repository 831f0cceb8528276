#include "bridge/context.hpp"

#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/session_failure.hpp"
#include "db/session.hpp"
#include "http/exchange.hpp"
#include "identity/principal.hpp"
#include "limits.hpp"
#include "trace/tracer.hpp"

namespace mortise::bridge {

void CallerBond::release() noexcept {
    const std::lock_guard lock(mutex_);
    caller_ = nullptr;
}

mortise_status CallerBond::interrupted() const noexcept {
    const std::lock_guard lock(mutex_);
    return caller_ == nullptr ? MORTISE_CANCELLED : caller_->interrupted();
}

Context::Context(HostInstance& instance, Context* caller)
    : instance_(instance), caller_(caller), depth_(caller == nullptr ? 0 : caller->depth_ + 1) {
    if (caller != nullptr) {
        deadline = caller->deadline;
        reactor = caller->reactor;
        request_id = caller->request_id;
        user_id = caller->user_id;
        method = caller->method;
        path = caller->path;
        principal.set(caller->principal.owner());
        trace = trace::childOf(caller->currentSpan());
    }
}

Context::~Context() {
    for (const mortise_handle span : spans_) {
        instance_.openSpans().endForgotten(span);
    }
}

Context::Time Context::deadlineOr(std::chrono::milliseconds fallback) const {
    return deadline ? *deadline : std::chrono::steady_clock::now() + fallback;
}

log::Context Context::logContext() const noexcept {
    return {request_id, user_id, method, path, instance_.pluginName(), trace.ids};
}

trace::Tracer* Context::tracer() const noexcept {
    trace::Tracer* tracer = instance_.isServing() ? instance_.services().tracer : nullptr;
    return tracer != nullptr && tracer->records(trace) ? tracer : nullptr;
}

trace::SpanContext Context::currentSpan() const {
    for (auto span = spans_.rbegin(); span != spans_.rend(); ++span) {
        if (auto open = instance_.openSpans().contextOf(*span)) {
            return *std::move(open);
        }
    }
    return trace;
}

mortise_handle Context::beginSpan(mortise_handle parent, std::string_view name, trace::Kind kind) {
    trace::Tracer* recorder = tracer();
    if (recorder == nullptr) {
        return 0;
    }
    OpenSpans& open = instance_.openSpans();
    std::erase_if(spans_, [&](mortise_handle span) { return !open.contextOf(span); });
    if (spans_.size() >= limits::kUnitSpanCountMax) {
        recorder->countDropped();
        return 0;
    }
    spans_.reserve(spans_.size() + 1);  // First, because it may throw.
    trace::Span span = trace::beginSpan(open.contextOf(parent).value_or(currentSpan()), name, kind);
    span.set("mortise.plugin", instance_.pluginName());
    const mortise_handle handle = open.begin(*recorder, std::move(span));
    if (handle == 0) {
        recorder->countDropped();
        return 0;
    }
    spans_.push_back(handle);
    return handle;
}

void Context::beginTrace() noexcept {
    const trace::Tracer* tracer = instance_.services().tracer;
    trace = tracer != nullptr ? tracer->begin() : trace::newTrace();
}

mortise_status Context::interrupted() const noexcept {
    if (deadline && std::chrono::steady_clock::now() >= *deadline) {
        return MORTISE_DEADLINE_EXCEEDED;
    }
    if (instance_.isCancelled() || (exchange != nullptr && exchange->isAbandoned())) {
        return MORTISE_CANCELLED;
    }
    if (bond_) {
        return bond_->interrupted();
    }
    return caller_ == nullptr ? MORTISE_OK : caller_->interrupted();
}

db::Session& Context::session() {
    if (!session_) {
        const auto access = is_read_only ? db::Access::ReadOnly : db::Access::ReadWrite;
        const Services& services = instance_.services();
        const std::string_view plugin = instance_.pluginName();
        // A unit without deadline may live for hours; none of its transactions should.
        session_ = deadline
                       ? std::make_unique<db::Session>(services.pool, plugin, *deadline, access)
                       : std::make_unique<db::Session>(services.pool, plugin,
                                                       services.request_deadline, access);
    }
    return *session_;
}

bool Context::hasLease() const noexcept {
    return session_ != nullptr && session_->hasLease();
}

bool Context::addAfterResponse(mortise_task task, void* task_context) {
    if (after_response_.size() >= limits::kAfterResponseCountMax) {
        return false;
    }
    after_response_.push_back({task, task_context});
    return true;
}

bool Context::settle(bool commit, mortise_error* error) noexcept {
    if (!session_) {
        return true;
    }
    if (!commit) {
        session_->rollback();
        return true;
    }
    return databaseGuarded(*this, error, [&] {
               session_->commit();
               return MORTISE_OK;
           }) == MORTISE_OK;
}

void Context::runAfterResponse() noexcept {
    for (const AfterResponse& each : after_response_) {
        instance_.runTask(each.task, each.task_context);
    }
    after_response_.clear();
}

}  // namespace mortise::bridge
