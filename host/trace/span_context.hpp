// SpanContext: the place of a unit of work in its trace. It travels with the work, over threads, plugins and processes.
#pragma once

#include <memory>
#include <string>

#include "base/trace_ids.hpp"

namespace mortise::trace {

struct SpanContext {
    TraceIds ids;
    /// The span this one is a part of; 0 for the first of its trace.
    std::uint64_t parent_span = 0;
    /// Spans of this trace are kept.
    bool is_sampled = false;
    /// What other tracing systems want to be handed on (`tracestate`); null, which is usual, when there is nothing.
    std::shared_ptr<const std::string> state;

    bool isValid() const noexcept { return ids.isValid(); }
};

/// The first span of a new trace; not sampled.
SpanContext newTrace() noexcept;
/// A part of `parent`, in its trace.
SpanContext childOf(const SpanContext& parent) noexcept;

}  // namespace mortise::trace
