#include "bridge/pending_span.hpp"

#include "bridge/context.hpp"
#include "bridge/host_instance.hpp"

namespace mortise::bridge {

PendingSpan PendingSpan::partOf(const Context& unit, std::string_view name, trace::Kind kind) {
    PendingSpan pending;
    if (trace::Tracer* tracer = unit.tracer()) {
        pending.span_ =
            std::make_unique<trace::Span>(trace::beginSpan(unit.currentSpan(), name, kind));
        pending.span_->set("mortise.plugin", unit.instance().pluginName());
        pending.tracer_ = tracer;
    }
    return pending;
}

PendingSpan PendingSpan::whole(const Context& unit, std::string_view name, trace::Kind kind) {
    PendingSpan pending = partOf(unit, name, kind);
    if (pending.span_) {
        pending.span_->context = unit.trace;
    }
    return pending;
}

PendingSpan::~PendingSpan() {
    if (span_) {
        fail("unknown");
    }
}

void PendingSpan::end() noexcept {
    if (span_) {
        span_->ended = std::chrono::system_clock::now();
        tracer_->record(std::move(*span_));
        span_.reset();
    }
}

void PendingSpan::fail(std::string_view type) noexcept {
    if (!span_) {
        return;
    }
    try {
        span_->set("error.type", type);
        span_->fail({});
    } catch (...) {
        // Out of memory: it is recorded without the reason.
        span_->status = trace::Status::Error;
    }
    end();
}

}  // namespace mortise::bridge
