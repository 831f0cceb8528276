#include "http/rules/access_log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "http/exchange.hpp"
#include "identity/principal.hpp"
#include "log/log.hpp"

namespace mortise::http {

namespace {

using Clock = std::chrono::steady_clock;

// As nginx has it: the client left before there was an answer.
constexpr int kClientLeft = 499;

/// Milliseconds with two decimals.
double elapsedMs(const Exchange& exchange) noexcept {
    if (exchange.started == Clock::time_point{}) {
        return 0;
    }
    const std::chrono::duration<double, std::milli> elapsed = Clock::now() - exchange.started;
    return std::round(elapsed.count() * 100) / 100;
}

bool isLowerHex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
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
    };
    std::array<log::Field, 6> fields{{
        {"status", recordedStatus(exchange)},
        {"duration_ms", elapsedMs(exchange)},
        {"user_agent", exchange.header("user-agent")},
        {"bytes", body_bytes_sent},
        {"route", ""},
        {"trace_id", ""},
    }};
    std::size_t count = 4;
    if (exchange.route != nullptr) {
        fields[count++] = {"route", exchange.route->display};
    }
    if (const auto trace_id = traceIdOf(exchange.header("traceparent")); !trace_id.empty()) {
        fields[count++] = {"trace_id", trace_id};
    }
    log.write(log::Level::Info, "http_request", {fields.data(), count}, &context);
}

std::string_view traceIdOf(std::string_view traceparent) noexcept {
    // 00-<32 hex>-<16 hex>-<2 hex>; later versions may append more.
    if (traceparent.size() < 55 || traceparent[2] != '-' || traceparent[35] != '-' ||
        traceparent.starts_with("ff")) {
        return {};
    }
    const std::string_view trace_id = traceparent.substr(3, 32);
    const bool is_zero = trace_id.find_first_not_of('0') == std::string_view::npos;
    return isLowerHex(trace_id) && !is_zero ? trace_id : std::string_view();
}

}  // namespace mortise::http
