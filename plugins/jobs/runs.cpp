// Running jobs of this process. See runs.hpp.
#include "runs.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace jobs {

namespace {

/// The column's length is in characters; bytes are never fewer.
constexpr std::size_t kMessageSizeMax = 255;

std::string_view cut(std::string_view text) {
    if (text.size() <= kMessageSizeMax) {
        return text;
    }
    std::size_t size = kMessageSizeMax;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
        --size;
    }
    return text.substr(0, size);
}

}  // namespace

void Run::progress(double fraction, std::string_view message) noexcept {
    const std::scoped_lock lock(mutex_);
    fraction_ = std::isfinite(fraction) ? std::clamp(fraction, 0.0, 1.0) : fraction_;
    is_news_ = true;
    try {
        message_ = cut(message);
    } catch (const std::bad_alloc&) {
        message_.clear();  // progress is a courtesy, the job goes on without its text
    }
}

bool Run::isCancelled() noexcept {
    return wasCancelled() || stopping_.load(std::memory_order_relaxed);
}

Heartbeat Run::takeHeartbeat(bool* is_news) {
    const std::scoped_lock lock(mutex_);
    *is_news = is_news_;
    is_news_ = false;
    return {id_, fraction_, message_};
}

void RunRegistry::add(Run& run) {
    const std::scoped_lock lock(mutex_);
    // A job given back may be claimed again by a neighbour before its first run has left: the newer run is the one that counts.
    runs_.insert_or_assign(run.id(), &run);
}

void RunRegistry::remove(Run& run) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = runs_.find(run.id()); found != runs_.end() && found->second == &run) {
        runs_.erase(found);
    }
}

void RunRegistry::cancel(const mortise::Uuid& id) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = runs_.find(id); found != runs_.end()) {
        found->second->cancel();
    }
}

std::vector<Heartbeat> RunRegistry::takeHeartbeats(bool* any_news) {
    std::vector<Heartbeat> heartbeats;
    *any_news = false;
    const std::scoped_lock lock(mutex_);
    heartbeats.reserve(runs_.size());
    for (const auto& [id, run] : runs_) {
        bool is_news = false;
        heartbeats.push_back(run->takeHeartbeat(&is_news));
        *any_news = *any_news || is_news;
    }
    return heartbeats;
}

void RunRegistry::apply(const std::vector<Heartbeat>& asked,
                        const std::vector<LeaseState>& answers) {
    std::unordered_set<mortise::Uuid> ours;
    for (const LeaseState& answer : answers) {
        if (!answer.cancel_requested) {
            ours.insert(answer.id);
        }
    }
    for (const Heartbeat& heartbeat : asked) {
        if (!ours.contains(heartbeat.id)) {
            cancel(heartbeat.id);
        }
    }
}

}  // namespace jobs
