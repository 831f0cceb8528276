// Shard: a part of one plugin's cache, behind one lock: entries by least use, the index of tags, and who computes what.
//
//   records_   most recently used -> ... -> least recently used, evicted first
//   by_key_    text of the key -> its records, one per shape
//   by_tag_    tag -> its records
//   flights_   (key, shape) -> who computes it, and who waits for it in their order
//
// Problem: when a value that everybody wants expires, everybody computes it; and one that was computed from old data must not be
//          kept after somebody said that the data changed.
// Choice:  a missing value is claimed by one caller; the others wait. put() and remove() of the key end the flight, so that a later
//          put with its claim is refused; removed tags are remembered for as long as something is in flight, and judged when the
//          value comes with its tags. A claim has a deadline, after which the next who asks takes it over.
// Guarantee: waiters are called outside of the lock, each at most once with an answer it took.
// Missing on purpose: a sweep for expired entries. They go when they are asked for or evicted, and the bound holds meanwhile.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mortise::cache {

using Time = std::chrono::steady_clock::time_point;
using Value = std::shared_ptr<const std::string>;
/// Names a flight of one key and shape; 0 is none.
using Claim = std::uint64_t;

struct Key {
    std::string_view text;
    std::uint64_t shape = 0;
};

struct Entry {
    Key key;
    std::string_view value;
    std::span<const std::string_view> tags;
    Time expiry;
    Claim claim = 0;
};

enum class Kept : std::uint8_t { Stored, TooLarge, Stale };

struct Answer {
    enum class State : std::uint8_t { Hit, Claimed, Busy };
    State state = State::Busy;
    Value value;
    Claim claim = 0;
};

/// Somebody who waits for a value.
class Waiter {
public:
    virtual ~Waiter() = default;
    /// Any thread, no lock held. False: it has given up, and the answer is for the next one.
    virtual bool take(const Answer& answer) noexcept = 0;
    /// Until when it may hold the claim, should it get one.
    virtual Time deadline() const noexcept = 0;
};

struct Stats {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;  ///< Before their time, for want of room.
    std::size_t entries = 0;
    std::size_t bytes = 0;
};

/// Any thread may call.
class Shard {
public:
    explicit Shard(std::size_t bytes_max) : bytes_max_(bytes_max) {}
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    Value get(Key key, Time now);
    Kept put(const Entry& entry);
    void remove(std::string_view key_text);
    void removeTag(std::string_view tag);

    /// Hit, Claimed until `deadline`, or Busy; counts. A claim of 0: too much is in flight to share more.
    Answer claim(Key key, Time now, Time deadline);
    /// As claim() without counting; when Busy, `waiter` gets the answer later.
    Answer wait(Key key, Time now, const std::shared_ptr<Waiter>& waiter);
    void abandon(Key key, Claim claim);

    void addTo(Stats& stats) const;

private:
    struct Record {
        std::string key;
        std::uint64_t shape;
        Value value;
        std::vector<std::string> tags;
        Time expiry;
        std::size_t cost;
    };
    using Records = std::list<Record>;
    struct ByAddress {
        std::size_t operator()(Records::iterator record) const noexcept {
            return std::hash<const Record*>()(&*record);
        }
    };
    struct TextHash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using FlightKey = std::pair<std::string, std::uint64_t>;
    struct Flight {
        Claim claim = 0;
        Time deadline;
        std::uint64_t began = 0;  // Removals of tags that came before it.
        std::deque<std::shared_ptr<Waiter>> waiters;
    };
    using Flights = std::map<FlightKey, Flight>;

    // All below with the lock held.
    Records::iterator find(Key key, Time now);
    Value touch(Records::iterator record);
    void erase(Records::iterator record);
    void insert(const Entry& entry, Value value, std::size_t cost);
    Answer acquire(Key key, Time now, Time deadline);
    void openClaim(Flight& flight, Time deadline);
    bool isVoid(const Flight& flight, std::span<const std::string_view> tags) const;
    void forgetRemovals();
    // Without it.
    void passOn(const FlightKey& key, Claim claim);

    const std::size_t bytes_max_;
    mutable std::mutex mutex_;  // Guards all below.
    Records records_;
    std::unordered_multimap<std::string_view, Records::iterator> by_key_;
    std::unordered_map<std::string, std::unordered_set<Records::iterator, ByAddress>, TextHash,
                       std::equal_to<>>
        by_tag_;
    Stats stats_;
    Flights flights_;
    Claim last_claim_ = 0;
    std::uint64_t removals_ = 0;                                      // Of tags, so far.
    std::map<std::string, std::uint64_t, std::less<>> removed_tags_;  // Number of the last removal.
    std::uint64_t all_void_until_ = 0;  // Flights that began before this removal lost track.
};

}  // namespace mortise::cache
