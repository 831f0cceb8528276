#include "metrics/exposition.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace mortise::metrics {
namespace {

void appendEscaped(std::string& out, std::string_view text, bool in_quotes) {
    for (const char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && in_quotes) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
}

std::string textOf(double value) {
    if (std::isinf(value)) {
        return value > 0 ? "+Inf" : "-Inf";
    }
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

constexpr std::string_view kKindNames[] = {"counter", "gauge", "histogram"};

}  // namespace

void Exposition::begin(std::string_view name, Kind kind, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ");
    appendEscaped(text_, help, false);
    text_.append("\n# TYPE ").append(name).append(" ");
    text_.append(kKindNames[static_cast<std::size_t>(kind)]).append("\n");
}

void Exposition::line(std::string_view suffix, std::span<const LabelValue> labels, double value) {
    text_.append(name_).append(suffix);
    char separator = '{';
    for (const auto& [name, text] : labels) {
        text_ += separator;
        text_.append(name).append("=\"");
        appendEscaped(text_, text, true);
        text_ += '"';
        separator = ',';
    }
    text_.append(labels.empty() ? " " : "} ").append(textOf(value)).append("\n");
}

void Exposition::sample(std::span<const LabelValue> labels, double value) {
    line("", labels, value);
}

void Exposition::distribution(std::span<const LabelValue> labels, std::span<const double> bounds,
                              const Family::Distribution& distribution) {
    std::vector<LabelValue> with_bound(labels.begin(), labels.end());
    with_bound.emplace_back("le", "");
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < distribution.counts.size(); ++i) {
        count += distribution.counts[i];
        const std::string bound = textOf(i < bounds.size() ? bounds[i] : INFINITY);
        with_bound.back().second = bound;
        line("_bucket", with_bound, static_cast<double>(count));
    }
    line("_sum", labels, distribution.sum);
    line("_count", labels, static_cast<double>(count));
}

void Exposition::add(const Family& family) {
    const Spec& spec = family.spec();
    begin(spec.name, spec.kind, spec.help);
    for (std::size_t series = 0; series < family.seriesCount(); ++series) {
        const std::vector<std::string> values = family.labelValues(series);
        std::vector<LabelValue> labels;
        for (std::size_t i = 0; i < values.size(); ++i) {
            labels.emplace_back(spec.labels[i].name, values[i]);
        }
        if (spec.kind == Kind::Histogram) {
            distribution(labels, spec.bounds, family.distribution(series));
        } else {
            sample(labels, family.value(series));
        }
    }
}

}  // namespace mortise::metrics
