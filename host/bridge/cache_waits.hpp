// CacheWaits: the units of work of one generation that wait for a value of the cache, and how each is told.
//
// A wait ends once, whoever comes first: the value or a claim, its deadline, or the end of its plugin. A claim that comes to one
// that is over goes to the next who waits.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_set>

#include "cache/shard.hpp"
#include "mortise/cache.h"

namespace mortise::bridge {

class HostInstance;

/// What a wait ended with.
struct CacheOutcome {
    mortise_status status = MORTISE_OK;
    cache::Answer answer;
};

class CacheWait : public cache::Waiter {
public:
    explicit CacheWait(cache::Time deadline) : deadline_(deadline) {}
    cache::Time deadline() const noexcept final { return deadline_; }
    /// The plugin ends. Any thread.
    virtual void cancel() noexcept = 0;

private:
    const cache::Time deadline_;
};

/// Those of one generation. Any thread.
class CacheWaits {
public:
    /// False: cancelled already.
    bool add(const std::shared_ptr<CacheWait>& wait);
    void remove(const std::shared_ptr<CacheWait>& wait) noexcept;
    /// Ends all that wait, and refuses more.
    void cancel() noexcept;

private:
    std::mutex mutex_;  // Guards all below.
    bool is_cancelled_ = false;
    std::unordered_set<std::shared_ptr<CacheWait>> waits_;
};

/// Blocks until the value or a claim is there.
CacheOutcome waitForCache(HostInstance& instance, cache::Key key, cache::Time deadline);

/// The same, told by `done` on the calling reactor. False: the plugin ends and `done` is not called.
bool waitForCache(HostInstance& instance, cache::Key key, cache::Time deadline,
                  mortise_cache_done done, void* done_context);

}  // namespace mortise::bridge
