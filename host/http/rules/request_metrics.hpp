// RequestMetrics: how many requests there were and how long they took, by plugin, route, method and status.
//
// Counted at the end of an exchange, on its reactor. Each reactor thread has a shard of its own, whose lock only a scrape ever
// contends for. Routes come from the published tables and statuses are numbers from 200 to 599, so the series are bounded by what
// plugins declare; kSeriesCountMax is there for hosts that swap in new routes for years, and what is beyond it counts as "other".
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mortise::metrics {
class Exposition;
}

namespace mortise::http {

class Exchange;

class RequestMetrics {
public:
    RequestMetrics();
    ~RequestMetrics();

    /// A request came. Any thread.
    void begin() noexcept;
    /// It ended; as the access log judges its status. Any thread.
    void end(const Exchange& exchange) noexcept;

    /// mortise_http_requests_total, mortise_http_request_duration_seconds, mortise_http_requests_in_flight.
    void write(metrics::Exposition& out) const;

private:
    struct Shard;
    static constexpr std::size_t kShardCount = 8;
    Shard& shardOfThread() const noexcept;

    std::array<std::unique_ptr<Shard>, kShardCount> shards_;
};

}  // namespace mortise::http
