// The trace a request belongs to.
#include "tests/support/catch.hpp"
#include "tests/unit/http/pipeline_fixture.hpp"

using namespace mortise;
using namespace mortise::test;

namespace {

constexpr const char* kClientSpan = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::uint64_t kTraceHigh = 0x0af7651916cd43ddU;
constexpr std::uint64_t kSpan = 0xb7ad6b7169203331U;

trace::SpanContext traceOf(FakeExchange& exchange) {
    PipelineFixture fixture;
    fixture.serve(exchange);
    return exchange.trace;
}

}  // namespace

TEST_CASE("a request continues the trace of its client") {
    FakeExchange exchange;
    exchange.with("traceparent", kClientSpan).with("tracestate", "foo=1").with("tracestate", "b=2");
    const trace::SpanContext context = traceOf(exchange);
    CHECK(context.ids.trace_high == kTraceHigh);
    CHECK(context.parent_span == kSpan);
    CHECK(context.ids.span != kSpan);
    CHECK(context.is_sampled);
    REQUIRE(context.state);
    CHECK(*context.state == "foo=1,b=2");
}

TEST_CASE("a request without a trace begins one") {
    FakeExchange exchange;
    const trace::SpanContext context = traceOf(exchange);
    CHECK(context.isValid());
    CHECK(context.parent_span == 0);
}

TEST_CASE("a malformed traceparent, or two of them, begin a new trace without tracestate") {
    FakeExchange malformed;
    malformed.with("traceparent", "00-1-2-3").with("tracestate", "foo=1");
    FakeExchange doubled;
    doubled.with("traceparent", kClientSpan).with("traceparent", kClientSpan);
    doubled.with("tracestate", "foo=1");
    for (FakeExchange* exchange : {&malformed, &doubled}) {
        const trace::SpanContext context = traceOf(*exchange);
        CHECK(context.isValid());
        CHECK(context.ids.trace_high != kTraceHigh);
        CHECK(context.parent_span == 0);
        CHECK(context.state == nullptr);
    }
}

TEST_CASE("a tracestate that breaks its grammar does not end the trace") {
    FakeExchange exchange;
    exchange.with("traceparent", kClientSpan).with("tracestate", "foo=1,BAR");
    const trace::SpanContext context = traceOf(exchange);
    CHECK(context.ids.trace_high == kTraceHigh);
    CHECK(context.state == nullptr);
}

TEST_CASE("an exchange leaves its trace behind") {
    PipelineFixture fixture;
    FakeExchange exchange;
    exchange.with("traceparent", kClientSpan);
    fixture.serve(exchange);
    fixture.pipeline().done(exchange, 0);
    CHECK_FALSE(exchange.trace.isValid());
}
