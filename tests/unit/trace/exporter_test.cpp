// From a span to the socket of a collector.
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collector.hpp"
#include "trace/otlp_json.hpp"
#include "trace/settings.hpp"
#include "trace/tracer.hpp"

using namespace mortise;
using namespace mortise::trace;
using namespace std::chrono_literals;
using mortise::test::Collector;
using mortise::test::Json;

namespace {

/// A tracer that remembers what it was told about sending.
struct Fixture {
    explicit Fixture(const std::string& url, double ratio = 1)
        : tracer({url, ratio, "shop", "2.1", "test", "1.0"}, [this](const std::string& reason) {
              const std::lock_guard lock(mutex);
              reports.push_back(reason);
          }) {}

    SpanContext record(const std::string& name) {
        Span span = beginSpan(tracer.begin(), name, Kind::Internal);
        span.ended = span.started + 1ms;
        const SpanContext context = span.context;
        tracer.record(std::move(span));
        return context;
    }
    void stop(std::chrono::milliseconds time = 20s) {
        tracer.stop(std::chrono::steady_clock::now() + time);
    }

    std::mutex mutex;  // Guards reports: told on the exporter's thread.
    std::vector<std::string> reports;
    Tracer tracer;
};

Span sample() {
    SpanContext parent;
    parent.ids = {0x0af7651916cd43ddU, 0x8448eb211c80319cU, 0xb7ad6b7169203331U};
    parent.is_sampled = true;
    parent.state = std::make_shared<const std::string>("foo=1");
    Span span = beginSpan(parent, "GET /notes", Kind::Server);
    span.context.ids.span = 0x00f067aa0ba902b7U;
    span.started = Span::Time(std::chrono::seconds(1'700'000'000));
    span.ended = span.started + 1500us;
    return span;
}

}  // namespace

TEST_CASE("a span is written as OTLP/JSON has it") {
    Span span = sample();
    span.set("text", "a \"b\"");
    span.set("count", std::int64_t{9'007'199'254'740'993});
    span.set("share", 0.5);
    span.set("hit", true);
    span.set("hit", false);
    span.fail("CONFLICT");
    const std::string text = exportJson(resourceJson({"", 1, "shop", "2.1", "test", "1.0"}),
                                        std::span<const Span>(&span, 1));
    CHECK(text ==
          R"({"resourceSpans":[{"resource":{"attributes":[)"
          R"({"key":"service.name","value":{"stringValue":"shop"}},)"
          R"({"key":"service.version","value":{"stringValue":"2.1"}},)"
          R"({"key":"deployment.environment.name","value":{"stringValue":"test"}},)"
          R"({"key":"telemetry.sdk.version","value":{"stringValue":"1.0"}},)"
          R"({"key":"telemetry.sdk.name","value":{"stringValue":"mortise"}},)"
          R"({"key":"telemetry.sdk.language","value":{"stringValue":"cpp"}}]},)"
          R"("scopeSpans":[{"scope":{"name":"mortise"},"spans":[)"
          R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7",)"
          R"("parentSpanId":"b7ad6b7169203331","traceState":"foo=1","name":"GET /notes","kind":2,)"
          R"("startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000001500000",)"
          R"("attributes":[{"key":"text","value":{"stringValue":"a \"b\""}},)"
          R"({"key":"count","value":{"intValue":"9007199254740993"}},)"
          R"({"key":"share","value":{"doubleValue":0.5}},)"
          R"({"key":"hit","value":{"boolValue":false}}],)"
          R"("status":{"message":"CONFLICT","code":2}}]}]}]})");
}

TEST_CASE("attributes of a span are bounded in number and size, and those left out are counted") {
    Span span = sample();
    span.set("long", std::string(limits::kSpanTextSizeMax + 1, 'x'));
    span.set("", "no name");
    span.set("infinite", std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < limits::kSpanAttributeCountMax; ++i) {
        span.set("key" + std::to_string(i), true);
    }
    CHECK(span.attributes.size() == limits::kSpanAttributeCountMax);
    CHECK(std::get<std::string>(span.attributes[0].value).size() == limits::kSpanTextSizeMax);
    CHECK(span.dropped_count == 3);
    span.set("long", "known keys still change");
    CHECK(std::get<std::string>(span.attributes[0].value) == "known keys still change");
}

TEST_CASE("a queue holds so many spans and counts the others") {
    SpanQueue queue(3);
    for (int i = 0; i < 5; ++i) {
        queue.push(sample());
    }
    CHECK(queue.droppedCount() == 2);
    CHECK(queue.take(2, 0ms).size() == 2);
    CHECK(queue.take(2, 0ms).size() == 1);
    queue.close();
    queue.push(sample());
    CHECK(queue.droppedCount() == 3);
    CHECK(queue.take(2, 1h).empty());
}

TEST_CASE("whoever waits for spans wakes when a batch is there") {
    SpanQueue queue(100);
    std::vector<Span> taken;
    std::thread taker([&] { taken = queue.take(10, 1h); });
    for (int i = 0; i < 10; ++i) {
        queue.push(sample());
    }
    taker.join();
    CHECK(taken.size() == 10);
}

TEST_CASE("without a collector nothing is recorded") {
    Fixture fixture("");
    fixture.tracer.start();
    const SpanContext context = fixture.tracer.begin();
    CHECK(context.isValid());
    CHECK_FALSE(context.is_sampled);
    SpanContext sampled = context;
    sampled.is_sampled = true;  // As a client may say.
    CHECK_FALSE(fixture.tracer.records(sampled));
    fixture.stop();
}

TEST_CASE("with a ratio of nothing only traces of clients are recorded") {
    Collector collector;
    Fixture fixture(collector.url(), 0);
    SpanContext context = fixture.tracer.begin();
    CHECK_FALSE(fixture.tracer.records(context));
    context.is_sampled = true;
    CHECK(fixture.tracer.records(context));
}

TEST_CASE("spans reach the collector, and a stop sends the last of them") {
    Collector collector;
    Fixture fixture(collector.url());
    fixture.tracer.start();
    const SpanContext first = fixture.record("first");
    const auto received = collector.await([](const auto& span) { return span.name == "first"; });
    REQUIRE(received);
    CHECK(received->ended_ns - received->started_ns == 1'000'000);
    CHECK(received->parent_id.size() == 16);
    CHECK(first.ids.isValid());
    for (std::size_t i = 0; i < 2 * limits::kSpanBatchCountMax; ++i) {
        fixture.record("late");
    }
    fixture.stop();
    CHECK(collector.spans().size() == 1 + 2 * limits::kSpanBatchCountMax);
    CHECK(fixture.tracer.exportedCount() == 1 + 2 * limits::kSpanBatchCountMax);
    CHECK(fixture.tracer.droppedCount() == 0);
    CHECK(fixture.reports.empty());
}

TEST_CASE("a collector that is busy is asked again, and one that refuses is not") {
    Collector collector({503, 429, 200, 400, 200});
    Fixture fixture(collector.url());
    fixture.tracer.start();
    fixture.record("patient");
    REQUIRE(collector.await([](const auto& span) { return span.name == "patient"; }));
    fixture.record("refused");
    std::unique_lock lock(fixture.mutex);
    while (fixture.reports.empty()) {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
    }
    CHECK_THAT(fixture.reports.front(), Catch::Matchers::ContainsSubstring("400"));
    lock.unlock();
    CHECK(fixture.tracer.droppedCount() == 1);
    fixture.record("healed");
    REQUIRE(collector.await([](const auto& span) { return span.name == "healed"; }));
    fixture.stop();
    CHECK(collector.postCount() == 5);
    CHECK(fixture.tracer.exportedCount() == 2);
    REQUIRE(fixture.reports.size() == 2);
    CHECK(fixture.reports.back().empty());
}

TEST_CASE("spans for a collector that is away are dropped, counted, and reported once") {
    std::string url;
    {
        const Collector gone;
        url = gone.url();
    }
    Fixture fixture(url);
    fixture.tracer.start();
    for (std::size_t i = 0; i < 3 * limits::kSpanBatchCountMax; ++i) {
        fixture.record("lost");
    }
    fixture.stop();
    CHECK(fixture.tracer.exportedCount() == 0);
    CHECK(fixture.tracer.droppedCount() == 3 * limits::kSpanBatchCountMax);
    CHECK(fixture.reports.size() == 1);
}

TEST_CASE("a URL that is none is refused with its text") {
    for (const char* url : {"https://collector:4318", "collector:4318", "http://", "http:/x"}) {
        INFO(url);
        CHECK_THROWS_WITH(Fixture(url), Catch::Matchers::ContainsSubstring(url));
    }
}
