#include "http/rules/access_log.hpp"

#include <array>
#include <chrono>
#include <cmath>

#include "http/exchange.hpp"
#include "identity/principal.hpp"
#include "log/log.hpp"

namespace mortise::http {

namespace {

using Clock = std::chrono::steady_clock;

/// Milliseconds with two decimals.
double elapsedMs(const Exchange& exchange) noexcept {
    if (exchange.started == Clock::time_point{}) {
        return 0;
    }
    const std::chrono::duration<double, std::milli> elapsed = Clock::now() - exchange.started;
    return std::round(elapsed.count() * 100) / 100;
}

}  // namespace

bool isRecordedElsewhere(const Exchange& exchange) noexcept {
    return exchange.isAbandoned() && Clock::now() >= exchange.deadline;
}

int recordedStatus(const Exchange& exchange) noexcept {
    const int status = exchange.response.status;
    return status == 0 || exchange.isAbandoned() ? kClientLeft : status;
}

void writeAccessRecord(log::Log& log, const Exchange& exchange,
                       std::size_t body_bytes_sent) noexcept {
    if (!log.isEnabled(log::Level::Info) || isRecordedElsewhere(exchange)) {
        return;
    }
    const log::Context context{
        .request_id = exchange.request_id,
        .user_id = exchange.principal ? std::string_view(exchange.principal->subject) : "",
        .method = exchange.method_name,
        .path = exchange.path.empty() ? exchange.target : exchange.path,
        .plugin = {},
        .trace = exchange.trace.ids,
    };
    std::array<log::Field, 5> fields{{
        {"status", recordedStatus(exchange)},
        {"duration_ms", elapsedMs(exchange)},
        {"user_agent", exchange.header("user-agent")},
        {"bytes", body_bytes_sent},
        {"route", ""},
    }};
    std::size_t count = 4;
    if (exchange.route != nullptr) {
        fields[count++] = {"route", exchange.route->display};
    }
    log.write(log::Level::Info, "http_request", {fields.data(), count}, &context);
}

}  // namespace mortise::http
