// Family: one metric with all its series, made once and updated without locks.
//
// Problem: a counter that many threads increment is a cache line they fight for.
// Choice:  every series has a few shards, each on its own cache lines; a thread always uses the same one. A reader adds them up.
// Guarantee: updates are wait-free for counters and histograms' counts up to the retry of a floating-point addition; a reader sees
//            every update at most once, but not all of one moment.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mortise::metrics {

enum class Kind : std::uint8_t { Counter, Gauge, Histogram };

struct Label {
    std::string name;
    std::vector<std::string> values;
    bool operator==(const Label&) const = default;
};

struct Spec {
    Kind kind = Kind::Counter;
    std::string name;
    std::string help;
    std::vector<Label> labels;
    std::vector<double> bounds;  ///< Histograms: ascending upper bounds without infinity.
    bool operator==(const Spec&) const = default;
};

class Family {
public:
    explicit Family(Spec spec);
    Family(const Family&) = delete;
    Family& operator=(const Family&) = delete;

    const Spec& spec() const noexcept { return spec_; }
    std::size_t seriesCount() const noexcept { return series_count_; }
    /// The values of the labels of a series, in their order.
    std::vector<std::string> labelValues(std::size_t series) const;

    // Any thread. False: not of this kind, no such series, or a number that cannot be.
    bool add(std::size_t series, double amount) noexcept;
    bool set(std::size_t series, double value) noexcept;
    bool observe(std::size_t series, double value) noexcept;

    /// Of a counter or gauge.
    double value(std::size_t series) const noexcept;
    struct Distribution {
        std::vector<std::uint64_t>
            counts;  ///< By bound, not cumulative; the last one is beyond all bounds.
        double sum = 0;
    };
    Distribution distribution(std::size_t series) const;

private:
    static constexpr std::size_t kShardCount = 8;
    static constexpr std::size_t kLineSize = 64;
    using Cell = std::atomic<double>;
    struct Free {
        void operator()(Cell* cells) const noexcept;
    };

    Cell& cell(std::size_t shard, std::size_t series, std::size_t place) const noexcept;

    const Spec spec_;
    const std::size_t series_count_;
    const std::size_t cells_per_series_;  // 1, or the buckets, the one beyond them and the sum.
    const std::size_t shard_size_;        // Cells of one shard, rounded up to whole cache lines.
    // A gauge that is set has one value, so it only uses the first shard.
    std::unique_ptr<Cell[], Free> cells_;
};

}  // namespace mortise::metrics
