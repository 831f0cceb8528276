// Exposition: writes metrics in the Prometheus text format 0.0.4
// (prometheus.io/docs/instrumenting/exposition_formats).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "metrics/family.hpp"

namespace mortise::metrics {

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

using LabelValue = std::pair<std::string_view, std::string_view>;

class Exposition {
public:
    /// Begins a metric; its samples follow before the next one begins.
    void begin(std::string_view name, Kind kind, std::string_view help);
    void sample(std::span<const LabelValue> labels, double value);
    void sample(double value) { sample({}, value); }
    void distribution(std::span<const LabelValue> labels, std::span<const double> bounds,
                      const Family::Distribution& distribution);
    /// All series of a family.
    void add(const Family& family);

    std::string take() { return std::move(text_); }

private:
    void line(std::string_view suffix, std::span<const LabelValue> labels, double value);

    std::string name_;
    std::string text_;
};

}  // namespace mortise::metrics
