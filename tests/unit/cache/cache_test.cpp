// What a plugin's cache keeps, what it lets go and in which order, and who computes what is missing.
#include "cache/cache.hpp"

#include <atomic>
#include <thread>

#include "limits.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"

using namespace mortise;
using namespace mortise::cache;
using namespace std::chrono_literals;

namespace {

using State = Answer::State;

Time later() {
    return std::chrono::steady_clock::now() + 1h;
}

struct CacheFixture {
    testing::ManualClock clock;
    Cache cache{1 << 20U, clock};
    std::shared_ptr<Space> space = cache.space("notes");

    Kept put(std::string_view key, std::string_view value, std::vector<std::string_view> tags = {},
             Claim claim = 0) const {
        return space->put({{key, 0}, value, tags, 1min, claim});
    }
    std::string get(std::string_view key, std::uint64_t shape = 0) const {
        const Value value = space->get({key, shape});
        return value ? *value : "(none)";
    }
};

/// Keeps its answer.
struct Recorder final : Waiter {
    bool take(const Answer& given) noexcept override {
        if (!is_there) {
            return false;
        }
        answer = given;
        return true;
    }
    Time deadline() const noexcept override { return later(); }

    std::atomic<bool> is_there{true};
    Answer answer;
};

/// A shard that has room for exactly `count` entries of key and value "x".
struct SmallShard {
    explicit SmallShard(std::size_t count) : shard(sizeOfOne() * count) {}

    static std::size_t sizeOfOne() {
        Shard large(1 << 20U);
        keep(large, "x");
        Stats stats;
        large.addTo(stats);
        return stats.bytes;
    }
    static void keep(Shard& shard, std::string_view key) {
        shard.put({{key, 0}, "x", {}, Time::max(), 0});
    }
    bool has(std::string_view key) { return shard.get({key, 0}, Time()) != nullptr; }

    Shard shard;
};

}  // namespace

TEST_CASE("a value is found under its key and shape, by its own plugin only") {
    const CacheFixture test;
    CHECK(test.put("a", "one") == Kept::Stored);
    CHECK(test.get("a") == "one");
    CHECK(test.get("a", 7) == "(none)");
    CHECK(test.get("b") == "(none)");
    CacheFixture other;
    CHECK(other.cache.space("users")->get({"a", 0}) == nullptr);
}

TEST_CASE("a plugin's cache is shared by those who hold it and goes with the last one") {
    CacheFixture test;
    test.put("a", "one");
    auto next_generation = test.cache.space("notes");
    test.space.reset();
    REQUIRE(next_generation->get({"a", 0}));
    next_generation.reset();
    CHECK_FALSE(test.cache.space("notes")->get({"a", 0}));
}

