// OpenSpans: the spans that one plugin has begun and not ended.
//
// A plugin names them by handles. Whoever takes a handle out of the table, end() or the unit of work the span belongs to, records
// the span; the other one finds nothing. So a handle may be kept for too long without any harm.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/handles.hpp"
#include "limits.hpp"
#include "mortise/abi.h"
#include "trace/tracer.hpp"

namespace mortise::bridge {

class OpenSpans {
public:
    OpenSpans() = default;
    OpenSpans(const OpenSpans&) = delete;
    OpenSpans& operator=(const OpenSpans&) = delete;

    /// 0 when too many are open. All: any thread.
    mortise_handle begin(trace::Tracer& tracer, trace::Span span);
    /// Empty when it is not open.
    std::optional<trace::SpanContext> contextOf(mortise_handle span) const;
    template <typename Change>
    void change(mortise_handle span, Change&& apply) {
        if (const auto open = spans_.find(span)) {
            const std::lock_guard lock((*open)->mutex);
            apply((*open)->span);
        }
    }
    void end(mortise_handle span) noexcept;
    /// Ends it and says that its plugin did not.
    void endForgotten(mortise_handle span) noexcept;

private:
    struct Open {
        trace::Tracer& tracer;
        const trace::SpanContext context;
        std::mutex mutex;  // Guards span: one thread may set attributes while another ends it.
        trace::Span span;
    };

    void record(mortise_handle span, bool is_forgotten) noexcept;

    HandleTable<std::shared_ptr<Open>> spans_{limits::kOpenSpanCountMax};
};

}  // namespace mortise::bridge
