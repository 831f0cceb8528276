#include "identity/token_cache.hpp"

#include <cstring>
#include <utility>

namespace mortise::identity {

// The digest is uniform already.
std::size_t TokenCache::Hash::operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

TokenCache::TokenCache(std::size_t count_max)
    : shard_count_max_(count_max == 0 ? 0 : (count_max + kShardCount - 1) / kShardCount) {}

std::shared_ptr<const Principal> TokenCache::find(const Digest& digest) {
    Shard& shard = shardOf(digest);
    const std::lock_guard lock(shard.mutex);
    const auto place = shard.places.find(digest);
    if (place == shard.places.end()) {
        return nullptr;
    }
    shard.by_use.splice(shard.by_use.begin(), shard.by_use, place->second);
    return place->second->principal;
}

void TokenCache::insert(const Digest& digest, std::shared_ptr<const Principal> principal,
                        std::uint64_t generation) {
    if (shard_count_max_ == 0) {
        return;
    }
    Shard& shard = shardOf(digest);
    const std::lock_guard lock(shard.mutex);
    // clear() raises the generation before it empties the shards, so under the lock the answer
    // cannot turn stale.
    if (generation != this->generation() || shard.places.find(digest) != shard.places.end()) {
        return;
    }
    if (shard.by_use.size() >= shard_count_max_) {
        shard.places.erase(shard.by_use.back().digest);
        shard.by_use.pop_back();
    }
    shard.by_use.push_front({digest, std::move(principal)});
    shard.places.emplace(digest, shard.by_use.begin());
}

void TokenCache::remove(const Digest& digest) {
    Shard& shard = shardOf(digest);
    const std::lock_guard lock(shard.mutex);
    if (const auto place = shard.places.find(digest); place != shard.places.end()) {
        shard.by_use.erase(place->second);
        shard.places.erase(place);
    }
}

void TokenCache::clear() {
    generation_.fetch_add(1, std::memory_order_acq_rel);
    for (Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        shard.places.clear();
        shard.by_use.clear();
    }
}

std::size_t TokenCache::count() const {
    std::size_t count = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        count += shard.by_use.size();
    }
    return count;
}

}  // namespace mortise::identity
