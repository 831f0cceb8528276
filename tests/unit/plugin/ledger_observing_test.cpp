// Metrics and health checks in the ledger: what is refused, and the way through the probe's JSON.
#include <limits>

#include "plugin/ledger.hpp"
#include "plugin/manifest.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::plugin;
using Catch::Matchers::ContainsSubstring;

namespace {

mortise_str view(std::string_view text) {
    return {text.data(), text.size()};
}

mortise_status healthy(void*, mortise_error*) {
    return MORTISE_OK;
}

Manifest manifest() {
    Manifest made;
    made.name = "notes";
    return made;
}

/// A counter with one label that every rule accepts.
struct Metric {
    mortise_str values[2] = {view("api"), view("import")};
    mortise_metric_label label{view("origin"), values, 2, 0};
    mortise_metric raw{};

    Metric() {
        raw.struct_size = sizeof raw;
        raw.kind = MORTISE_METRIC_COUNTER;
        raw.name = view("notes_created_total");
        raw.help = view("Notes created");
        raw.labels = &label;
        raw.label_count = 1;
    }
};

struct Refused {
    mortise_status status = MORTISE_OK;
    std::string message;
};

Refused add(Ledger& ledger, const mortise_metric& metric) {
    mortise_error error{};
    error.struct_size = sizeof error;
    std::uint32_t index = 0;
    const mortise_status status = ledger.addMetric(&metric, &index, &error);
    return {status, error.message};
}

}  // namespace

TEST_CASE("metrics are numbered in their order, and the probe's text gives the same ledger") {
    Ledger ledger(manifest());
    Metric counter;
    std::uint32_t index = 7;
    REQUIRE(ledger.addMetric(&counter.raw, &index, nullptr) == MORTISE_OK);
    CHECK(index == 0);
    const double bounds[] = {0.005, 1, 2.5e10};
    mortise_metric histogram{};
    histogram.struct_size = sizeof histogram;
    histogram.kind = MORTISE_METRIC_HISTOGRAM;
    histogram.name = view("import_duration_seconds");
    histogram.help = view("How long \"imports\" take");
    histogram.bounds = bounds;
    histogram.bound_count = 3;
    REQUIRE(ledger.addMetric(&histogram, &index, nullptr) == MORTISE_OK);
    CHECK(index == 1);
    const mortise_health_check check{sizeof check,     500,     5000,   0,
                                     view("upstream"), healthy, nullptr};
    REQUIRE(ledger.addHealthCheck(&check, nullptr) == MORTISE_OK);
    const Ledger read = Ledger::fromJson(ledger.toJson(), manifest());
    CHECK(read.toJson() == ledger.toJson());
    CHECK(read.metrics()[0].labels[0].values == std::vector<std::string>{"api", "import"});
    CHECK(read.metrics()[1].bounds == std::vector<double>{0.005, 1, 2.5e10});
    CHECK(read.healthChecks()[0].timeout_ms == 500);
}

TEST_CASE("a metric that breaks a rule is refused with its name and the rule") {
    struct Row {
        void (*change)(Metric&);
        const char* told;
    };
    const Row rows[] = {
        {[](Metric& m) { m.raw.kind = 4; }, "a counter, a gauge or a histogram"},
        {[](Metric& m) { m.raw.name = view("notes_created"); }, "_total for counters"},
        {[](Metric& m) { m.raw.kind = MORTISE_METRIC_GAUGE; }, "_total for counters"},
        {[](Metric& m) { m.raw.name = view("Notes_total"); }, "no name of a metric"},
        {[](Metric& m) { m.raw.help = {}; }, "needs a help text"},
        {[](Metric& m) { m.label.name = view("le"); }, "no name of a label"},
        {[](Metric& m) { m.label.value_count = 0; }, "needs 1 to 64 values"},
        {[](Metric& m) { m.values[1] = view("api"); }, "has \"api\" twice"},
        {[](Metric& m) { m.raw.label_count = 5; }, "more than 4 labels"},
        {[](Metric& m) { m.raw.bound_count = 1; }, "histograms, and only they"},
        {[](Metric& m) { m.raw.struct_size = 8; }, "struct_size is too small"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.told);
        Ledger ledger(manifest());
        Metric metric;
        row.change(metric);
        const Refused refused = add(ledger, metric.raw);
        CHECK(refused.status == MORTISE_INVALID_ARGUMENT);
        CHECK_THAT(refused.message, ContainsSubstring(row.told));
        CHECK(ledger.metrics().empty());
        CHECK_FALSE(ledger.firstFailure().empty());
    }
}

TEST_CASE("bounds ascend and are finite, and one name is one metric") {
    for (const double second : {1.0, 0.5, std::numeric_limits<double>::infinity()}) {
        Ledger ledger(manifest());
        const double bounds[] = {1, second};
        Metric metric;
        metric.raw.kind = MORTISE_METRIC_HISTOGRAM;
        metric.raw.name = view("size_bytes");
        metric.raw.bounds = bounds;
        metric.raw.bound_count = 2;
        CHECK_THAT(add(ledger, metric.raw).message, ContainsSubstring("finite and ascend"));
    }
    Ledger ledger(manifest());
    const Metric metric;
    CHECK(add(ledger, metric.raw).status == MORTISE_OK);
    CHECK(add(ledger, metric.raw).status == MORTISE_CONFLICT);
}

TEST_CASE("a metric with more series than a host keeps is refused") {
    Ledger ledger(manifest());
    std::vector<std::string> texts;
    for (int i = 0; i < 30; ++i) {
        texts.push_back("v" + std::to_string(i));
    }
    std::vector<mortise_str> values(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        values[i] = view(texts[i]);
    }
    const mortise_metric_label labels[] = {{view("a"), values.data(), 30, 0},
                                           {view("b"), values.data(), 30, 0}};
    Metric metric;
    metric.raw.labels = labels;
    metric.raw.label_count = 2;
    CHECK_THAT(add(ledger, metric.raw).message, ContainsSubstring("900 series"));
}

TEST_CASE("a health check needs a name, a function and sensible times") {
    const mortise_health_check good{sizeof good, 500, 5000, 0, view("upstream"), healthy, nullptr};
    const auto status = [](const mortise_health_check& check) {
        Ledger ledger(manifest());
        return ledger.addHealthCheck(&check, nullptr);
    };
    CHECK(status(good) == MORTISE_OK);
    for (const std::uint32_t timeout_ms : {0U, 99U, 60'001U}) {
        mortise_health_check bad = good;
        bad.timeout_ms = timeout_ms;
        CHECK(status(bad) == MORTISE_INVALID_ARGUMENT);
    }
    for (const std::uint32_t interval_ms : {0U, 999U, 3'600'001U}) {
        mortise_health_check bad = good;
        bad.interval_ms = interval_ms;
        CHECK(status(bad) == MORTISE_INVALID_ARGUMENT);
    }
    mortise_health_check bad = good;
    bad.name = view("Up Stream");
    CHECK(status(bad) == MORTISE_INVALID_ARGUMENT);
    bad = good;
    bad.check = nullptr;
    CHECK(status(bad) == MORTISE_INVALID_ARGUMENT);
    Ledger ledger(manifest());
    CHECK(ledger.addHealthCheck(&good, nullptr) == MORTISE_OK);
    CHECK(ledger.addHealthCheck(&good, nullptr) == MORTISE_CONFLICT);
}
