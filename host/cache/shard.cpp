#include "cache/shard.hpp"

#include <algorithm>
#include <limits>

#include "limits.hpp"

namespace mortise::cache {
namespace {

/// What an entry takes besides its texts: nodes of list, indexes and the value's own block on 64 bits, estimated and rounded up.
constexpr std::size_t kEntryOverhead = 320;
constexpr std::size_t kTagOverhead = 96;

std::size_t costOf(const Entry& entry) noexcept {
    std::size_t cost = kEntryOverhead + entry.key.text.size() + entry.value.size();
    for (const std::string_view tag : entry.tags) {
        cost += kTagOverhead + 2 * tag.size();  // In the record and in the index.
    }
    return cost;
}

}  // namespace

Value Shard::get(Key key, Time now) {
    const std::lock_guard lock(mutex_);
    const Records::iterator record = find(key, now);
    if (record == records_.end()) {
        ++stats_.misses;
        return nullptr;
    }
    ++stats_.hits;
    return touch(record);
}

Kept Shard::put(const Entry& entry) {
    const auto value = std::make_shared<const std::string>(entry.value);
    const std::size_t cost = costOf(entry);
    const FlightKey flight_key(entry.key.text, entry.key.shape);
    std::deque<std::shared_ptr<Waiter>> waiters;
    bool is_void = false;
    {
        const std::lock_guard lock(mutex_);
        const auto flight = flights_.find(flight_key);
        if (entry.claim != 0) {
            if (flight == flights_.end() || flight->second.claim != entry.claim) {
                return Kept::Stale;
            }
            is_void = isVoid(flight->second, entry.tags);
        }
        if (!is_void) {
            if (cost <= bytes_max_) {
                insert(entry, value, cost);
            } else if (const auto old = find(entry.key, Time::min()); old != records_.end()) {
                erase(old);  // What it would have replaced is out of date all the same.
            }
            if (flight != flights_.end()) {
                waiters = std::move(flight->second.waiters);
                flights_.erase(flight);
                forgetRemovals();
            }
        }
    }
    if (is_void) {
        passOn(flight_key, entry.claim);
        return Kept::Stale;
    }
    const Answer answer{Answer::State::Hit, value, 0};
    for (const auto& waiter : waiters) {
        static_cast<void>(waiter->take(answer));
    }
    return cost <= bytes_max_ ? Kept::Stored : Kept::TooLarge;
}

void Shard::remove(std::string_view key_text) {
    std::vector<std::pair<FlightKey, Claim>> ended;
    {
        const std::lock_guard lock(mutex_);
        for (auto found = by_key_.find(key_text); found != by_key_.end();
             found = by_key_.find(key_text)) {
            erase(found->second);
        }
        for (auto flight = flights_.lower_bound(FlightKey(key_text, 0));
             flight != flights_.end() && flight->first.first == key_text; ++flight) {
            ended.emplace_back(flight->first, flight->second.claim);
        }
    }
    for (const auto& [flight_key, claim] : ended) {
        passOn(flight_key, claim);
    }
}

void Shard::removeTag(std::string_view tag) {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_tag_.find(tag); found != by_tag_.end()) {
        const auto tagged = std::move(found->second);
        by_tag_.erase(found);
        for (const Records::iterator record : tagged) {
            erase(record);
        }
    }
    if (flights_.empty()) {
        return;
    }
    ++removals_;
    if (removed_tags_.size() >= limits::kCacheRemovedTagCountMax && !removed_tags_.contains(tag)) {
        removed_tags_.clear();
        all_void_until_ = removals_;
        return;
    }
    removed_tags_.insert_or_assign(std::string(tag), removals_);
}

Answer Shard::claim(Key key, Time now, Time deadline) {
    const std::lock_guard lock(mutex_);
    Answer answer = acquire(key, now, deadline);
    ++(answer.state == Answer::State::Hit ? stats_.hits : stats_.misses);
    return answer;
}

Answer Shard::wait(Key key, Time now, const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    Answer answer = acquire(key, now, waiter->deadline());
    if (answer.state == Answer::State::Busy) {
        flights_.find(FlightKey(key.text, key.shape))->second.waiters.push_back(waiter);
    }
    return answer;
}

void Shard::abandon(Key key, Claim claim) {
    passOn(FlightKey(key.text, key.shape), claim);
}

