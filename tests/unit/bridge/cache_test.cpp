// "mortise.cache/1" as a plugin calls it: bounds, claims, and waits that end with their deadline or their plugin.
#include "cache/cache.hpp"

#include <future>

#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "run/reactor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/unit/bridge/instance_fixture.hpp"

using namespace mortise;
using namespace mortise::bridge;
using namespace mortise::bridge::test;
using namespace std::chrono_literals;

namespace {

void keep(void* text, mortise_bytes value) {
    *static_cast<std::string*>(text) = viewOf(value);
}

struct CacheHost : InstanceFixture {
    CacheHost() {
        services.cache = &cache;
        instance = std::make_unique<HostInstance>(generation, &services, Values());
    }

    const mortise_host* host() const { return instance->host(); }
    static mortise_cache_entry entry(std::string_view key, std::string_view value,
                                     mortise_handle claim = 0) {
        return {
            sizeof(mortise_cache_entry), 0, strOf(key), 0, bytesOf(value), nullptr, 60'000, claim};
    }
    mortise_status put(const mortise_cache_entry& entry) {
        return table.put(host(), &entry, nullptr);
    }
    mortise_status get(std::string_view key, std::string& value) const {
        return table.get(host(), strOf(key), 0, &keep, &value, nullptr);
    }
    mortise_status claim(Context& unit, std::string_view key, mortise_handle& claim) const {
        std::string ignored;
        return table.claim(&unit, strOf(key), 0, &keep, &ignored, &claim, nullptr);
    }

    testing::ManualClock clock;
    cache::Cache cache{1 << 20U, clock};
    const mortise_cache& table = cacheTable();
};

/// What wait_async() told.
struct Told {
    mortise_status status;
    std::string value;
    mortise_handle claim;
    bool on_reactor;
};

/// Waits on the reactor of the fixture.
struct AsyncWait {
    AsyncWait(CacheHost& host, Context& unit, std::string_view key) {
        std::promise<mortise_status> started;
        host.reactors.at(0).post(run::makeWork([&] {
            started.set_value(
                host.table.wait_async(&unit, strOf(key), 0, &AsyncWait::done, this, nullptr));
        }));
        status = started.get_future().get();
    }
    static void done(void* raw, mortise_status status, mortise_bytes value, mortise_handle claim) {
        static_cast<AsyncWait*>(raw)->told.set_value(
            {status, std::string(viewOf(value)), claim, run::Reactor::current() != nullptr});
    }

