// Golden plugins: one of every minor release, built with the headers of that release, served by the host of today.
//
// sdk/abi/golden/<minor> holds the headers as they were released and the source of the plugin; nothing else of this tree takes part
// in its build but the version script.
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> releases() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(MORTISE_SOURCE_DIR "/sdk/abi/golden")) {
        names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
}

fs::path pluginOf(const std::string& release) {
    return fs::path(MORTISE_GOLDEN_DIRECTORY) / ("golden-" + release + ".so");
}

void requireServes(Server& server, const std::string& release) {
    INFO("release " << release);
    HttpClient client = server.client();
    const Json asked = requireSuccess(client.get("/api/v1/golden"), 200);
    CHECK(asked.text("release") == release);
    CHECK(asked.text("word") == "gold");
    const Json tokens = requireSuccess(client.post("/api/v1/golden", R"({"a":[1,2]})"), 200);
    CHECK(tokens.integer("tokens") == 5);
    CHECK(requireSuccess(client.get("/api/v1/golden/database"), 200).integer("product") == 42);
    requireFailure(client.get("/api/v1/golden/refused"), 409, "GOLDEN_REFUSED");
    CHECK(requireSuccess(client.get("/api/v1/golden/clock"), 200).integer("passes") == 1);
    const Json signature = requireSuccess(client.get("/api/v1/golden/signature"), 200);
    CHECK(signature.integer("same") == 1);
    CHECK(signature.integer("different") == 1);
    CHECK(requireSuccess(client.get("/api/v1/golden/work"), 200).integer("product") == 42);
    const Json job = requireSuccess(client.get("/api/v1/golden/job"), 200);
    CHECK(job.integer("attempt") == 2);
    CHECK(job.integer("tokens") == 3);
    CHECK(requireSuccess(client.get("/api/v1/golden/operation"), 200).integer("denied") == 1);
    CHECK(client.get("/api/v1/golden/stream").body == "goldgold");
    CHECK_THAT(client.get("/metrics").body,
               Catch::Matchers::ContainsSubstring("mortise_golden_asked_total "));
    CHECK(client.get("/openapi.json").json().has("paths./api/v1/golden/database"));
}

}  // namespace

TEST_CASE("a plugin of every release so far is loaded, serves, is replaced and unmapped") {
    REQUIRE_FALSE(releases().empty());
    const TestDirectory no_plugins;
    Server server({.plugins = no_plugins.path()});
    for (const std::string& release : releases()) {
        server.apply(pluginOf(release));
        requireServes(server, release);
        const Json report = server.apply(pluginOf(release));
        CHECK(report.text("previous") == "unmapped");
        requireServes(server, release);
    }
    CHECK(server.askPlugins({"remove", "golden"}).text("report.previous") == "unmapped");
    CHECK(server.mappedCount("golden") == 0);
    CHECK(server.stop() == 0);
}

TEST_CASE("a golden plugin knows nothing but the headers of its release") {
    for (const std::string& release : releases()) {
        const Finished inspected =
            run({hostBinary().string(), "plugin", "inspect", pluginOf(release).string()});
        INFO(inspected.output);
        REQUIRE(inspected.exit_code == 0);
        const std::string sdk = Json::parse(inspected.output).at("sdk_version").dump();
        const std::size_t dot = release.find('.');
        const int expected =
            std::stoi(release.substr(0, dot)) * 10000 + std::stoi(release.substr(dot + 1)) * 100;
        CHECK(std::stoi(sdk) / 100 == expected / 100);
    }
}