void Shard::addTo(Stats& stats) const {
    const std::lock_guard lock(mutex_);
    stats.hits += stats_.hits;
    stats.misses += stats_.misses;
    stats.evictions += stats_.evictions;
    stats.entries += records_.size();
    stats.bytes += stats_.bytes;
}

Shard::Records::iterator Shard::find(Key key, Time now) {
    const auto [first, last] = by_key_.equal_range(key.text);
    const auto found = std::find_if(
        first, last, [&](const auto& each) { return each.second->shape == key.shape; });
    if (found == last) {
        return records_.end();
    }
    if (found->second->expiry <= now) {
        erase(found->second);
        return records_.end();
    }
    return found->second;
}

Value Shard::touch(Records::iterator record) {
    records_.splice(records_.begin(), records_, record);
    return record->value;
}

void Shard::erase(Records::iterator record) {
    const auto [first, last] = by_key_.equal_range(record->key);
    by_key_.erase(
        std::find_if(first, last, [&](const auto& each) { return each.second == record; }));
    for (const std::string& tag : record->tags) {
        if (const auto found = by_tag_.find(tag); found != by_tag_.end()) {
            found->second.erase(record);
            if (found->second.empty()) {
                by_tag_.erase(found);
            }
        }
    }
    stats_.bytes -= record->cost;
    records_.erase(record);
}

void Shard::insert(const Entry& entry, Value value, std::size_t cost) {
    if (const auto old = find(entry.key, Time::min()); old != records_.end()) {
        erase(old);
    }
    while (stats_.bytes + cost > bytes_max_) {
        erase(std::prev(records_.end()));
        ++stats_.evictions;
    }
    Records fresh;
    fresh.push_back({std::string(entry.key.text),
                     entry.key.shape,
                     std::move(value),
                     {entry.tags.begin(), entry.tags.end()},
                     entry.expiry,
                     cost});
    const Records::iterator record = fresh.begin();
    by_key_.emplace(record->key, record);
    records_.splice(records_.begin(), fresh);
    stats_.bytes += cost;
    for (const std::string& tag : record->tags) {
        by_tag_[tag].insert(record);
    }
}

Answer Shard::acquire(Key key, Time now, Time deadline) {
    if (const Records::iterator record = find(key, now); record != records_.end()) {
        return {Answer::State::Hit, touch(record), 0};
    }
    const FlightKey flight_key(key.text, key.shape);
    // Deadlines are those of real requests, whatever time a test tells the plugins.
    const Time real_now = std::chrono::steady_clock::now();
    auto flight = flights_.find(flight_key);
    if (flight != flights_.end() && flight->second.deadline > real_now) {
        return {Answer::State::Busy, nullptr, 0};
    }
    if (flight == flights_.end()) {
        if (flights_.size() >= limits::kCacheFlightCountMax) {
            return {Answer::State::Claimed, nullptr, 0};
        }
        flight = flights_.try_emplace(flight_key).first;
    }
    openClaim(flight->second, deadline);
    return {Answer::State::Claimed, nullptr, flight->second.claim};
}

void Shard::openClaim(Flight& flight, Time deadline) {
    flight.claim = ++last_claim_;
    flight.deadline = deadline;
    flight.began = removals_;
}

bool Shard::isVoid(const Flight& flight, std::span<const std::string_view> tags) const {
    return flight.began < all_void_until_ ||
           std::any_of(tags.begin(), tags.end(), [&](std::string_view tag) {
               const auto removed = removed_tags_.find(tag);
               return removed != removed_tags_.end() && removed->second > flight.began;
           });
}

void Shard::forgetRemovals() {
    if (flights_.empty()) {
        removed_tags_.clear();
    }
}

void Shard::passOn(const FlightKey& key, Claim claim) {
    while (true) {
        std::shared_ptr<Waiter> next;
        {
            const std::lock_guard lock(mutex_);
            const auto flight = flights_.find(key);
            if (flight == flights_.end() || flight->second.claim != claim) {
                return;
            }
            if (flight->second.waiters.empty()) {
                flights_.erase(flight);
                forgetRemovals();
                return;
            }
            next = std::move(flight->second.waiters.front());
            flight->second.waiters.pop_front();
            openClaim(flight->second, next->deadline());
            claim = flight->second.claim;
        }
        if (next->take({Answer::State::Claimed, nullptr, claim})) {
            return;
        }
    }
}

}  // namespace mortise::cache
