#include "metrics/family.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

namespace mortise::metrics {
namespace {

std::size_t seriesCountOf(const Spec& spec) {
    std::size_t count = 1;
    for (const Label& label : spec.labels) {
        count *= label.values.size();
    }
    return count;
}

/// The same for a thread all its life; threads take turns.
std::size_t shardOfThread() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t own = next.fetch_add(1, std::memory_order_relaxed);
    return own;
}

}  // namespace

Family::Family(Spec spec)
    : spec_(std::move(spec)),
      series_count_(seriesCountOf(spec_)),
      cells_per_series_(spec_.kind == Kind::Histogram ? spec_.bounds.size() + 2 : 1),
      shard_size_((series_count_ * cells_per_series_ * sizeof(Cell) + kLineSize - 1) / kLineSize *
                  kLineSize / sizeof(Cell)) {
    const std::size_t count = shard_size_ * kShardCount;
    auto* cells =
        static_cast<Cell*>(::operator new[](count * sizeof(Cell), std::align_val_t(kLineSize)));
    std::uninitialized_value_construct_n(cells, count);
    cells_.reset(cells);
}

void Family::Free::operator()(Cell* cells) const noexcept {
    ::operator delete[](cells, std::align_val_t(kLineSize));
}

Family::Cell& Family::cell(std::size_t shard, std::size_t series,
                           std::size_t place) const noexcept {
    return cells_[shard * shard_size_ + series * cells_per_series_ + place];
}

std::vector<std::string> Family::labelValues(std::size_t series) const {
    std::vector<std::string> values(spec_.labels.size());
    for (std::size_t i = spec_.labels.size(); i-- > 0;) {
        const auto& choices = spec_.labels[i].values;
        values[i] = choices[series % choices.size()];
        series /= choices.size();
    }
    return values;
}

bool Family::add(std::size_t series, double amount) noexcept {
    const bool fits = spec_.kind == Kind::Gauge || (spec_.kind == Kind::Counter && amount >= 0);
    if (!fits || series >= series_count_ || !std::isfinite(amount)) {
        return false;
    }
    const std::size_t shard = spec_.kind == Kind::Gauge ? 0 : shardOfThread() % kShardCount;
    cell(shard, series, 0).fetch_add(amount, std::memory_order_relaxed);
    return true;
}

bool Family::set(std::size_t series, double value) noexcept {
    if (spec_.kind != Kind::Gauge || series >= series_count_ || !std::isfinite(value)) {
        return false;
    }
    cell(0, series, 0).store(value, std::memory_order_relaxed);
    return true;
}

bool Family::observe(std::size_t series, double value) noexcept {
    if (spec_.kind != Kind::Histogram || series >= series_count_ || !std::isfinite(value)) {
        return false;
    }
    const auto bucket = static_cast<std::size_t>(
        std::lower_bound(spec_.bounds.begin(), spec_.bounds.end(), value) - spec_.bounds.begin());
    const std::size_t shard = shardOfThread() % kShardCount;
    cell(shard, series, bucket).fetch_add(1, std::memory_order_relaxed);
    cell(shard, series, cells_per_series_ - 1).fetch_add(value, std::memory_order_relaxed);
    return true;
}

double Family::value(std::size_t series) const noexcept {
    double sum = 0;
    for (std::size_t shard = 0; shard < kShardCount; ++shard) {
        sum += cell(shard, series, 0).load(std::memory_order_relaxed);
    }
    return sum;
}

Family::Distribution Family::distribution(std::size_t series) const {
    Distribution all;
    all.counts.resize(cells_per_series_ - 1);
    for (std::size_t shard = 0; shard < kShardCount; ++shard) {
        for (std::size_t i = 0; i < all.counts.size(); ++i) {
            all.counts[i] +=
                static_cast<std::uint64_t>(cell(shard, series, i).load(std::memory_order_relaxed));
        }
        all.sum += cell(shard, series, cells_per_series_ - 1).load(std::memory_order_relaxed);
    }
    return all;
}

}  // namespace mortise::metrics
