// The adds for what operators observe: metrics and health checks.
#include <charconv>
#include <cmath>

#include "plugin/ledger_rules.hpp"

namespace mortise::plugin {
namespace {

constexpr std::size_t kHelpSizeMax = 256;

DeclaredLabel labelOf(const mortise_metric_label& given, const std::string& metric) {
    DeclaredLabel label{textOf(given.name, limits::kPatternSizeMax, "the label"), {}};
    // Prometheus keeps "le" for the bounds of histograms.
    if (!isWord(label.name) || label.name == "le") {
        refuseArgument("metric \"" + metric + "\": \"" + label.name + "\" is no name of a label");
    }
    if (given.value_count == 0 || given.value_count > limits::kMetricLabelValueCountMax ||
        given.values == nullptr) {
        refuseArgument("metric \"" + metric + "\": label \"" + label.name + "\" needs 1 to " +
                       std::to_string(limits::kMetricLabelValueCountMax) + " values");
    }
    for (std::uint32_t i = 0; i < given.value_count; ++i) {
        std::string value = textOf(given.values[i], limits::kPatternSizeMax, "a label value");
        if (std::find(label.values.begin(), label.values.end(), value) != label.values.end()) {
            refuseArgument("metric \"" + metric + "\": label \"" + label.name + "\" has \"" +
                           value + "\" twice");
        }
        label.values.push_back(std::move(value));
    }
    return label;
}

std::vector<DeclaredLabel> labelsOf(const mortise_metric& given, const std::string& metric) {
    if (given.label_count > limits::kMetricLabelCountMax ||
        (given.labels == nullptr && given.label_count != 0)) {
        refuseArgument("metric \"" + metric + "\" has more than " +
                       std::to_string(limits::kMetricLabelCountMax) + " labels");
    }
    std::vector<DeclaredLabel> labels;
    std::size_t series_count = 1;
    for (std::uint32_t i = 0; i < given.label_count; ++i) {
        labels.push_back(labelOf(given.labels[i], metric));
        series_count *= labels.back().values.size();
    }
    if (series_count > limits::kMetricSeriesCountMax) {
        refuseArgument("metric \"" + metric + "\" has " + std::to_string(series_count) +
                       " series; " + std::to_string(limits::kMetricSeriesCountMax) +
                       " are the most");
    }
    return labels;
}

std::vector<double> boundsOf(const mortise_metric& given, const std::string& metric) {
    const bool is_histogram = given.kind == MORTISE_METRIC_HISTOGRAM;
    if ((given.bound_count != 0) != is_histogram ||
        given.bound_count > limits::kMetricBoundCountMax ||
        (given.bounds == nullptr && given.bound_count != 0)) {
        refuseArgument("metric \"" + metric + "\": histograms, and only they, have 1 to " +
                       std::to_string(limits::kMetricBoundCountMax) + " bounds");
    }
    std::vector<double> bounds(given.bounds, given.bounds + given.bound_count);
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        if (!std::isfinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1])) {
            refuseArgument("metric \"" + metric + "\": its bounds are finite and ascend");
        }
    }
    return bounds;
}

std::string metricName(const mortise_metric& given) {
    std::string name = textOf(given.name, limits::kPatternSizeMax, "the name");
    const bool is_counter = given.kind == MORTISE_METRIC_COUNTER;
    if (!isWord(name) || name.ends_with("_total") != is_counter) {
        refuseArgument("\"" + name +
                       "\" is no name of a metric: <noun>_<base unit>, and _total for counters");
    }
    return name;
}

