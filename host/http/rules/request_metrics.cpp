#include "http/rules/request_metrics.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>

#include "http/exchange.hpp"
#include "http/route.hpp"
#include "http/rules/access_log.hpp"
#include "limits.hpp"
#include "metrics/exposition.hpp"

namespace mortise::http {
namespace {

/// Seconds; from an answer out of memory to one that took its whole deadline.
constexpr std::array<double, 12> kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                         0.05,   0.1,   0.25,   1,     5,    30};

struct Name {
    std::string_view plugin;
    std::string_view route;
    std::string_view method;
};

struct OwnedName {
    std::string plugin;
    std::string route;
    std::string method;

    Name view() const noexcept { return {plugin, route, method}; }
};

struct Before {
    using is_transparent = void;
    static auto key(const Name& name) { return std::tie(name.route, name.method, name.plugin); }
    bool operator()(const OwnedName& a, const OwnedName& b) const {
        const Name first = a.view();
        const Name second = b.view();
        return key(first) < key(second);
    }
    bool operator()(const OwnedName& a, const Name& b) const {
        const Name first = a.view();
        return key(first) < key(b);
    }
    bool operator()(const Name& a, const OwnedName& b) const {
        const Name second = b.view();
        return key(a) < key(second);
    }
};

struct Counts {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, kBounds.size() + 1> by_duration{};
    double duration_sum = 0;

    void merge(const Counts& other) {
        for (const auto& [status, count] : other.by_status) {
            by_status[status] += count;
        }
        for (std::size_t i = 0; i < by_duration.size(); ++i) {
            by_duration[i] += other.by_duration[i];
        }
        duration_sum += other.duration_sum;
    }
};

using CountsByName = std::map<OwnedName, Counts, Before>;

Name nameOf(const Exchange& exchange) noexcept {
    const std::string_view method =
        exchange.method == Method::Other ? "OTHER" : nameOf(exchange.method);
    if (exchange.route == nullptr) {
        return {"host", "none", method};
    }
    return {exchange.route->plugin, exchange.route->display, method};
}

Counts& countsOf(CountsByName& all, const Name& name) {
    if (const auto known = all.find(name); known != all.end()) {
        return known->second;
    }
    if (all.size() >= limits::kRequestSeriesCountMax) {
        return all[OwnedName{"other", "other", "OTHER"}];
    }
    return all[OwnedName{std::string(name.plugin), std::string(name.route),
                         std::string(name.method)}];
}

}  // namespace

struct alignas(64) RequestMetrics::Shard {
    std::atomic<std::uint64_t> begun{0};  // Relaxed: a count.
    std::atomic<std::uint64_t> ended{0};  // Relaxed: a count.
    std::mutex mutex;                     // Guards counts.
    CountsByName counts;
};

RequestMetrics::RequestMetrics() {
    for (auto& shard : shards_) {
        shard = std::make_unique<Shard>();
    }
}

RequestMetrics::~RequestMetrics() = default;

RequestMetrics::Shard& RequestMetrics::shardOfThread() const noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t own = next.fetch_add(1, std::memory_order_relaxed);
    return *shards_[own % kShardCount];
}

void RequestMetrics::begin() noexcept {
    shardOfThread().begun.fetch_add(1, std::memory_order_relaxed);
}

void RequestMetrics::end(const Exchange& exchange) noexcept {
    Shard& shard = shardOfThread();
    shard.ended.fetch_add(1, std::memory_order_relaxed);
    if (isRecordedElsewhere(exchange)) {
        return;
    }
    const double seconds =
        exchange.started == std::chrono::steady_clock::time_point{}
            ? 0
            : std::chrono::duration<double>(std::chrono::steady_clock::now() - exchange.started)
                  .count();
    const auto bucket = static_cast<std::size_t>(
        std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin());
    try {
        const std::lock_guard lock(shard.mutex);
        Counts& counts = countsOf(shard.counts, nameOf(exchange));
        ++counts.by_status[recordedStatus(exchange)];
        ++counts.by_duration[bucket];
        counts.duration_sum += seconds;
    } catch (const std::bad_alloc&) {
        // One request is not counted; it is served all the same.
    }
}

void RequestMetrics::write(metrics::Exposition& out) const {
    CountsByName all;
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
    for (const auto& shard : shards_) {
        ended += shard->ended.load(std::memory_order_relaxed);
        begun += shard->begun.load(std::memory_order_relaxed);
        const std::lock_guard lock(shard->mutex);
        for (const auto& [name, counts] : shard->counts) {
            all[name].merge(counts);
        }
    }
    out.begin("mortise_http_requests_total", metrics::Kind::Counter, "Requests that ended");
    for (const auto& [name, counts] : all) {
        for (const auto& [status, count] : counts.by_status) {
            const std::string text = std::to_string(status);
            const metrics::LabelValue labels[] = {{"plugin", name.plugin},
                                                  {"route", name.route},
                                                  {"method", name.method},
                                                  {"status", text}};
            out.sample(labels, static_cast<double>(count));
        }
    }
    out.begin("mortise_http_request_duration_seconds", metrics::Kind::Histogram,
              "Time from the head of a request to the last byte of its answer");
    for (const auto& [name, counts] : all) {
        const metrics::LabelValue labels[] = {
            {"plugin", name.plugin}, {"route", name.route}, {"method", name.method}};
        const metrics::Family::Distribution distribution{
            {counts.by_duration.begin(), counts.by_duration.end()}, counts.duration_sum};
        out.distribution(labels, kBounds, distribution);
    }
    out.begin("mortise_http_requests_in_flight", metrics::Kind::Gauge,
              "Requests that have begun and not ended");
    out.sample(static_cast<double>(begun > ended ? begun - ended : 0));
}

}  // namespace mortise::http
