// Sampler: which traces are kept.
//
// A trace is kept or not as a whole: who began it decides, and says so in the flag of traceparent. For those that begin here the
// decision is taken from the trace id, so several hosts with the same ratio keep the same ones.
#pragma once

#include <cstdint>

#include "trace/span_context.hpp"

namespace mortise::trace {

class Sampler {
public:
    /// `ratio` from 0 (none) to 1 (all).
    explicit Sampler(double ratio) noexcept;

    /// For the first span of a trace.
    bool keeps(const TraceIds& ids) const noexcept;

private:
    std::uint64_t bound_;  // Ids whose random part lies below it are kept.
};

}  // namespace mortise::trace
