// Families, the registry and the text a scraper reads.
#include <cmath>
#include <limits>
#include <thread>

#include "metrics/registry.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::metrics;
using Catch::Matchers::ContainsSubstring;

namespace {

Spec counter(std::string name = "mortise_notes_created_total") {
    return {Kind::Counter,
            std::move(name),
            "Notes created",
            {{"kind", {"a", "b"}}, {"by", {"x", "y", "z"}}},
            {}};
}

}  // namespace

TEST_CASE("series are numbered with the last label turning fastest") {
    const Family family(counter());
    CHECK(family.seriesCount() == 6);
    CHECK(family.labelValues(0) == std::vector<std::string>{"a", "x"});
    CHECK(family.labelValues(1 * 3 + 2) == std::vector<std::string>{"b", "z"});
}

TEST_CASE("updates of many threads are all counted") {
    Family family(counter());
    Family histogram({Kind::Histogram, "h", "", {}, {1, 10}});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10'000; ++i) {
                family.add(4, 1);
                histogram.observe(0, i % 3 == 0 ? 0.5 : 100);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(family.value(4) == 40'000);
    CHECK(family.value(3) == 0);
    const auto all = histogram.distribution(0);
    CHECK(all.counts == std::vector<std::uint64_t>{4 * 3334, 0, 4 * 6666});
}

TEST_CASE("an update that cannot be meant is refused and changes nothing") {
    Family family(counter());
    Family gauge({Kind::Gauge, "g", "", {}, {}});
    Family histogram({Kind::Histogram, "h", "", {}, {1}});
    CHECK_FALSE(family.add(6, 1));
    CHECK_FALSE(family.add(0, -1));
    CHECK_FALSE(family.add(0, std::numeric_limits<double>::quiet_NaN()));
    CHECK_FALSE(family.set(0, 1));
    CHECK_FALSE(family.observe(0, 1));
    CHECK_FALSE(gauge.set(0, std::numeric_limits<double>::infinity()));
    CHECK_FALSE(histogram.add(0, 1));
    CHECK_FALSE(histogram.observe(1, 1));
    CHECK(family.value(0) == 0);
    CHECK(gauge.add(0, -2.5));
    CHECK(gauge.value(0) == -2.5);
    CHECK(gauge.set(0, 4));
    CHECK(gauge.value(0) == 4);
}

TEST_CASE("a metric goes on while somebody holds its shape, and the one shown last is shown") {
    Registry registry;
    auto first = registry.acquire(counter());
    registry.show(first);
    first->add(0, 3);
    auto second = registry.acquire(counter());
    CHECK(second == first);
    Spec other = counter();
    other.labels.clear();
    auto third = registry.acquire(other);
    CHECK(third != first);
    third->add(0, 7);
    CHECK_THAT(registry.exposition(),
               ContainsSubstring("mortise_notes_created_total{kind=\"a\",by=\"x\"} 3\n"));
    registry.show(third);
    CHECK_THAT(registry.exposition(), ContainsSubstring("\nmortise_notes_created_total 7\n"));
    registry.show(first);  // A rollback.
    CHECK_THAT(registry.exposition(),
               ContainsSubstring("mortise_notes_created_total{kind=\"a\",by=\"x\"} 3\n"));
    registry.show(third);
    third.reset();
    CHECK_THAT(registry.exposition(),
               ContainsSubstring("mortise_notes_created_total{kind=\"a\",by=\"x\"} 3\n"));
    first.reset();
    second.reset();
    CHECK(registry.exposition().find("mortise_notes") == std::string::npos);
}

TEST_CASE("a shape that nobody ever served hides nothing and is not shown itself") {
    Registry registry;
    const auto serves = registry.acquire(counter());
    registry.show(serves);
    serves->add(0, 3);
    Spec other = counter();
    other.labels.clear();
    const auto refused = registry.acquire(other);
    refused->add(0, 7);
    CHECK_THAT(registry.exposition(),
               ContainsSubstring("mortise_notes_created_total{kind=\"a\",by=\"x\"} 3\n"));
    Registry empty;
    const auto never = empty.acquire(counter());
    CHECK(empty.exposition().find("mortise_notes") == std::string::npos);
}

TEST_CASE("the exposition is the text format of Prometheus") {
    Registry registry;
    Spec spec{Kind::Histogram,
              "mortise_notes_size_bytes",
              "Size of\na \\ note",
              {{"kind", {"say \"hi\""}}},
              {0.5, 10}};
    const auto family = registry.acquire(spec);
    registry.show(family);
    family->observe(0, 0.5);  // A bound belongs to its bucket.
    family->observe(0, 7);
    family->observe(0, 1000);
    registry.collect([](Exposition& out) {
        out.begin("mortise_answer", Kind::Gauge, "The answer");
        out.sample(42);
    });
    registry.countDropped();
    CHECK(registry.exposition() ==
          "# HELP mortise_notes_size_bytes Size of\\na \\\\ note\n"
          "# TYPE mortise_notes_size_bytes histogram\n"
          "mortise_notes_size_bytes_bucket{kind=\"say \\\"hi\\\"\",le=\"0.5\"} 1\n"
          "mortise_notes_size_bytes_bucket{kind=\"say \\\"hi\\\"\",le=\"10\"} 2\n"
          "mortise_notes_size_bytes_bucket{kind=\"say \\\"hi\\\"\",le=\"+Inf\"} 3\n"
          "mortise_notes_size_bytes_sum{kind=\"say \\\"hi\\\"\"} 1007.5\n"
          "mortise_notes_size_bytes_count{kind=\"say \\\"hi\\\"\"} 3\n"
          "# HELP mortise_answer The answer\n"
          "# TYPE mortise_answer gauge\n"
          "mortise_answer 42\n"
          "# HELP mortise_metrics_dropped_total Updates that named no metric, no series or no "
          "number\n"
          "# TYPE mortise_metrics_dropped_total counter\n"
          "mortise_metrics_dropped_total 1\n");
}
