#include "http/client/outgoing_metrics.hpp"

#include <algorithm>
#include <new>

#include "metrics/exposition.hpp"

namespace mortise::http {
namespace {

/// Literals only: they are keys.
std::string_view outcomeOf(const OutgoingResult& result) noexcept {
    switch (result.failure) {
        case OutgoingFailure::None:
            break;
        case OutgoingFailure::DeadlineExceeded:
            return "deadline_exceeded";
        case OutgoingFailure::Cancelled:
            return "cancelled";
        case OutgoingFailure::BreakerOpen:
            return "breaker_open";
        case OutgoingFailure::ResponseTooLarge:
            return "too_large";
        case OutgoingFailure::AddressRefused:
            return "address_refused";
        case OutgoingFailure::Unreachable:
        case OutgoingFailure::InvalidRequest:
        case OutgoingFailure::TooMany:
            return "unreachable";
    }
    constexpr std::array<std::string_view, 6> kClasses{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
    const auto hundreds = static_cast<std::size_t>(result.response.status / 100);
    return kClasses[hundreds < kClasses.size() ? hundreds : 0];
}

}  // namespace

void OutgoingMetrics::count(const std::string& caller, const OutgoingResult& result) noexcept {
    const double seconds = std::chrono::duration<double>(result.took).count();
    const auto bucket = static_cast<std::size_t>(
        std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin());
    try {
        const std::lock_guard lock(mutex_);
        Counts& counts = by_caller_[caller];
        ++counts.by_outcome[outcomeOf(result)];
        ++counts.by_duration[bucket];
        counts.duration_sum += seconds;
        counts.repeated += result.attempts > 1 ? result.attempts - 1 : 0;
    } catch (const std::bad_alloc&) {
        // One call is not counted; its outcome is delivered all the same.
    }
}

void OutgoingMetrics::write(metrics::Exposition& out) const {
    const std::lock_guard lock(mutex_);
    out.begin("mortise_http_client_calls_total", metrics::Kind::Counter,
              "Calls to other servers that ended");
    for (const auto& [caller, counts] : by_caller_) {
        for (const auto& [outcome, count] : counts.by_outcome) {
            const metrics::LabelValue labels[] = {{"plugin", caller}, {"outcome", outcome}};
            out.sample(labels, static_cast<double>(count));
        }
    }
    out.begin("mortise_http_client_repeated_total", metrics::Kind::Counter,
              "Attempts of calls to other servers beyond the first");
    for (const auto& [caller, counts] : by_caller_) {
        const metrics::LabelValue labels[] = {{"plugin", caller}};
        out.sample(labels, static_cast<double>(counts.repeated));
    }
    out.begin("mortise_http_client_duration_seconds", metrics::Kind::Histogram,
              "Time of calls to other servers with all their attempts");
    for (const auto& [caller, counts] : by_caller_) {
        const metrics::LabelValue labels[] = {{"plugin", caller}};
        const metrics::Family::Distribution distribution{
            {counts.by_duration.begin(), counts.by_duration.end()}, counts.duration_sum};
        out.distribution(labels, kBounds, distribution);
    }
}

}  // namespace mortise::http
