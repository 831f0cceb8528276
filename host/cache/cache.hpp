// Cache: values of plugins in memory, for a while. Each plugin has a Space of its own, bounded in bytes.
//
// A space is split into shards by key, so that threads rarely meet at one lock; each shard has its part of the bytes and its own
// order of use. A space belongs to the generations of one plugin name: they share it over a swap, and it goes with the last one.
// Poco's ExpireLRUCache counts entries instead of bytes, knows no tags and has one lock for everything, so it is not used here.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cache/shard.hpp"
#include "metrics/exposition.hpp"

namespace mortise::cache {

/// The cache of one plugin. Any thread may call; nothing waits.
class Space {
public:
    /// `bytes_max` 0: nothing is kept and nothing is shared.
    Space(std::size_t bytes_max, const Clock& clock);

    struct Draft {
        Key key;
        std::string_view value;
        std::span<const std::string_view> tags;
        std::chrono::milliseconds ttl{0};
        Claim claim = 0;
    };

    Value get(Key key);
    Kept put(const Draft& draft);
    void remove(std::string_view key_text);
    void removeTag(std::string_view tag);
    /// See Shard.
    Answer claim(Key key, Time deadline);
    Answer wait(Key key, const std::shared_ptr<Waiter>& waiter);
    void abandon(Key key, Claim claim);

    Stats stats() const;

private:
    Shard& shardOf(std::string_view key_text) noexcept;

    const Clock& clock_;
    std::vector<std::unique_ptr<Shard>> shards_;  // None when the cache is off.
};

class Cache {
public:
    /// `clock` tells when entries expire.
    Cache(std::size_t bytes_per_plugin, const Clock& clock);
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    /// The space of a plugin, made when nobody holds it. Any thread.
    std::shared_ptr<Space> space(std::string_view plugin);
    /// By name of the plugin.
    std::vector<std::pair<std::string, Stats>> stats() const;

private:
    const std::size_t bytes_per_plugin_;
    const Clock& clock_;
    mutable std::mutex mutex_;  // Guards spaces_.
    std::map<std::string, std::weak_ptr<Space>, std::less<>> spaces_;
};

/// Writes hits, misses, evictions, entries and bytes of every plugin.
void write(const Cache& cache, metrics::Exposition& out);

}  // namespace mortise::cache