TEST_CASE("an entry is gone when its time is over") {
    CacheFixture test;
    test.put("a", "one");
    test.clock.advance(59'999ms);
    CHECK(test.get("a") == "one");
    test.clock.advance(1ms);
    CHECK(test.get("a") == "(none)");
    CHECK(test.space->stats().entries == 0);
    CHECK(test.space->stats().bytes == 0);
}

TEST_CASE("a value that is put again replaces the old one and its tags") {
    const CacheFixture test;
    test.put("a", "one", {"red"});
    test.put("a", "two", {"blue"});
    CHECK(test.space->stats().entries == 1);
    test.space->removeTag("red");
    CHECK(test.get("a") == "two");
    test.space->removeTag("blue");
    CHECK(test.get("a") == "(none)");
    CHECK(test.space->stats().bytes == 0);
}

TEST_CASE("what was used longest ago makes room") {
    SmallShard small(3);
    for (const std::string key : {"a", "b", "c"}) {
        SmallShard::keep(small.shard, key);
    }
    REQUIRE(small.has("a"));
    SmallShard::keep(small.shard, "d");
    CHECK(small.has("a"));
    CHECK_FALSE(small.has("b"));
    CHECK(small.has("c"));
    CHECK(small.has("d"));
    Stats stats;
    small.shard.addTo(stats);
    CHECK(stats.evictions == 1);
    CHECK(stats.entries == 3);
}

TEST_CASE(
    "the bound holds whatever is put, and a value beyond it is refused and replaces nothing") {
    Shard shard(10'000);
    for (int i = 0; i < 500; ++i) {
        const std::string key = std::to_string(i);
        const std::string value(static_cast<std::size_t>(i * 7 % 3000), 'v');
        const std::string_view tags[] = {"all", key};
        REQUIRE(shard.put({{key, 0}, value, tags, Time::max(), 0}) == Kept::Stored);
        Stats stats;
        shard.addTo(stats);
        REQUIRE(stats.bytes <= 10'000);
    }
    const std::string large(10'000, 'v');
    CHECK(shard.put({{"499", 0}, large, {}, Time::max(), 0}) == Kept::TooLarge);
    CHECK_FALSE(shard.get({"499", 0}, Time()));
    shard.removeTag("all");
    Stats stats;
    shard.addTo(stats);
    CHECK(stats.bytes == 0);
    CHECK(stats.entries == 0);
}

TEST_CASE("remove takes a key in all its shapes, a tag all that have it") {
    const CacheFixture test;
    test.put("a", "one", {"red", "red"});
    test.space->put({{"a", 9}, "nine", {}, 1min, 0});
    test.put("b", "two", {"red", "blue"});
    test.put("c", "three", {"blue"});
    test.space->remove("a");
    CHECK(test.get("a") == "(none)");
    CHECK(test.get("a", 9) == "(none)");
    test.space->removeTag("red");
    CHECK(test.get("b") == "(none)");
    CHECK(test.get("c") == "three");
    CHECK(test.space->stats().entries == 1);
}

TEST_CASE("a cache of no size keeps nothing and lets everybody compute") {
    const testing::ManualClock clock;
    Space space(0, clock);
    CHECK(space.put({{"a", 0}, "one", {}, 1min, 0}) == Kept::TooLarge);
    CHECK_FALSE(space.get({"a", 0}));
    for (int i = 0; i < 2; ++i) {
        const Answer answer = space.claim({"a", 0}, later());
        CHECK(answer.state == State::Claimed);
        CHECK(answer.claim == 0);
    }
}

TEST_CASE("one computes a missing value, and those who wait get it") {
    const CacheFixture test;
    const Answer first = test.space->claim({"a", 0}, later());
    REQUIRE(first.state == State::Claimed);
    CHECK(test.space->claim({"a", 0}, later()).state == State::Busy);
    CHECK(test.space->claim({"a", 1}, later()).state == State::Claimed);
    const auto waiter = std::make_shared<Recorder>();
    REQUIRE(test.space->wait({"a", 0}, waiter).state == State::Busy);
    CHECK(test.put("a", "one", {}, first.claim) == Kept::Stored);
    REQUIRE(waiter->answer.state == State::Hit);
    CHECK(*waiter->answer.value == "one");
    CHECK(test.space->claim({"a", 0}, later()).state == State::Hit);
    CHECK(test.put("a", "two", {}, first.claim) == Kept::Stale);
}

TEST_CASE("a value too large to keep still reaches those who wait for it") {
    Shard shard(1000);
    const Answer first = shard.claim({"a", 0}, Time(), later());
    const auto waiter = std::make_shared<Recorder>();
    shard.wait({"a", 0}, Time(), waiter);
    const std::string large(1000, 'v');
    CHECK(shard.put({{"a", 0}, large, {}, Time::max(), first.claim}) == Kept::TooLarge);
    REQUIRE(waiter->answer.state == State::Hit);
    CHECK(*waiter->answer.value == large);
}

TEST_CASE("a claim that is abandoned goes to the first who still waits") {
    const CacheFixture test;
    const Answer first = test.space->claim({"a", 0}, later());
    const auto gone = std::make_shared<Recorder>();
    const auto next = std::make_shared<Recorder>();
    const auto last = std::make_shared<Recorder>();
    for (const auto& waiter : {gone, next, last}) {
        test.space->wait({"a", 0}, waiter);
    }
    gone->is_there = false;
    test.space->abandon({"a", 0}, first.claim);
    REQUIRE(next->answer.state == State::Claimed);
    CHECK(last->answer.state == State::Busy);
    test.space->abandon({"a", 0}, first.claim);  // It is not its claim any more.
    CHECK(last->answer.state == State::Busy);
    test.put("a", "one", {}, next->answer.claim);
    CHECK(last->answer.state == State::Hit);
    CHECK(test.get("a") == "one");
}

TEST_CASE("a claim whose deadline has passed is taken over") {
    const CacheFixture test;
    const Answer first = test.space->claim({"a", 0}, std::chrono::steady_clock::now());
    const Answer second = test.space->claim({"a", 0}, later());
    REQUIRE(second.state == State::Claimed);
    CHECK(test.put("a", "old", {}, first.claim) == Kept::Stale);
    CHECK(test.put("a", "new", {}, second.claim) == Kept::Stored);
}

TEST_CASE("what is computed while its key or tag is removed is not kept") {
    const CacheFixture test;
    const Answer by_key = test.space->claim({"a", 0}, later());
    test.space->remove("a");
    CHECK(test.put("a", "old", {}, by_key.claim) == Kept::Stale);

    const Answer by_tag = test.space->claim({"a", 0}, later());
    test.space->removeTag("red");
    const auto waiter = std::make_shared<Recorder>();
    test.space->wait({"a", 0}, waiter);
    CHECK(test.put("a", "old", {"red"}, by_tag.claim) == Kept::Stale);
    CHECK(test.get("a") == "(none)");
    REQUIRE(waiter->answer.state == State::Claimed);
    CHECK(test.put("a", "new", {"red"}, waiter->answer.claim) == Kept::Stored);
}

TEST_CASE("a tag that was removed before a claim, or is another one, does not make it void") {
    const CacheFixture test;
    const Answer other = test.space->claim({"b", 0}, later());
    test.space->removeTag("red");
    const Answer claimed = test.space->claim({"a", 0}, later());
    test.space->removeTag("blue");
    CHECK(test.put("a", "one", {"red"}, claimed.claim) == Kept::Stored);
    test.space->abandon({"b", 0}, other.claim);
}

TEST_CASE("more removed tags than are remembered make everything in flight void") {
    Shard shard(1 << 20U);
    const Answer claimed = shard.claim({"a", 0}, Time(), later());
    for (std::size_t i = 0; i <= limits::kCacheRemovedTagCountMax; ++i) {
        shard.removeTag(std::to_string(i));
    }
    CHECK(shard.put({{"a", 0}, "one", {}, Time::max(), claimed.claim}) == Kept::Stale);
    const Answer again = shard.claim({"a", 0}, Time(), later());
    CHECK(shard.put({{"a", 0}, "one", {}, Time::max(), again.claim}) == Kept::Stored);
}

TEST_CASE("a value put without the claim ends it and reaches those who wait") {
    const CacheFixture test;
    const Answer claimed = test.space->claim({"a", 0}, later());
    const auto waiter = std::make_shared<Recorder>();
    test.space->wait({"a", 0}, waiter);
    test.put("a", "newer");
    REQUIRE(waiter->answer.state == State::Hit);
    CHECK(test.put("a", "older", {}, claimed.claim) == Kept::Stale);
    CHECK(test.get("a") == "newer");
}

TEST_CASE("claims beyond the bound are not shared") {
    Shard shard(1 << 20U);
    for (std::size_t i = 0; i < limits::kCacheFlightCountMax; ++i) {
        REQUIRE(shard.claim({std::to_string(i), 0}, Time(), later()).claim != 0);
    }
    const Answer beyond = shard.claim({"beyond", 0}, Time(), later());
    CHECK(beyond.state == State::Claimed);
    CHECK(beyond.claim == 0);
}

TEST_CASE("hits, misses and room are told by plugin") {
    CacheFixture test;
    const auto idle = test.cache.space("idle");
    test.put("a", "one");
    static_cast<void>(test.get("a"));
    static_cast<void>(test.get("b"));
    metrics::Exposition out;
    write(test.cache, out);
    const std::string text = out.take();
    using Catch::Matchers::ContainsSubstring;
    CHECK_THAT(text, ContainsSubstring("mortise_cache_hits_total{plugin=\"notes\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("mortise_cache_misses_total{plugin=\"notes\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("mortise_cache_entries{plugin=\"notes\"} 1\n"));
    CHECK_THAT(text, ContainsSubstring("mortise_cache_entries{plugin=\"idle\"} 0\n"));
    CHECK_THAT(text, ContainsSubstring("mortise_cache_evictions_total{plugin=\"notes\"} 0\n"));
    CHECK_THAT(text, ContainsSubstring("mortise_cache_bytes{plugin=\"idle\"} 0\n"));
}

TEST_CASE("many threads that put, get, claim and remove leave the sums right") {
    const testing::ManualClock clock;
    Space space(200'000, clock);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5000; ++i) {
                const std::string key = std::to_string((i * 7 + t) % 97);
                const std::string_view tags[] = {"all", key};
                const Answer answer = space.claim({key, 0}, later());
                if (answer.state == State::Hit) {
                    wrong += *answer.value == key ? 0 : 1;
                } else if (answer.state == State::Claimed) {
                    space.put({{key, 0}, key, tags, 1min, answer.claim});
                }
                if (i % 50 == t) {
                    space.removeTag(i % 100 == t ? "all" : key);
                } else if (i % 50 == t + 10) {
                    space.remove(key);
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(wrong == 0);
    space.removeTag("all");
    CHECK(space.stats().entries == 0);
    CHECK(space.stats().bytes == 0);
}
