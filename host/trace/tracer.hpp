// Tracer: where the host hands over what it has measured. One per process.
//
// Without a collector nothing is recorded: records() is one look at a constant, and units of work only carry their ids along for
// the log. A span is made by whoever does the work and handed over when it is done; the tracer keeps none that is open.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "trace/exporter.hpp"
#include "trace/sampler.hpp"
#include "trace/span.hpp"
#include "trace/span_queue.hpp"

namespace mortise::trace {

struct Settings;

class Tracer {
public:
    /// Throws mortise::Error when the URL of the collector is none.
    Tracer(const Settings& settings, Exporter::Report report);

    /// The exporter's thread, if there is a collector.
    void start();
    /// Sends what is recorded until the deadline; what comes later is dropped.
    void stop(Exporter::Time deadline) noexcept;

    /// The first span of a trace, which is kept or not.
    SpanContext begin() const noexcept;
    /// Whether a span of this trace is worth making.
    bool records(const SpanContext& context) const noexcept {
        return exporter_.has_value() && context.is_sampled;
    }
    /// Any thread, never waits.
    void record(Span&& span) noexcept { queue_.push(std::move(span)); }
    /// For a span that could not be made.
    void countDropped() noexcept { queue_.countDropped(1); }

    std::uint64_t exportedCount() const noexcept {
        return exporter_ ? exporter_->exportedCount() : 0;
    }
    std::uint64_t droppedCount() const noexcept { return queue_.droppedCount(); }

private:
    const Sampler sampler_;
    SpanQueue queue_;
    std::optional<Exporter> exporter_;  // Set by the constructor only.
};

}  // namespace mortise::trace
