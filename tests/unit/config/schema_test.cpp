#include "config/schema.hpp"

#include "base/error.hpp"
#include "config/host_schema.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::config;

namespace {

std::optional<std::string> canonicalOf(Type type, std::string_view text) {
    std::string problem;
    Setting setting{.key = "a.b", .type = type, .description = "", .minimum = 0, .maximum = 10};
    return canonical(setting, text, problem);
}

Setting named(std::string key, bool secret = false) {
    Setting setting{.key = std::move(key), .description = ""};
    setting.secret = secret;
    return setting;
}

}  // namespace

TEST_CASE("values are brought into one canonical form") {
    CHECK(canonicalOf(Type::Integer, " 7 ") == "7");
    CHECK(canonicalOf(Type::DurationMs, "10") == "10");
    CHECK(canonicalOf(Type::Number, "2.50") == "2.5");
    CHECK(canonicalOf(Type::Boolean, "YES") == "true");
    CHECK(canonicalOf(Type::List, "a, b,") == R"(["a","b"])");
    CHECK(canonicalOf(Type::List, R"( ["a b", "c,d"] )") == R"(["a b","c,d"])");
    CHECK(canonicalOf(Type::List, "") == "[]");
    CHECK(canonicalOf(Type::String, " as it is ") == " as it is ");
}

TEST_CASE("values of the wrong form or out of bounds are refused") {
    CHECK_FALSE(canonicalOf(Type::Integer, "7.5"));
    CHECK_FALSE(canonicalOf(Type::Integer, "11"));
    CHECK_FALSE(canonicalOf(Type::Integer, "-1"));
    CHECK_FALSE(canonicalOf(Type::Integer, ""));
    CHECK_FALSE(canonicalOf(Type::DurationMs, "5s"));
    CHECK_FALSE(canonicalOf(Type::Number, "many"));
    CHECK_FALSE(canonicalOf(Type::Number, "10.1"));
    CHECK_FALSE(canonicalOf(Type::Boolean, "maybe"));
    CHECK_FALSE(canonicalOf(Type::List, "[1, 2]"));
    CHECK_FALSE(canonicalOf(Type::List, "[\"a\""));
}

TEST_CASE("a key that breaks the grammar is refused") {
    for (const char* key : {"", "Area.noun", "a.", ".a", "a.b.c", "a-b", "1a", "a b"}) {
        Schema schema;
        CAPTURE(key);
        CHECK_THROWS_AS(schema.add(named(key)), Error);
    }
}

TEST_CASE("two settings never share an environment variable") {
    Schema schema;
    schema.add(named("a.b_c"));
    schema.add(named("x.y", true));
    CHECK_THROWS_AS(schema.add(named("a.b_c")), Error);
    CHECK_THROWS_AS(schema.add(named("a_b.c")), Error);
    CHECK_THROWS_AS(schema.add(named("x.y_file")), Error);
    schema.add(named("v.w_file"));
    CHECK_THROWS_AS(schema.add(named("v.w", true)), Error);
}

TEST_CASE("the environment name of a key is exact") {
    Schema schema = hostSchema();
    CHECK(environmentNameOf("database.url") == "APP_DATABASE_URL");
    REQUIRE(schema.findByEnvironment("APP_SERVER_IDLE_DEADLINE_MS") != nullptr);
    CHECK(schema.findByEnvironment("APP_SERVER_IDLE_DEADLINE_MS")->key ==
          "server.idle_deadline_ms");
    CHECK(schema.findByEnvironment("APP_NOTHING") == nullptr);
}

TEST_CASE("a plugin declares its settings in its manifest") {
    Schema schema = hostSchema();
    schema.addPlugin("auth", R"([
        {"key": "token_ttl_s", "type": "integer", "default": 900,
         "minimum": 60, "maximum": 3600, "description": "Life."},
        {"key": "mode", "type": "string", "default": "local", "enum": ["local", "external"]},
        {"key": "origins", "type": "list", "default": ["a", "b"]},
        {"key": "pepper", "type": "string", "secret": true},
        {"key": "grace_ms", "type": "duration_ms", "default": 10},
        {"key": "strict", "type": "boolean", "default": true}
    ])");
    REQUIRE(schema.find("auth.token_ttl_s") != nullptr);
    CHECK(schema.find("auth.token_ttl_s")->standard == "900");
    CHECK(schema.find("auth.origins")->standard == R"(["a","b"])");
    CHECK(schema.find("auth.pepper")->secret);
    CHECK_FALSE(schema.find("auth.pepper")->standard);
    CHECK(schema.find("auth.strict")->standard == "true");
    CHECK(schema.findByEnvironment("APP_AUTH_TOKEN_TTL_S") != nullptr);
    CHECK(schema.hasArea("auth"));
}

TEST_CASE("a new version of a plugin replaces its settings and its removal takes them away") {
    Schema schema;
    schema.addPlugin("auth", R"([{"key": "old", "type": "string"}])");
    schema.addPlugin("auth", R"([{"key": "new", "type": "string"}])");
    CHECK(schema.find("auth.old") == nullptr);
    CHECK(schema.find("auth.new") != nullptr);
    schema.removePlugin("auth");
    CHECK(schema.find("auth.new") == nullptr);
    CHECK_FALSE(schema.hasArea("auth"));
}

TEST_CASE("a plugin without settings still has its area") {
    Schema schema;
    schema.addPlugin("empty", "");
    CHECK(schema.hasArea("empty"));
}

TEST_CASE("all that is wrong with a plugin's settings is told at once and nothing is added") {
    Schema schema = hostSchema();
    const std::size_t before = schema.settings().size();
    try {
        schema.addPlugin("auth", R"([
            {"key": "a", "type": "colour"}, {"key": "Bad Key", "type": "string"},
            {"key": "c", "type": "integer", "default": "x"},
            {"key": "d", "type": "integer", "minimum": "low"},
            {"key": "e", "type": "string", "unit": "s"}
        ])");
        FAIL("the settings were taken");
    } catch (const Error& error) {
        const std::string text = error.what();
        for (const char* part : {"colour", "Bad Key", "auth.c", "minimum", "unit"}) {
            CAPTURE(part, text);
            CHECK(text.find(part) != std::string::npos);
        }
    }
    CHECK(schema.settings().size() == before);
    CHECK_THROWS_AS(schema.addPlugin("auth", "{}"), Error);
    CHECK_THROWS_AS(schema.addPlugin("auth", "[1]"), Error);
    CHECK_FALSE(schema.hasArea("auth"));
}

TEST_CASE("a plugin cannot take the name of an area or a key of the host") {
    Schema schema = hostSchema();
    for (const char* name : {"log", "database", "port", "secret_key"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(schema.addPlugin(name, "[]"), Error);
    }
}

TEST_CASE("the host's own settings keep the rules of naming") {
    const Schema schema = hostSchema();
    for (const Setting& setting : schema.settings()) {
        CAPTURE(setting.key);
        CHECK(setting.description.size() > 10);
        CHECK((setting.type == Type::DurationMs) == setting.key.ends_with("_ms"));
        CHECK((setting.standard || setting.derived || setting.secret));
    }
}
