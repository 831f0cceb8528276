#include "http/rules/request_trace.hpp"

#include <optional>

#include "http/exchange.hpp"
#include "trace/propagation.hpp"

namespace mortise::http {
namespace {

/// Fields of one name are one list (RFC 9110 section 5.3).
std::string joinedValues(const Exchange& exchange, std::string_view name) {
    std::string list;
    for (const Pair& header : exchange.headers) {
        if (header.name == name) {
            list.append(list.empty() ? "" : ",").append(header.value);
        }
    }
    return list;
}

/// The client's span; empty when there is none to go on from.
std::optional<trace::SpanContext> clientSpan(const Exchange& exchange) {
    std::string_view traceparent;
    for (const Pair& header : exchange.headers) {
        if (header.name != "traceparent") {
            continue;
        }
        if (!traceparent.empty()) {
            return std::nullopt;
        }
        traceparent = header.value;
    }
    return trace::parseTraceparent(traceparent);
}

}  // namespace

void openTrace(Exchange& exchange) {
    const std::optional<trace::SpanContext> client = clientSpan(exchange);
    if (!client) {
        exchange.trace = trace::newTrace();
        return;
    }
    exchange.trace = trace::childOf(*client);
    if (std::string state = trace::cleanTraceState(joinedValues(exchange, "tracestate"));
        !state.empty()) {
        exchange.trace.state = std::make_shared<const std::string>(std::move(state));
    }
}

}  // namespace mortise::http
