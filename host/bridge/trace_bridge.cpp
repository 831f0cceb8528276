// "mortise.trace/1".
#include <algorithm>
#include <cstring>

#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "limits.hpp"
#include "trace/propagation.hpp"

namespace mortise::bridge {
namespace {

/// False when it does not fit.
bool put(mortise_buffer* buffer, std::string_view text) noexcept {
    buffer->size = text.size();
    if (text.size() > buffer->capacity) {
        return false;
    }
    std::copy(text.begin(), text.end(), buffer->data);
    return true;
}

mortise_status current(mortise_context* raw, mortise_buffer* traceparent,
                       mortise_buffer* tracestate, mortise_error* error) {
    return guarded(error, [&] {
        const trace::SpanContext span = Context::of(raw).currentSpan();
        const auto parent = trace::traceparentOf(span);
        const bool fits = put(traceparent, {parent.data(), parent.size()});
        return put(tracestate, span.state ? std::string_view(*span.state) : "") && fits
                   ? MORTISE_OK
                   : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the buffer is too small");
    });
}

trace::Kind kindOf(std::uint32_t kind) noexcept {
    return kind >= MORTISE_SPAN_CLIENT && kind <= MORTISE_SPAN_CONSUMER
               ? static_cast<trace::Kind>(kind)
               : trace::Kind::Internal;
}

mortise_handle begin(mortise_context* raw, mortise_handle parent, mortise_str name,
                     std::uint32_t kind) {
    mortise_handle span = 0;
    guarded(nullptr, [&] {
        span = Context::of(raw).beginSpan(parent, viewOf(name), kindOf(kind));
        return MORTISE_OK;
    });
    return span;
}

void setOne(trace::Span& span, const mortise_field& field) {
    switch (field.kind) {
        case MORTISE_FIELD_INTEGER:
            return span.set(viewOf(field.key), field.integer);
        case MORTISE_FIELD_NUMBER:
            return span.set(viewOf(field.key), field.number);
        case MORTISE_FIELD_BOOLEAN:
            return span.set(viewOf(field.key), field.integer != 0);
        default:
            return span.set(viewOf(field.key), viewOf(field.text));
    }
}

void set(const mortise_host* host, mortise_handle span, const mortise_field* attributes,
         std::uint32_t attribute_count) {
    guarded(nullptr, [&] {
        HostInstance::of(host).openSpans().change(span, [&](trace::Span& open) {
            for (std::uint32_t i = 0; i < attribute_count; ++i) {
                setOne(open, attributes[i]);
            }
        });
        return MORTISE_OK;
    });
}

void failSpan(const mortise_host* host, mortise_handle span, mortise_str type) {
    guarded(nullptr, [&] {
        HostInstance::of(host).openSpans().change(span, [&](trace::Span& open) {
            open.set("error.type", viewOf(type));
            open.fail({});
        });
        return MORTISE_OK;
    });
}

void end(const mortise_host* host, mortise_handle span) {
    HostInstance::of(host).openSpans().end(span);
}

}  // namespace

const mortise_trace& traceTable() noexcept {
    static constexpr mortise_trace kTable{
        sizeof(mortise_trace),
        0,
        kOnThread<"mortise_trace.current", ThreadTag::RequestOrReactor, current>,
        kOnThread<"mortise_trace.begin", ThreadTag::RequestOrReactor, begin>,
        set,
        failSpan,
        end};
    return kTable;
}

}  // namespace mortise::bridge
