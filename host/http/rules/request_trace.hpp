// The trace of a request: continued from traceparent and tracestate of the client, or begun here; and its span, once it is over.
#pragma once

namespace mortise::trace {
class Tracer;
}

namespace mortise::http {

class Exchange;

/// Sets `exchange.trace`. More than one traceparent, or one that is malformed, counts as none; then tracestate does not count either.
/// `tracer` may be null: what begins here is not sampled.
void openTrace(Exchange& exchange, const trace::Tracer* tracer);

/// The server's span as the semantic conventions of OpenTelemetry have it, if the trace is kept. At the end of the exchange.
void recordTrace(const Exchange& exchange, trace::Tracer& tracer) noexcept;

}  // namespace mortise::http
