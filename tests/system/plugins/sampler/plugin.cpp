// sampler: routes that let a test look at the host from inside of a plugin.
#include <algorithm>
#include <atomic>
#include <thread>

#include <mortise/plugin.hpp>

namespace sampler {

using namespace mortise;

struct Count {
    std::string version;
    std::int64_t call_count = 0;
    std::int64_t strict_count = 0;

    static constexpr auto schema() {
        return object<Count>("Count")
            .field("version", &Count::version)
            .field("call_count", &Count::call_count)
            .field("strict_count", &Count::strict_count, description("Bodies /strict was given"));
    }
};

struct Pause {
    std::int64_t ms = 0;

    static constexpr auto schema() {
        return object<Pause>("Pause").field("ms", &Pause::ms, ge(0), le(10'000));
    }
};

struct Strict {
    std::string name;
    std::int64_t quantity = 0;

    static constexpr auto schema() {
        return object<Strict>("Strict")
            .field("name", &Strict::name, minLength(1))
            .field("quantity", &Strict::quantity, defaultValue(0), ge(0))
            .forbidUnknown();
    }
};

struct Amount {
    std::int64_t size = 0;

    static constexpr auto schema() {
        return object<Amount>("Amount").field("size", &Amount::size, ge(0), le(1'000'000'000));
    }
};

struct Price {
    std::int64_t amount = 0;
    std::string traceparent;
    std::string tracestate;

    static constexpr auto schema() {
        return object<Price>("Price")
            .field("amount", &Price::amount)
            .field("traceparent", &Price::traceparent)
            .field("tracestate", &Price::tracestate);
    }
};

class Sampler final : public Plugin {
public:
    void declare(Router& router) override {
        router.metrics(calls_, sizes_)
            .healthCheck("mood", std::chrono::seconds(1), std::chrono::seconds(1), &Sampler::mood);
        const auto routes = router.group("/sampler").tag("sampler").publicAccess();
        routes.get("/count", &Sampler::count).summary("Count the calls of this generation");
        routes.get("/pause", &Sampler::pause).summary("Answer after a while");
        routes.get("/until-interrupted", &Sampler::untilInterrupted)
            .summary("Answer when the host wants the work to end");
        routes.get("/download", &Sampler::download)
            .summary("Write a large body and wait for the client");
        routes.get("/feed", &Sampler::feed).summary("Write a large body without waiting");
        routes.get("/torn", &Sampler::torn).summary("Fail in the middle of a body");
        routes.post("/mood", &Sampler::setMood).summary("Let the health check fail or not");
        routes.get("/time", &Sampler::time).summary("Tell the time as the host tells it");
        routes.get("/astray", &Sampler::astray)
            .summary("Call the host from a thread that must not wait")
            .inlined();
        routes.get("/price", &Sampler::price).summary("Make spans in a coroutine");
        routes.get("/forgetful", &Sampler::forgetful).summary("Keep a span for too long");
        routes.post("/strict", &Sampler::strict).summary("Take known fields only");
    }

    void prepare(Host& host, Deadline) override { host_ = &host; }

private:
    // Statics of a function are what a library that was never unmapped would bring back with their
    // old values.
    Count count() const {
        static std::atomic<std::int64_t> call_count{0};
        calls_.add({"count"});
        calls_.add({"nobody declared this"});
        sizes_.observe(3);
        return {MORTISE_PLUGIN_VERSION, ++call_count, strict_count_};
    }

    Pause pause(Query<Pause> query) const {
        std::this_thread::sleep_for(std::chrono::milliseconds(query->ms));
        return *query;
    }

    Pause untilInterrupted(Tasks& tasks) const {
        Pause waited;
        while (!tasks.isInterrupted()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            waited.ms += 5;
        }
        return waited;
    }

    Stream download(Query<Amount> query) const {
        Stream stream("text/plain", [size = query->size](StreamWriter& out) {
            const std::string piece(8192, 'd');
            for (auto left = static_cast<std::size_t>(size); left > 0;) {
                const std::size_t taken = std::min(left, piece.size());
                out.write(std::string_view(piece).substr(0, taken));
                left -= taken;
            }
        });
        stream.headers.emplace_back("Content-Disposition", "attachment");
        return stream;
    }

    Task<AsyncStream> feed(Query<Amount> query) const {
        AsyncStream stream("text/plain",
                           [size = query->size](AsyncStreamWriter& out) -> Task<void> {
                               return writeFeed(static_cast<std::size_t>(size), out);
                           });
        co_return stream;
    }

    static Task<void> writeFeed(std::size_t left, AsyncStreamWriter& out) {
        const std::string piece(8192, 'f');
        while (left > 0) {
            const std::size_t taken = std::min(left, piece.size());
            co_await out.write(std::string_view(piece).substr(0, taken));
            left -= taken;
        }
    }

    Stream torn() const {
        return Stream("text/plain", [](StreamWriter& out) {
            out.write("half of it");
            throw ConflictError(codes::CONFLICT);
        });
    }

    Strict strict(Body<Strict> body) {
        ++strict_count_;
        return *body;
    }

    /// There is no such thread, so nothing happens but the call.
    Pause astray() const {
        static_cast<void>(host_->tables().tasks->join_thread(host_->raw(), 0, 0, nullptr));
        return {};
    }

    Task<Price> price(AsyncDb& db, Trace& trace) const {
        auto span = trace.span("price", SpanKind::Client);
        span.set("items", 3).set("share", 0.5).set("gift", true).set("kind", "book");
        const Sql sql{"price_find", "SELECT 7::bigint"};
        const auto amount = co_await db.scalar<std::int64_t>(sql);
        const auto below = trace.span(span, "round");
        Price answer;
        answer.amount = amount;
        answer.traceparent = trace.traceparent();
        answer.tracestate = trace.tracestate();
        span.fail("TOO_CHEAP");
        co_return answer;
    }

    /// The span of a call is ended by its successor, when the host has ended it long ago.
    Pause forgetful(Trace& trace) {
        kept_.set("late", true);
        kept_ = trace.span("kept");
        return {kept_.isRecorded() ? 1 : 0};
    }

    NoContent setMood(Body<Pause> mood) {
        is_well_.store(mood->ms == 0);
        return {};
    }

    Pause time(Clock& clock) const {
        return {clock.now().microseconds() > 0 && clock.steady().count() > 0 ? 1 : 0};
    }

    void mood() {
        if (!is_well_.load()) {
            throw std::runtime_error("a reason with a secret in it");
        }
    }

    Counter calls_{"calls_total", "Calls by route", metricLabel("route", {"count", "other"})};
    Histogram sizes_{"size_bytes", "Sizes of nothing", {1, 10}};
    std::atomic<bool> is_well_{true};
    std::atomic<std::int64_t> strict_count_{0};
    Span kept_;
    const Host* host_ = nullptr;
};

}  // namespace sampler

MORTISE_PLUGIN(sampler::Sampler)
