// The trace of a request: continued from traceparent and tracestate of the client, or begun here.
#pragma once

namespace mortise::http {

class Exchange;

/// Sets `exchange.trace`. More than one traceparent, or one that is malformed, counts as none; then tracestate does not count either.
void openTrace(Exchange& exchange);

}  // namespace mortise::http
