// Plugins of tomorrow and hosts of today: what a plugin built with a later SDK may ask, and how it is told when it asks too much.
//
// The later SDK is this one with a member appended to a table, as the next minor release would append it. The example in plain C is
// built against it outside of this tree, the way a plugin team does.
#include <fstream>
#include <regex>

#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

void replaceIn(const fs::path& file, const std::string& from, const std::string& to) {
    std::string text = readFile(file);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    std::ofstream(file) << text;
}

/// A team with the SDK of the minor release after this one.
class Team {
public:
    Team() {
        const fs::path here = fs::path(MORTISE_SOURCE_DIR) / "sdk";
        fs::create_directory(sdk());
        for (const char* part : {"include", "cpp", "cmake"}) {
            fs::copy(here / part, sdk() / part, fs::copy_options::recursive);
        }
        fs::copy(here / "examples/hello", source());
        replaceIn(sdk() / "include/mortise/abi.h", "#define MORTISE_SDK_VERSION 10000u",
                  "#define MORTISE_SDK_VERSION 10100u");
        replaceIn(sdk() / "include/mortise/request.h", "} mortise_request_api;",
                  "#if MORTISE_TARGET >= 10100\n"
                  "    mortise_status (*tomorrow)(mortise_request *request);\n"
                  "#endif\n"
                  "} mortise_request_api;");
    }

    /// `cmake -S ... -B build <words>`.
    Finished configure(const std::vector<std::string>& words) const {
        std::vector<std::string> command = {
            MORTISE_CMAKE,     "-S",
            source().string(), "-B",
            build().string(),  "-DMortise_DIR=" + (sdk() / "cmake").string()};
        command.insert(command.end(), words.begin(), words.end());
        return run(command);
    }
    Finished make() const { return run({MORTISE_CMAKE, "--build", build().string()}); }
    fs::path plugin() const { return build() / "examples/hello.so"; }

    void mustBuild(const std::vector<std::string>& words) const {
        const Finished configured = configure(words);
        INFO(configured.output);
        REQUIRE(configured.exit_code == 0);
        const Finished made = make();
        INFO(made.output);
        REQUIRE(made.exit_code == 0);
    }

private:
    fs::path sdk() const { return directory_.path() / "sdk"; }
    fs::path source() const { return directory_.path() / "hello"; }
    fs::path build() const { return directory_.path() / "build"; }

    TestDirectory directory_;
};

/// The finding with this code in a report.
Json findingOf(const Json& report, const std::string& code) {
    for (std::size_t i = 0; i < report.size("findings"); ++i) {
        const Json finding = report.at("findings." + std::to_string(i));
        if (finding.text("code") == code) {
            return finding;
        }
    }
    throw std::runtime_error("no " + code + " in " + report.dump());
}

}  // namespace

TEST_CASE("a plugin of a later SDK serves in this host, unless it asks for what came later") {
    const Team team;
    const TestDirectory no_plugins;
    Server server({.plugins = no_plugins.path()});
    team.mustBuild({"-DMORTISE_TARGET=1.1"});
    const Json refused = server.askPlugins({"apply", team.plugin().string()}).at("report");
    CHECK(refused.text("outcome") == "refused");
    const Json table = findingOf(refused, "INTERFACE_TOO_OLD");
    CHECK(std::regex_match(table.text("found"), std::regex("mortise.request/1 with [0-9]+ bytes")));
    CHECK(std::regex_match(table.text("needed"), std::regex("[0-9]+ bytes")));
    const Json release = findingOf(refused, "SDK_TOO_NEW");
    CHECK(release.text("found") == "built for hosts from 1.1 on");
    CHECK(release.text("needed") == "1.0, which is what this host offers");

    // The command is not only there, it helps.
    std::smatch command;
    const std::string fix = release.text("fix");
    REQUIRE(std::regex_search(fix, command, std::regex("cmake -B build (-D[^ ]+)")));
    team.mustBuild({command[1].str()});
    server.apply(team.plugin());
    CHECK(server.client().get("/api/v1/hello").status == 200);
    CHECK(server.stop() == 0);
}

TEST_CASE("without a target a plugin is built for the oldest hosts") {
    const Team team;
    team.mustBuild({});
    const Finished inspected =
        run({hostBinary().string(), "plugin", "inspect", team.plugin().string()});
    CHECK(Json::parse(inspected.output).integer("sdk_version") == 10000);
}

TEST_CASE("a target that the SDK does not know is refused when the plugin is built") {
    const Team team;
    REQUIRE(team.configure({"-DMORTISE_TARGET=1.2"}).exit_code == 0);
    const Finished later = team.make();
    CHECK(later.exit_code != 0);
    CHECK_THAT(later.output, Catch::Matchers::ContainsSubstring("later than this SDK"));
    const Finished wrong = team.configure({"-DMORTISE_TARGET=newest"});
    CHECK(wrong.exit_code != 0);
    CHECK_THAT(wrong.output, Catch::Matchers::ContainsSubstring("like 1.0"));
}