    mortise_status status = MORTISE_OK;
    std::promise<Told> told;
};

}  // namespace

TEST_CASE("a plugin's value is kept until its time is over") {
    CacheHost host;
    std::string value;
    CHECK(host.get("a", value) == MORTISE_NOT_FOUND);
    CHECK(host.put(CacheHost::entry("a", "one")) == MORTISE_OK);
    CHECK(host.get("a", value) == MORTISE_OK);
    CHECK(value == "one");
    host.clock.advance(60s);
    CHECK(host.get("a", value) == MORTISE_NOT_FOUND);
}

TEST_CASE("remove and remove_tag take what they name") {
    CacheHost host;
    std::string value;
    const mortise_str red = strOf("red");
    mortise_cache_entry tagged = CacheHost::entry("a", "one");
    tagged.tags = &red;
    tagged.tag_count = 1;
    REQUIRE(host.put(tagged) == MORTISE_OK);
    CHECK(host.table.remove_tag(host.host(), red, nullptr) == MORTISE_OK);
    CHECK(host.get("a", value) == MORTISE_NOT_FOUND);
    REQUIRE(host.put(tagged) == MORTISE_OK);
    CHECK(host.table.remove(host.host(), strOf("a"), nullptr) == MORTISE_OK);
    CHECK(host.get("a", value) == MORTISE_NOT_FOUND);
}

TEST_CASE("keys, tags and times beyond their bounds are refused, too large a value is not kept") {
    CacheHost host;
    std::string value;
    const std::string long_key(limits::kCacheKeySizeMax + 1, 'k');
    const std::string large(limits::kCacheValueSizeMax + 1, 'v');
    CHECK(host.get("", value) == MORTISE_INVALID_ARGUMENT);
    CHECK(host.get(long_key, value) == MORTISE_INVALID_ARGUMENT);
    CHECK(host.put(CacheHost::entry(long_key, "one")) == MORTISE_INVALID_ARGUMENT);
    CHECK(host.put(CacheHost::entry("a", large)) == MORTISE_EXHAUSTED);
    mortise_cache_entry entry = CacheHost::entry("a", "one");
    entry.ttl_ms = 0;
    CHECK(host.put(entry) == MORTISE_INVALID_ARGUMENT);
    entry.ttl_ms = UINT64_MAX;
    CHECK(host.put(entry) == MORTISE_INVALID_ARGUMENT);
    entry = CacheHost::entry("a", "one");
    const std::vector<mortise_str> tags(limits::kCacheTagCountMax + 1, strOf("tag"));
    entry.tags = tags.data();
    entry.tag_count = static_cast<std::uint32_t>(tags.size());
    CHECK(host.put(entry) == MORTISE_INVALID_ARGUMENT);
    const std::string long_tag(limits::kCacheTagSizeMax + 1, 't');
    CHECK(host.table.remove_tag(host.host(), strOf(long_tag), nullptr) == MORTISE_INVALID_ARGUMENT);
    entry = CacheHost::entry("a", "one");
    entry.struct_size = 8;
    CHECK(host.put(entry) == MORTISE_INVALID_ARGUMENT);
    CHECK(host.get("a", value) == MORTISE_NOT_FOUND);
}

TEST_CASE("a host without a cache says so") {
    const InstanceFixture host;
    std::string value;
    CHECK(cacheTable().get(host.instance->host(), strOf("a"), 0, &keep, &value, nullptr) ==
          MORTISE_UNAVAILABLE);
    cacheTable().abandon(host.instance->host(), strOf("a"), 0, 1);
}

TEST_CASE("a blocking wait gets the value of who computes it") {
    CacheHost host;
    Context unit(*host.instance);
    Context other(*host.instance);
    mortise_handle claim = 0;
    REQUIRE(host.claim(unit, "a", claim) == MORTISE_NOT_FOUND);
    REQUIRE(claim != 0);
    mortise_handle none = 0;
    REQUIRE(host.claim(other, "a", none) == MORTISE_CONFLICT);
    std::string value;
    auto waiting = std::async(std::launch::async, [&] {
        return host.table.wait(&other, strOf("a"), 0, &keep, &value, &none, nullptr);
    });
    CHECK(host.put(CacheHost::entry("a", "one", claim)) == MORTISE_OK);
    CHECK(waiting.get() == MORTISE_OK);
    CHECK(value == "one");
}

TEST_CASE("a wait ends at the deadline of its unit of work") {
    CacheHost host;
    Context unit(*host.instance);
    mortise_handle claim = 0;
    REQUIRE(host.claim(unit, "a", claim) == MORTISE_NOT_FOUND);
    Context late(*host.instance);
    late.deadline = std::chrono::steady_clock::now() + 5ms;
    std::string value;
    mortise_handle none = 0;
    CHECK(host.table.wait(&late, strOf("a"), 0, &keep, &value, &none, nullptr) ==
          MORTISE_DEADLINE_EXCEEDED);
    late.deadline = std::chrono::steady_clock::now() + 5ms;
    AsyncWait wait(host, late, "a");
    REQUIRE(wait.status == MORTISE_OK);
    CHECK(wait.told.get_future().get().status == MORTISE_DEADLINE_EXCEEDED);
    CHECK(host.put(CacheHost::entry("a", "one", claim)) == MORTISE_OK);
}

TEST_CASE(
    "a claim that is abandoned comes to a coroutine on its reactor, and its value to the next") {
    CacheHost host;
    Context unit(*host.instance);
    mortise_handle claim = 0;
    REQUIRE(host.claim(unit, "a", claim) == MORTISE_NOT_FOUND);
    Context second(*host.instance);
    Context third(*host.instance);
    AsyncWait next(host, second, "a");
    AsyncWait last(host, third, "a");
    host.table.abandon(host.host(), strOf("a"), 0, claim);
    const Told told = next.told.get_future().get();
    CHECK(told.status == MORTISE_NOT_FOUND);
    CHECK(told.on_reactor);
    REQUIRE(told.claim != 0);
    CHECK(host.put(CacheHost::entry("a", "one", told.claim)) == MORTISE_OK);
    const Told value = last.told.get_future().get();
    CHECK(value.status == MORTISE_OK);
    CHECK(value.value == "one");
    CHECK(value.on_reactor);
}

TEST_CASE("a wait for what is there already is told later all the same") {
    CacheHost host;
    REQUIRE(host.put(CacheHost::entry("a", "one")) == MORTISE_OK);
    Context unit(*host.instance);
    AsyncWait wait(host, unit, "a");
    REQUIRE(wait.status == MORTISE_OK);
    CHECK(wait.told.get_future().get().value == "one");
}

TEST_CASE("waits pin their generation and are cancelled with it, and none begins afterwards") {
    CacheHost host;
    Context unit(*host.instance);
    mortise_handle claim = 0;
    REQUIRE(host.claim(unit, "a", claim) == MORTISE_NOT_FOUND);
    Context waiting(*host.instance);
    AsyncWait wait(host, waiting, "a");
    CHECK_FALSE(host.generation.isIdle());
    Context blocked(*host.instance);
    std::string value;
    mortise_handle none = 0;
    auto blocking = std::async(std::launch::async, [&] {
        return host.table.wait(&blocked, strOf("a"), 0, &keep, &value, &none, nullptr);
    });
    host.instance->cancel();
    CHECK(wait.told.get_future().get().status == MORTISE_CANCELLED);
    CHECK(blocking.get() == MORTISE_CANCELLED);
    AsyncWait late(host, waiting, "a");
    CHECK(late.status == MORTISE_STALE);
}
