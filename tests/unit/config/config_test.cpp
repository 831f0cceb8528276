#include "config/config.hpp"

#include "base/error.hpp"
#include "config/host_schema.hpp"
#include "config/layers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace mortise;
using namespace mortise::config;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

Layers environmentOf(const Variables& variables) {
    Layers layers;
    layers.addEnvironment(variables);
    return layers;
}

Config resolved(const Layers& layers, Unknown unknown = Unknown::Report) {
    return Config::resolve(hostSchema(), layers, unknown);
}

std::string problemsOf(const Layers& layers, Unknown unknown = Unknown::Report) {
    try {
        resolved(layers, unknown);
    } catch (const Error& error) {
        CHECK(error.code() == kConfigInvalid);
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("defaults hold when nothing is written") {
    const Config config = resolved(Layers());
    CHECK(config.text("name") == "My API");
    CHECK(config.text("version") == "1.0.0");
    CHECK(config.text("environment") == "development");
    CHECK_FALSE(config.boolean("debug"));
    CHECK(config.integer("port") == 8000);
    CHECK(config.text("database.url") == "embedded:");
    CHECK(config.list("cors.origins") == std::vector<std::string>{"http://localhost:3000"});
    CHECK(config.list("trusted.hosts") == std::vector<std::string>{"*"});
    CHECK(config.duration("server.idle_deadline_ms") == 75s);
    CHECK(config.text("log.format") == "console");
    CHECK_FALSE(config.has("secret_key"));
}

TEST_CASE("a later layer wins over an earlier one") {
    const testing::TemporaryDirectory directory;
    Layers layers;
    layers.addFile(directory.write("mortise.properties",
                                   "port = 1\nname = file\ndebug = true\nversion = 2\nhost = a"),
                   true);
    directory.write("conf.d/b.properties", "name = second");
    directory.write("conf.d/a.properties", "name = first\nversion = 3");
    directory.write("conf.d/ignored.txt", "name = ignored");
    layers.addDirectory(directory.path() / "conf.d");
    layers.addDotEnv(directory.write(".env", "APP_PORT=2\nAPP_HOST=b\nOTHER=1\napp_debug=false"));
    const Variables variables = {{"APP_PORT", "3"}, {"app_host", "c"}, {"PATH", "/bin"}};
    layers.addEnvironment(variables);
    const std::vector<std::string> arguments = {"--port=4"};
    layers.addCommandLine(arguments);
    const Config config = resolved(layers);
    CHECK(config.integer("port") == 4);
    CHECK(config.text("host") == "c");
    CHECK_FALSE(config.boolean("debug"));
    CHECK(config.text("name") == "second");
    CHECK(config.text("version") == "3");
}

TEST_CASE("explain tells where a value comes from") {
    const testing::TemporaryDirectory directory;
    Layers layers;
    layers.addDotEnv(directory.write(".env", "\nAPP_NAME=x"));
    const Variables variables = {{"App_Port", "3"}, {"APP_SECRET_KEY", "hidden-value"}};
    layers.addEnvironment(variables);
    const Config config = resolved(layers);
    CHECK(config.explain("port") == "port = 3  (environment App_Port)");
    CHECK(config.explain("debug") == "debug = false  (default)");
    CHECK_THAT(config.explain("name"), ContainsSubstring(".env:2"));
    CHECK(config.explain("identity.keys") == "identity.keys is not set");
    CHECK_THROWS_WITH(config.explain("databse.url"),
                      ContainsSubstring("did you mean \"database.url\"?"));
}

TEST_CASE("secrets are never shown") {
    const Config config =
        resolved(environmentOf({{"APP_SECRET_KEY", "hidden-value"},
                                {"APP_DATABASE_URL", "postgresql://u:hidden-value@h/d"}}));
    CHECK_THAT(config.show(),
               ContainsSubstring("secret_key = ***") && !ContainsSubstring("hidden-value"));
    CHECK_THAT(config.show(), ContainsSubstring("database.url = ***"));
    CHECK(config.text("secret_key") == "hidden-value");
}

TEST_CASE("a secret can be read from a file and other settings cannot") {
    const testing::TemporaryDirectory directory;
    const auto path = directory.write("secret", "from a file\n");
    const Config config = resolved(environmentOf({{"APP_SECRET_KEY_FILE", path.string()}}));
    CHECK(config.text("secret_key") == "from a file");
    CHECK_THAT(problemsOf(environmentOf({{"APP_NAME_FILE", path.string()}})),
               ContainsSubstring("only secrets"));
    CHECK_THAT(problemsOf(environmentOf({{"APP_SECRET_KEY_FILE", "/none"}})),
               ContainsSubstring("No such file"));
    CHECK_FALSE(resolved(environmentOf({{"APP_SECRET_KEY_FILE", ""}})).has("secret_key"));
}

TEST_CASE("an empty variable leaves a setting alone unless it is a text") {
    const Config config =
        resolved(environmentOf({{"APP_PORT", ""}, {"APP_DATABASE_URL", ""}, {"APP_NAME", ""}}));
    CHECK(config.integer("port") == 8000);
    CHECK(config.text("database.url") == "embedded:");
    CHECK(config.text("name").empty());
}

TEST_CASE("values in files are raw") {
    const testing::TemporaryDirectory directory;
    Layers layers;
    layers.addFile(
        directory.write("a.properties",
                        "# comment\nName: pa${HOME}$$\n\ncors.origins = http://a, http://b\n"),
        true);
    const Config config = resolved(layers);
    CHECK(config.text("name") == "pa${HOME}$$");
    CHECK(config.list("cors.origins") == std::vector<std::string>{"http://a", "http://b"});
}

TEST_CASE("all problems are told at once") {
    const testing::TemporaryDirectory directory;
    Layers layers;
    layers.addFile(directory.path() / "none.properties", true);
    layers.addDotEnv(directory.write(".env", "what"));
    const Variables variables = {{"APP_PORT", "many"},
                                 {"APP_ENVIRONMENT", "prod"},
                                 {"APP_LOG_LEVLE", "info"},
                                 {"APP_PROT", "1"},
                                 {"APP_DATABASE_URLS", "x"}};
    layers.addEnvironment(variables);
    const std::vector<std::string> arguments = {"--port", "--server.idle_deadline_ms=1"};
    layers.addCommandLine(arguments);
    const std::string text = problemsOf(layers);
    CHECK_THAT(text, ContainsSubstring("9 problems in the configuration"));
    for (const char* part :
         {"none.properties", ".env: line 1",
          "port must be an integer, not \"many\" (environment APP_PORT)",
          "environment must be one of development, staging, production, not \"prod\"",
          "did you mean \"APP_LOG_LEVEL\"?", "did you mean \"APP_PORT\"?",
          "did you mean \"APP_DATABASE_URL\"?", "--key=value",
          "server.idle_deadline_ms must be from 100 to 3600000"}) {
        CAPTURE(part);
        CHECK_THAT(text, ContainsSubstring(part));
    }
}

TEST_CASE("an invalid secret is not quoted") {
    Schema schema = hostSchema();
    schema.addPlugin("auth", R"([{"key": "pin", "type": "integer", "secret": true}])");
    const Layers layers = environmentOf({{"APP_AUTH_PIN", "12x4"}});
    CHECK_THROWS_WITH(
        Config::resolve(schema, layers, Unknown::Report),
        ContainsSubstring("auth.pin must be an integer") && !ContainsSubstring("12x4"));
}

TEST_CASE("names of areas that nobody knows wait for the plugins and then are warnings") {
    const testing::TemporaryDirectory directory;
    Layers layers = environmentOf({{"APP_NOTES_LIMIT", "1"}});
    layers.addFile(directory.write("a.properties", "notes.size = 3"), true);
    CHECK(resolved(layers, Unknown::PluginsLater).warnings().empty());
    const auto warnings = resolved(layers, Unknown::Report).warnings();
    REQUIRE(warnings.size() == 2);
    CHECK_THAT(warnings[0], ContainsSubstring("APP_NOTES_LIMIT"));
    CHECK_THAT(warnings[1], ContainsSubstring("notes.size"));
}

TEST_CASE("an area that looks misspelt is an error once the plugins are known") {
    const Layers layers = environmentOf({{"APP_DATABSE_URL", "x"}});
    CHECK(problemsOf(layers, Unknown::PluginsLater).empty());
    CHECK_THAT(problemsOf(layers), ContainsSubstring("did you mean \"APP_DATABASE_URL\"?"));
}

TEST_CASE("an unknown name in an area of the host is an error at once") {
    CHECK_THAT(problemsOf(environmentOf({{"APP_LOG_COLOUR", "x"}}), Unknown::PluginsLater),
               ContainsSubstring("unknown setting \"APP_LOG_COLOUR\""));
}

TEST_CASE("the settings of a plugin are found, checked and handed over without prefix") {
    Schema schema = hostSchema();
    schema.addPlugin("auth", R"([{"key": "ttl_s", "type": "integer", "default": 900, "minimum": 60},
                                 {"key": "pepper", "type": "string", "secret": true},
                                 {"key": "mode", "type": "string"}])");
    const Layers layers = environmentOf({{"APP_AUTH_TTL_S", "0060"}, {"APP_AUTH_PEPPER", "p"}});
    const Config config = Config::resolve(schema, layers, Unknown::Report);
    const auto values = config.plugin("auth");
    CHECK(values.size() == 2);
    CHECK(values.at("ttl_s") == "60");
    CHECK(values.at("pepper") == "p");
    CHECK(config.plugin("none").empty());
    CHECK_THROWS_WITH(
        Config::resolve(schema, environmentOf({{"APP_AUTH_TTL", "1"}}), Unknown::Report),
        ContainsSubstring("did you mean \"APP_AUTH_TTL_S\"?"));
}

TEST_CASE("an override of the program is above everything") {
    Layers layers = environmentOf({{"APP_PORT", "1"}});
    layers.addOverride("port", "0", "test");
    CHECK(resolved(layers).explain("port") == "port = 0  (test)");
}
