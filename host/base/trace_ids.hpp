// TraceIds: which trace a piece of work belongs to and which span it is, as numbers (W3C Trace Context, section 3.2.2).
//
// They stand in every log record of a request, so they travel as three numbers and become 48 digits only where a line is written.
#pragma once

#include <cstdint>

namespace mortise {

struct TraceIds {
    std::uint64_t trace_high = 0;
    std::uint64_t trace_low = 0;
    std::uint64_t span = 0;

    /// A trace and a span that are all zero do not exist.
    bool isValid() const noexcept { return (trace_high | trace_low) != 0 && span != 0; }
    friend bool operator==(const TraceIds&, const TraceIds&) = default;
};

}  // namespace mortise
