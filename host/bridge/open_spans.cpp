#include "bridge/open_spans.hpp"

namespace mortise::bridge {

mortise_handle OpenSpans::begin(trace::Tracer& tracer, trace::Span span) {
    const trace::SpanContext context = span.context;
    return spans_.insert(std::shared_ptr<Open>(new Open{tracer, context, {}, std::move(span)}));
}

std::optional<trace::SpanContext> OpenSpans::contextOf(mortise_handle span) const {
    const auto open = spans_.find(span);
    return open ? std::optional((*open)->context) : std::nullopt;
}

void OpenSpans::end(mortise_handle span) noexcept {
    record(span, false);
}

void OpenSpans::endForgotten(mortise_handle span) noexcept {
    record(span, true);
}

void OpenSpans::record(mortise_handle handle, bool is_forgotten) noexcept {
    try {
        const auto open = spans_.take(handle);
        if (!open) {
            return;
        }
        const std::lock_guard lock((*open)->mutex);
        trace::Span span =
            (*open)->span;  // A copy: another thread may still hold it to set something.
        if (is_forgotten) {
            span.set("mortise.unended", true);
        }
        span.ended = std::chrono::system_clock::now();
        (*open)->tracer.record(std::move(span));
    } catch (...) {
        return;  // Out of memory: the span is lost, the unit of work is not.
    }
}

}  // namespace mortise::bridge
