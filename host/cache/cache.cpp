#include "cache/cache.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>

#include "limits.hpp"

namespace mortise::cache {

Space::Space(std::size_t bytes_max, const Clock& clock) : clock_(clock) {
    if (bytes_max == 0) {
        return;
    }
    // A shard takes a few of the largest values, or one large value would empty it.
    const std::size_t count = std::clamp<std::size_t>(bytes_max / (4 * limits::kCacheValueSizeMax),
                                                      1, limits::kCacheShardCountMax);
    for (std::size_t i = 0; i < count; ++i) {
        shards_.push_back(std::make_unique<Shard>(bytes_max / count));
    }
}

Shard& Space::shardOf(std::string_view key_text) noexcept {
    return *shards_[std::hash<std::string_view>()(key_text) % shards_.size()];
}

Value Space::get(Key key) {
    return shards_.empty() ? nullptr : shardOf(key.text).get(key, clock_.steadyNow());
}

Kept Space::put(const Draft& draft) {
    if (shards_.empty()) {
        return Kept::TooLarge;
    }
    return shardOf(draft.key.text)
        .put({draft.key, draft.value, draft.tags, clock_.steadyNow() + draft.ttl, draft.claim});
}

void Space::remove(std::string_view key_text) {
    if (!shards_.empty()) {
        shardOf(key_text).remove(key_text);
    }
}

void Space::removeTag(std::string_view tag) {
    for (const auto& shard : shards_) {
        shard->removeTag(tag);
    }
}

Answer Space::claim(Key key, Time deadline) {
    if (shards_.empty()) {
        return {Answer::State::Claimed, nullptr, 0};
    }
    return shardOf(key.text).claim(key, clock_.steadyNow(), deadline);
}

Answer Space::wait(Key key, const std::shared_ptr<Waiter>& waiter) {
    if (shards_.empty()) {
        return {Answer::State::Claimed, nullptr, 0};
    }
    return shardOf(key.text).wait(key, clock_.steadyNow(), waiter);
}

void Space::abandon(Key key, Claim claim) {
    if (!shards_.empty()) {
        shardOf(key.text).abandon(key, claim);
    }
}

Stats Space::stats() const {
    Stats sum;
    for (const auto& shard : shards_) {
        shard->addTo(sum);
    }
    return sum;
}

Cache::Cache(std::size_t bytes_per_plugin, const Clock& clock)
    : bytes_per_plugin_(bytes_per_plugin), clock_(clock) {}

std::shared_ptr<Space> Cache::space(std::string_view plugin) {
    const std::lock_guard lock(mutex_);
    std::weak_ptr<Space>& known = spaces_[std::string(plugin)];
    std::shared_ptr<Space> space = known.lock();
    if (!space) {
        space = std::make_shared<Space>(bytes_per_plugin_, clock_);
        known = space;
    }
    return space;
}

std::vector<std::pair<std::string, Stats>> Cache::stats() const {
    std::vector<std::pair<std::string, std::shared_ptr<Space>>> alive;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [plugin, known] : spaces_) {
            if (std::shared_ptr<Space> space = known.lock()) {
                alive.emplace_back(plugin, std::move(space));
            }
        }
    }
    std::vector<std::pair<std::string, Stats>> all;
    all.reserve(alive.size());
    for (const auto& [plugin, space] : alive) {
        all.emplace_back(plugin, space->stats());
    }
    return all;
}

void write(const Cache& cache, metrics::Exposition& out) {
    using metrics::Kind;
    const auto all = cache.stats();
    const auto each = [&](std::string_view name, Kind kind, std::string_view help, auto member) {
        out.begin(name, kind, help);
        for (const auto& [plugin, stats] : all) {
            const metrics::LabelValue labels[] = {{"plugin", plugin}};
            out.sample(labels, static_cast<double>(stats.*member));
        }
    };
    each("mortise_cache_hits_total", Kind::Counter, "Values a plugin asked for that were there",
         &Stats::hits);
    each("mortise_cache_misses_total", Kind::Counter,
         "Values a plugin asked for that were not there", &Stats::misses);
    each("mortise_cache_evictions_total", Kind::Counter,
         "Entries removed before their time for want of room", &Stats::evictions);
    each("mortise_cache_entries", Kind::Gauge, "Entries of a plugin", &Stats::entries);
    each("mortise_cache_bytes", Kind::Gauge, "Memory the entries of a plugin take", &Stats::bytes);
}

}  // namespace mortise::cache
