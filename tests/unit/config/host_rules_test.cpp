#include "base/error.hpp"
#include "config/config.hpp"
#include "config/host_schema.hpp"
#include "config/layers.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::config;
using Catch::Matchers::ContainsSubstring;

namespace {

using Values = std::map<std::string, std::string>;

// A production set-up nothing is wrong with.
const Values kProduction = {{"environment", "production"},
                            {"secret_key", "0123456789abcdef0123456789abcdef"},
                            {"database.url", "postgresql://u:p@h/d"},
                            {"identity.keys", "[]"},
                            {"trusted.hosts", "api.example.com"}};

Config resolved(Values values, const Values& changes = {}) {
    for (const auto& [key, value] : changes) {
        values[key] = value;
    }
    Layers layers;
    for (const auto& [key, value] : values) {
        if (value != "unset") {
            layers.addOverride(key, value, "test");
        }
    }
    return Config::resolve(hostSchema(), layers, Unknown::Report);
}

}  // namespace

TEST_CASE("production starts when everything is set and has its own defaults") {
    const Config config = resolved(kProduction);
    CHECK(config.isProduction());
    CHECK(config.text("log.format") == "json");
    CHECK(config.text("log.level") == "info");
    CHECK(config.text("host") == "0.0.0.0");
    CHECK_FALSE(config.boolean("docs.enabled"));
    CHECK(config.list("cors.origins").empty());
    CHECK(config.duration("shutdown.drain_delay_ms").count() == 5000);
    CHECK(config.warnings().empty());
}

TEST_CASE("production needs its secrets and its database") {
    for (const char* key : {"secret_key", "database.url", "identity.keys"}) {
        CAPTURE(key);
        CHECK_THROWS_WITH(resolved(kProduction, {{key, "unset"}}),
                          ContainsSubstring(std::string(key) + " is required"));
    }
}

TEST_CASE("production refuses placeholders, short secrets and conveniences") {
    CHECK_THROWS_WITH(resolved(kProduction, {{"secret_key", "change-me-in-production"}}),
                      ContainsSubstring("placeholder"));
    CHECK_THROWS_WITH(resolved(kProduction, {{"secret_key", "short"}}),
                      ContainsSubstring("shorter than 32"));
    CHECK_THROWS_WITH(resolved(kProduction, {{"database.url", "embedded:"}}),
                      ContainsSubstring("embedded"));
}

TEST_CASE("production refuses wildcards") {
    CHECK_THROWS_WITH(resolved(kProduction, {{"trusted.hosts", "unset"}}),
                      ContainsSubstring("trusted.hosts: *"));
    CHECK_THROWS_WITH(resolved(kProduction, {{"trusted.proxies", "*"}}),
                      ContainsSubstring("trusted.proxies: *"));
    CHECK_THROWS_WITH(resolved(kProduction, {{"cors.origins", "*"}, {"cors.credentials", "false"}}),
                      ContainsSubstring("cors.origins: *"));
}

TEST_CASE("any origin with credentials is refused everywhere") {
    CHECK_THROWS_WITH(resolved({}, {{"cors.origins", "*"}}),
                      ContainsSubstring("exclude each other"));
    CHECK_NOTHROW(resolved({}, {{"cors.origins", "*"}, {"cors.credentials", "false"}}));
}

TEST_CASE("staging needs a database but not the rest") {
    CHECK_THROWS_WITH(resolved({{"environment", "staging"}}),
                      ContainsSubstring("database.url is required"));
    const Config config =
        resolved({{"environment", "staging"}, {"database.url", "postgresql://h/d"}});
    CHECK(config.text("log.format") == "json");
    CHECK(config.boolean("docs.enabled"));
}

TEST_CASE("debug lowers the log level unless that is given") {
    CHECK(resolved({{"debug", "true"}}).text("log.level") == "debug");
    CHECK(resolved({{"debug", "true"}, {"log.level", "error"}}).text("log.level") == "error");
}

TEST_CASE("long tokens and debug in production are warnings") {
    const auto warnings =
        resolved(kProduction, {{"identity.token_lifetime_s", "1800"}, {"debug", "true"}})
            .warnings();
    CHECK(warnings.size() == 2);
}
