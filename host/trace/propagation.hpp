// Propagation: traceparent and tracestate, the two header fields that carry a trace from one process to the next
// (W3C Trace Context, https://www.w3.org/TR/trace-context/).
//
//   traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
//                |  |                                |                |
//                |  trace, 32 lower-case digits      span, 16         flags: bit 0 is "sampled"
//                version; later ones may append "-..." to this form
//
// A field that breaks a rule counts as none at all: half a trace misleads more than a new one.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "trace/span_context.hpp"

namespace mortise::trace {

inline constexpr std::size_t kTraceparentSize = 55;

/// The sender's span: ids and flag. Empty when the field is not well formed.
std::optional<SpanContext> parseTraceparent(std::string_view text) noexcept;

/// Version 00, for a call that this span makes.
std::array<char, kTraceparentSize> traceparentOf(const SpanContext& context) noexcept;

/// The list as it may be handed on: without spaces around members, empty and repeated ones, cut to limits::kTraceStateSizeMax by
/// whole members (long ones first, then from the end). Empty when a member breaks the grammar or there are too many.
std::string cleanTraceState(std::string_view text);

}  // namespace mortise::trace
