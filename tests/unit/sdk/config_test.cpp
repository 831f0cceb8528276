// Settings of a plugin as the types it asks for.
#include "mortise/config.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using namespace std::chrono_literals;

TEST_CASE("a duration is converted from the unit that ends its key") {
    test::FakeHost host;
    host.settings = {{"poll_ms", "5000"}, {"grace_seconds", "90"}, {"ttl_s", "7"},
                     {"keep_days", "2"},  {"lock_minutes", "3"},   {"interval", "250"}};
    const Host plugin(&host);
    const Config config(plugin);
    CHECK(config.get<std::chrono::seconds>("poll_ms") == 5s);
    CHECK(config.get<std::chrono::milliseconds>("poll_ms") == 5s);
    CHECK(config.get<std::chrono::milliseconds>("grace_seconds") == 90s);
    CHECK(config.get<std::chrono::nanoseconds>("ttl_s") == 7s);
    CHECK(config.get<std::chrono::hours>("keep_days") == 48h);
    CHECK(config.get<std::chrono::duration<double>>("lock_minutes") == 180s);
    CHECK(config.get<std::chrono::milliseconds>("interval") == 250ms);
}

TEST_CASE("a duration that the type cannot hold is refused") {
    test::FakeHost host;
    host.settings = {{"poll_ms", "1500"}, {"interval", "250"}, {"keep_days", "9999999999999"}};
    const Host plugin(&host);
    const Config config(plugin);
    CHECK_THROWS_AS(config.get<std::chrono::seconds>("poll_ms"), ConfigError);
    CHECK_THROWS_AS(config.get<std::chrono::seconds>("interval"), ConfigError);
    CHECK_THROWS_AS(config.get<std::chrono::milliseconds>("keep_days"), ConfigError);
}
