// TokenCache: which tokens were verified lately, by the SHA-256 of their text.
//
// Checking an RSA signature costs some twenty microseconds; a client shows the same token with
// every request for minutes. The cache is bounded, drops what was used longest ago, and is split so
// that reactors seldom meet on one lock. It answers for the signature only: expiry and revocation
// are asked anew each time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "identity/digest.hpp"
#include "identity/principal.hpp"

namespace mortise::identity {

class TokenCache {
public:
    explicit TokenCache(std::size_t count_max);

    /// What insert() wants back; taken before the verification began.
    std::uint64_t generation() const noexcept {
        return generation_.load(std::memory_order_acquire);
    }

    std::shared_ptr<const Principal> find(const Digest& digest);
    /// Ignored when clear() came in between: the verification may have used a key that is gone.
    void insert(const Digest& digest, std::shared_ptr<const Principal> principal,
                std::uint64_t generation);
    void remove(const Digest& digest);
    void clear();
    std::size_t count() const;

private:
    struct Hash {
        std::size_t operator()(const Digest& digest) const noexcept;
    };
    struct Entry {
        Digest digest;
        std::shared_ptr<const Principal> principal;
    };
    struct Shard {
        mutable std::mutex mutex;  // Guards both below.
        std::list<Entry> by_use;   // Latest first.
        std::unordered_map<Digest, std::list<Entry>::iterator, Hash> places;
    };
    static constexpr std::size_t kShardCount = 16;

    Shard& shardOf(const Digest& digest) noexcept { return shards_[digest[31] % kShardCount]; }

    const std::size_t shard_count_max_;
    std::atomic<std::uint64_t> generation_{0};
    std::array<Shard, kShardCount> shards_;
};

}  // namespace mortise::identity
