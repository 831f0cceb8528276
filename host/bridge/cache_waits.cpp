#include "bridge/cache_waits.hpp"

#include <atomic>
#include <optional>
#include <vector>

#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/text.hpp"
#include "cache/cache.hpp"
#include "run/reactor.hpp"

namespace mortise::bridge {
namespace {

class BlockingWait final : public CacheWait {
public:
    using CacheWait::CacheWait;

    bool take(const cache::Answer& answer) noexcept override { return end({MORTISE_OK, answer}); }
    void cancel() noexcept override { static_cast<void>(end({MORTISE_CANCELLED, {}})); }

    CacheOutcome wait() {
        std::unique_lock lock(mutex_);
        if (!ended_.wait_until(lock, deadline(), [this] { return outcome_.has_value(); })) {
            outcome_ = CacheOutcome{MORTISE_DEADLINE_EXCEEDED, {}};
        }
        return *outcome_;
    }

private:
    bool end(const CacheOutcome& outcome) noexcept {
        const std::lock_guard lock(mutex_);
        if (outcome_) {
            return false;
        }
        outcome_ = outcome;
        ended_.notify_one();
        return true;
    }

    std::mutex mutex_;  // Guards outcome_.
    std::condition_variable ended_;
    std::optional<CacheOutcome> outcome_;
};

/// Lives in the list of its generation, which it keeps pinned, until `done` was called.
class ReactorWait final : public CacheWait, public std::enable_shared_from_this<ReactorWait> {
public:
    ReactorWait(HostInstance& instance, cache::Time deadline, mortise_cache_done done,
                void* done_context)
        : CacheWait(deadline),
          instance_(instance),
          reactor_(*run::Reactor::current()),
          done_(done),
          done_context_(done_context),
          timer_(*this) {
        reactor_.arm(timer_, deadline);
    }

    bool take(const cache::Answer& answer) noexcept override { return end({MORTISE_OK, answer}); }
    void cancel() noexcept override { static_cast<void>(end({MORTISE_CANCELLED, {}})); }
    /// Before anybody else knows it.
    void disarm() noexcept { reactor_.disarm(timer_); }

private:
    struct Deadline final : run::Timer {
        explicit Deadline(ReactorWait& owner) : wait(owner) {}
        void onTimer() noexcept override {
            static_cast<void>(wait.end({MORTISE_DEADLINE_EXCEEDED, {}}));
        }
        ReactorWait& wait;
    };

    bool end(const CacheOutcome& outcome) noexcept {
        if (is_over_.exchange(true, std::memory_order_relaxed)) {
            return false;
        }
        outcome_ = outcome;  // Seen by the reactor through its mailbox.
        reactor_.post(run::makeWork([self = shared_from_this()] { self->tell(); }));
        return true;
    }

    void tell() noexcept {
        reactor_.disarm(timer_);
        instance_.cacheWaits().remove(shared_from_this());
        mortise_status status = outcome_.status;
        const cache::Answer& answer = outcome_.answer;
        if (status == MORTISE_OK && answer.state == cache::Answer::State::Claimed) {
            status = MORTISE_NOT_FOUND;
        }
        const mortise_bytes value = answer.value ? bytesOf(*answer.value) : mortise_bytes{};
        mortise_error ignored = blankError();
        callPlugin(ignored, [&] {
            done_(done_context_, status, value, answer.claim);
            return MORTISE_OK;
        });
        instance_.unpin();
    }

    HostInstance& instance_;
    run::Reactor& reactor_;
    const mortise_cache_done done_;
    void* const done_context_;
    Deadline timer_;
    // Relaxed: it only decides who is first.
    std::atomic<bool> is_over_{false};
    CacheOutcome outcome_;
};

}  // namespace

bool CacheWaits::add(const std::shared_ptr<CacheWait>& wait) {
    const std::lock_guard lock(mutex_);
    return !is_cancelled_ && waits_.insert(wait).second;
}

void CacheWaits::remove(const std::shared_ptr<CacheWait>& wait) noexcept {
    const std::lock_guard lock(mutex_);
    waits_.erase(wait);
}

void CacheWaits::cancel() noexcept {
    std::unordered_set<std::shared_ptr<CacheWait>> waits;
    {
        const std::lock_guard lock(mutex_);
        is_cancelled_ = true;
        waits.swap(waits_);
    }
    for (const auto& wait : waits) {
        wait->cancel();
    }
}

CacheOutcome waitForCache(HostInstance& instance, cache::Key key, cache::Time deadline) {
    const auto wait = std::make_shared<BlockingWait>(deadline);
    if (!instance.cacheWaits().add(wait)) {
        return {MORTISE_CANCELLED, {}};
    }
    cache::Answer answer = instance.cache()->wait(key, wait);
    CacheOutcome outcome = answer.state == cache::Answer::State::Busy
                               ? wait->wait()
                               : CacheOutcome{MORTISE_OK, std::move(answer)};
    instance.cacheWaits().remove(wait);
    return outcome;
}

bool waitForCache(HostInstance& instance, cache::Key key, cache::Time deadline,
                  mortise_cache_done done, void* done_context) {
    if (!instance.pin()) {
        return false;
    }
    const auto wait = std::make_shared<ReactorWait>(instance, deadline, done, done_context);
    if (!instance.cacheWaits().add(wait)) {
        wait->disarm();
        instance.unpin();
        return false;
    }
    const cache::Answer answer = instance.cache()->wait(key, wait);
    if (answer.state != cache::Answer::State::Busy && !wait->take(answer) && answer.claim != 0) {
        instance.cache()->abandon(key, answer.claim);  // Cancelled in between.
    }
    return true;
}

}  // namespace mortise::bridge
