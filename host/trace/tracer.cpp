#include "trace/tracer.hpp"

#include "limits.hpp"
#include "trace/settings.hpp"

namespace mortise::trace {

Tracer::Tracer(const Settings& settings, Exporter::Report report)
    : sampler_(settings.sample_ratio), queue_(limits::kSpanQueueMax) {
    if (!settings.otlp_url.empty()) {
        exporter_.emplace(queue_, settings, std::move(report));
    }
}

void Tracer::start() {
    if (exporter_) {
        exporter_->start();
    }
}

void Tracer::stop(Exporter::Time deadline) noexcept {
    if (exporter_) {
        exporter_->stop(deadline);
    }
}

SpanContext Tracer::begin() const noexcept {
    SpanContext context = newTrace();
    context.is_sampled = exporter_.has_value() && sampler_.keeps(context.ids);
    return context;
}

}  // namespace mortise::trace
