#include "http/rules/request_trace.hpp"

#include <optional>

#include "http/exchange.hpp"
#include "http/rules/access_log.hpp"
#include "trace/propagation.hpp"
#include "trace/tracer.hpp"

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

/// `{method} {route}`; never the path, of which there are too many.
void describeRequest(trace::Span& span, const Exchange& exchange) {
    const bool is_known = exchange.method != Method::Other;
    span.name = is_known ? nameOf(exchange.method) : "HTTP";
    span.set("http.request.method", is_known ? nameOf(exchange.method) : "_OTHER");
    if (exchange.route != nullptr) {
        span.name.append(" ").append(exchange.route->display);
        span.set("http.route", exchange.route->display);
        span.set("mortise.plugin", exchange.route->plugin);
    }
    span.set("url.path", exchange.path);
    span.set("url.scheme", exchange.secure ? "https" : "http");
    span.set("mortise.request_id", exchange.request_id);
}

void describeAnswer(trace::Span& span, const Exchange& exchange) {
    const int status = recordedStatus(exchange);
    if (status == kClientLeft) {
        span.set("error.type", "client_left");
        return;
    }
    span.set("http.response.status_code", static_cast<std::int64_t>(status));
    if (status >= 500) {  // What a client did wrong is no failure of the server.
        span.set("error.type", std::to_string(status));
        span.fail({});
    }
}

/// From the head of the request to now.
void measure(trace::Span& span, const Exchange& exchange) {
    using std::chrono::steady_clock;
    span.ended = std::chrono::system_clock::now();
    span.started = span.ended;
    if (exchange.started != steady_clock::time_point{}) {
        span.started -= std::chrono::duration_cast<trace::Span::Time::duration>(
            steady_clock::now() - exchange.started);
    }
}

}  // namespace

void openTrace(Exchange& exchange, const trace::Tracer* tracer) {
    const std::optional<trace::SpanContext> client = clientSpan(exchange);
    if (!client) {
        exchange.trace = tracer != nullptr ? tracer->begin() : trace::newTrace();
        return;
    }
    exchange.trace = trace::childOf(*client);
    if (std::string state = trace::cleanTraceState(joinedValues(exchange, "tracestate"));
        !state.empty()) {
        exchange.trace.state = std::make_shared<const std::string>(std::move(state));
    }
}

void recordTrace(const Exchange& exchange, trace::Tracer& tracer) noexcept {
    if (!tracer.records(exchange.trace) || isRecordedElsewhere(exchange)) {
        return;
    }
    try {
        trace::Span span;
        span.context = exchange.trace;
        span.kind = trace::Kind::Server;
        describeRequest(span, exchange);
        describeAnswer(span, exchange);
        measure(span, exchange);
        tracer.record(std::move(span));
    } catch (...) {
        tracer.countDropped();  // Out of memory; the request was served.
    }
}

}  // namespace mortise::http
