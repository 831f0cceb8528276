// metrics: counters, gauges and histograms as members of the plugin, exposed by the host at /metrics.
//
//   class Notes final : public Plugin {
//       Counter created_{"notes_created_total", "Notes created", metricLabel("origin", {"api", "import"})};
//       Histogram size_{"note_size_bytes", "Size of a note's text", {100, 1'000, 10'000}};
//
//       void declare(Router& router) override { router.metrics(created_, size_); ... }
//       ... created_.add({"api"}); size_.observe(text.size());
//
// The host writes the full name, mortise_notes_notes_created_total. Labels have closed sets of values: never put an id or what a
// client sent into one. An update with a value that was not declared is dropped and counted by the host.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/declare.h"
#include "mortise/host.hpp"
#include "mortise/metrics.h"

namespace mortise {

/// A label and all values it may have.
struct MetricLabel {
    std::string name;
    std::vector<std::string> values;
};

inline MetricLabel metricLabel(std::string name, std::initializer_list<std::string> values) {
    return {std::move(name), values};
}

/// Values of the labels of a metric, in the order of its declaration.
using LabelValues = std::initializer_list<std::string_view>;

/// What all metrics have in common. Made with the plugin, declared in declare(), then used by any thread. Before it is declared,
/// and in a host without metrics, updates do nothing.
class Metric {
public:
    Metric(const Metric&) = delete;
    Metric& operator=(const Metric&) = delete;

    const std::string& name() const noexcept { return name_; }
    /// Hands it over to the host. Called by the layer when declare() has returned.
    mortise_status declareTo(const Host& host, const mortise_declare& table,
                             mortise_declaration* declaration, mortise_error* error);

protected:
    Metric(std::uint32_t kind, std::string name, std::string help, std::vector<double> bounds,
           std::vector<MetricLabel> labels)
        : kind_(kind),
          name_(std::move(name)),
          help_(std::move(help)),
          bounds_(std::move(bounds)),
          labels_(std::move(labels)) {}
    ~Metric() = default;

    template <class Function>
    void update(Function mortise_metrics::*function, double value, LabelValues values) const {
        if (host_ != nullptr && host_->tables().metrics != nullptr) {
            (host_->tables().metrics->*function)(host_->raw(), index_, seriesOf(values), value);
        }
    }

private:
    static constexpr std::uint32_t kNoSeries = std::numeric_limits<std::uint32_t>::max();

    std::uint32_t seriesOf(LabelValues values) const noexcept {
        if (values.size() != labels_.size()) {
            return kNoSeries;
        }
        std::uint32_t series = 0;
        auto wanted = values.begin();
        for (const MetricLabel& label : labels_) {
            std::uint32_t place = 0;
            while (place < label.values.size() && label.values[place] != *wanted) {
                ++place;
            }
            if (place == label.values.size()) {
                return kNoSeries;
            }
            series = series * static_cast<std::uint32_t>(label.values.size()) + place;
            ++wanted;
        }
        return series;
    }

    std::uint32_t kind_;
    std::string name_;
    std::string help_;
    std::vector<double> bounds_;
    std::vector<MetricLabel> labels_;
    const Host* host_ = nullptr;
    std::uint32_t index_ = kNoSeries;
};

/// Only grows; its name ends in _total.
class Counter final : public Metric {
public:
    template <class... Labels>
    Counter(std::string name, std::string help, Labels... labels)
        : Metric(MORTISE_METRIC_COUNTER, std::move(name), std::move(help), {},
                 {std::move(labels)...}) {}

    void add(LabelValues values = {}) const { update(&mortise_metrics::add, 1, values); }
    void add(double amount, LabelValues values = {}) const {
        update(&mortise_metrics::add, amount, values);
    }
};

/// Goes up and down.
class Gauge final : public Metric {
public:
    template <class... Labels>
    Gauge(std::string name, std::string help, Labels... labels)
        : Metric(MORTISE_METRIC_GAUGE, std::move(name), std::move(help), {},
                 {std::move(labels)...}) {}

    void set(double value, LabelValues values = {}) const {
        update(&mortise_metrics::set, value, values);
    }
    void add(double amount, LabelValues values = {}) const {
        update(&mortise_metrics::add, amount, values);
    }
};

/// Counts observations by size. `bounds` ascend; what is larger than all of them is counted too.
class Histogram final : public Metric {
public:
    template <class... Labels>
    Histogram(std::string name, std::string help, std::vector<double> bounds, Labels... labels)
        : Metric(MORTISE_METRIC_HISTOGRAM, std::move(name), std::move(help), std::move(bounds),
                 {std::move(labels)...}) {}

    void observe(double value, LabelValues values = {}) const {
        update(&mortise_metrics::observe, value, values);
    }
};

inline mortise_status Metric::declareTo(const Host& host, const mortise_declare& table,
                                        mortise_declaration* declaration, mortise_error* error) {
    std::vector<std::vector<mortise_str>> values;
    values.reserve(labels_.size());
    std::vector<mortise_metric_label> raw_labels;
    for (const MetricLabel& label : labels_) {
        std::vector<mortise_str>& texts = values.emplace_back();
        for (const std::string& value : label.values) {
            texts.push_back(detail::str(value));
        }
        raw_labels.push_back(
            {detail::str(label.name), texts.data(), static_cast<std::uint32_t>(texts.size()), 0});
    }
    mortise_metric raw{};
    raw.struct_size = sizeof raw;
    raw.kind = kind_;
    raw.name = detail::str(name_);
    raw.help = detail::str(help_);
    raw.labels = raw_labels.data();
    raw.label_count = static_cast<std::uint32_t>(raw_labels.size());
    raw.bound_count = static_cast<std::uint32_t>(bounds_.size());
    raw.bounds = bounds_.data();
    const mortise_status status = table.add_metric(declaration, &raw, &index_, error);
    if (status == MORTISE_OK) {
        host_ = &host;
    }
    return status;
}

}  // namespace mortise