void writeMetric(std::string& out, const DeclaredMetric& metric) {
    out += "{\"bounds\":[";
    for (const double bound : metric.bounds) {
        char text[32];
        const auto end = std::to_chars(text, text + sizeof text, bound).ptr;
        out.append(text, end).append(",");
    }
    if (out.back() == ',') {
        out.pop_back();
    }
    out += "],";
    member(out, "help", metric.help);
    member(out, "kind", metric.kind);
    out += "\"labels\":[";
    for (const DeclaredLabel& label : metric.labels) {
        out += '{';
        member(out, "name", label.name);
        out += "\"values\":[";  // In their order: it numbers the series.
        for (const std::string& value : label.values) {
            appendJsonString(out, value);
            out += &value == &label.values.back() ? "]}" : ",";
        }
        out += &label == &metric.labels.back() ? "" : ",";
    }
    out += "],";
    member(out, "name", metric.name);
    closeObject(out);
}

void writeHealthCheck(std::string& out, const DeclaredHealthCheck& check) {
    out += '{';
    member(out, "interval_ms", check.interval_ms);
    member(out, "name", check.name);
    member(out, "timeout_ms", check.timeout_ms);
    closeObject(out);
}

}  // namespace

mortise_status Ledger::addMetric(const mortise_metric* given, std::uint32_t* index,
                                 mortise_error* error) noexcept {
    return guarded(error, [&] {
        const mortise_metric known =
            common(given, given != nullptr && MORTISE_HAS(given, bounds), "the metric");
        requireRoom(metrics_.size(), limits::kMetricCountMax, "metrics");
        if (known.kind < MORTISE_METRIC_COUNTER || known.kind > MORTISE_METRIC_HISTOGRAM) {
            refuseArgument("a metric is a counter, a gauge or a histogram");
        }
        DeclaredMetric metric{
            known.kind, metricName(known), textOf(known.help, kHelpSizeMax, "the help"), {}, {}};
        for (const DeclaredMetric& other : metrics_) {
            if (other.name == metric.name) {
                refuse(MORTISE_CONFLICT, "metric \"" + metric.name + "\" is declared twice");
            }
        }
        metric.labels = labelsOf(known, metric.name);
        metric.bounds = boundsOf(known, metric.name);
        if (index == nullptr || metric.help.empty()) {
            refuseArgument("metric \"" + metric.name +
                           "\" needs a help text and room for its index");
        }
        metrics_.push_back(std::move(metric));
        *index = static_cast<std::uint32_t>(metrics_.size() - 1);
    });
}

mortise_status Ledger::addHealthCheck(const mortise_health_check* given,
                                      mortise_error* error) noexcept {
    return guarded(error, [&] {
        const mortise_health_check known = common(
            given, given != nullptr && MORTISE_HAS(given, check_context), "the health check");
        requireRoom(health_checks_.size(), limits::kHealthCheckCountMax, "health checks");
        const std::string name = textOf(known.name, limits::kPatternSizeMax, "the name");
        if (!isWord(name) || known.check == nullptr) {
            refuseArgument("health check \"" + name + "\" needs a snake_case name and a function");
        }
        if (known.timeout_ms < 100 || known.timeout_ms > 60'000 || known.interval_ms < 1000 ||
            known.interval_ms > 3'600'000) {
            refuseArgument("health check \"" + name +
                           "\": a timeout is 100 to 60000 ms, an interval 1000 to 3600000 ms");
        }
        for (const DeclaredHealthCheck& other : health_checks_) {
            if (other.name == name) {
                refuse(MORTISE_CONFLICT, "health check \"" + name + "\" is declared twice");
            }
        }
        health_checks_.push_back(
            {name, known.timeout_ms, known.interval_ms, known.check, known.check_context});
    });
}

/// In the order of declaration, which numbers them.
std::string Ledger::metricsJson() const {
    std::string out = "[";
    for (const DeclaredMetric& metric : metrics_) {
        out += out.size() > 1 ? "," : "";
        writeMetric(out, metric);
    }
    return out + "]";
}

std::string Ledger::healthChecksJson() const {
    return sortedJson(
        health_checks_, [](const auto& item) { return item.name; }, writeHealthCheck);
}

}  // namespace mortise::plugin
