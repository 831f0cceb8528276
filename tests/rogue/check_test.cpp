// `mortise plugin check`: what a plugin team's continuous integration is told, from the same table of broken plugins.
#include <algorithm>

#include "tests/rogue/catalogue.hpp"
#include "tests/support/artifacts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/json.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/process.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

constexpr int kAccepted = 0;
constexpr int kRefused = 2;

struct Checked {
    int exit_code = 0;
    std::string output = {};
};

Checked check(const std::vector<std::string>& words) {
    static const TestDirectory state;
    std::vector<std::string> command = {hostBinary().string(), "plugin", "check"};
    command.insert(command.end(), words.begin(), words.end());
    command.insert(command.end(), {"--env-file=/nonexistent/.env",
                                   "--plugins.state_directory=" + state.path().string(),
                                   "--plugins.probe_deadline_ms=" MORTISE_PROBE_DEADLINE});
    const Finished finished = run(command);
    return {finished.exit_code, finished.output};
}

std::string rogue(const std::string& name) {
    return rogueFile(name).string();
}

/// Codes of one file of a --json answer, whatever they were found by.
std::vector<std::string> codesOf(const Json& file) {
    std::vector<std::string> codes;
    for (std::size_t i = 0; i < file.size("findings"); ++i) {
        codes.push_back(file.text("findings." + std::to_string(i) + ".code"));
    }
    if (!file.text("code").empty()) {
        codes.push_back(file.text("code"));
    }
    if (file.size("clashes") != 0) {
        codes.emplace_back("CLASH");
    }
    return codes;
}

bool has(const std::vector<std::string>& codes, const std::string& code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// What a change meets before its first step in the host is known here too; what needs neighbours or the host is not.
bool showsWithoutHost(const Sin& sin) {
    return (sin.step == "stage" || sin.step == "preflight" || sin.step == "probe" ||
            sin.step == "judge") &&
           sin.script.empty() && sin.code != "DEPENDENCY_MISSING";
}

}  // namespace

TEST_CASE("the check refuses, with the same code, what a host would refuse before it runs it") {
    const TestDirectory scratch;
    std::size_t count = 0;
    for (const Sin& sin : sins()) {
        if (!showsWithoutHost(sin)) {
            continue;
        }
        const fs::path made = damagedFile(sin.name, scratch.path());
        const Checked checked = check({made.empty() ? rogue(sin.name) : made.string(), "--json"});
        INFO(sin.name << ": " << checked.output);
        CHECK(checked.exit_code == kRefused);
        const Json answer = Json::parse(checked.output);
        CHECK_FALSE(answer.boolean("ok"));
        const Json file = answer.at("files.0");
        // The host opens a file to copy it, which is another code than failing to read it.
        CHECK(has(codesOf(file), sin.step == "stage" ? "NOT_A_FILE" : sin.code));
        CHECK_FALSE(file.text("remedy").empty());
        ++count;
    }
    CHECK(count > 50);
}

TEST_CASE("the check accepts what only shows when the plugin serves") {
    for (const Sin& sin : sins()) {
        const bool is_late = sin.step == "prepare" || sin.step == "activate" ||
                             sin.step == "quiesce" || sin.step == "serve" || sin.step == "none";
        if (!is_late || !fs::exists(rogueFile(sin.name))) {
            continue;
        }
        const Checked checked = check({rogue(sin.name)});
        INFO(sin.name << ": " << checked.output);
        CHECK(checked.exit_code == kAccepted);
        CHECK_THAT(checked.output, Catch::Matchers::ContainsSubstring("accepted"));
    }
}

TEST_CASE("a risk to stay mapped is told, and refused when the check is strict") {
    const Checked lenient = check({rogue("nodelete")});
    CHECK(lenient.exit_code == kAccepted);
    CHECK_THAT(lenient.output, Catch::Matchers::ContainsSubstring("mapping_risk ELF_NODELETE"));
    const Checked strict = check({rogue("nodelete"), "--strict"});
    CHECK(strict.exit_code == kRefused);
    CHECK_THAT(strict.output, Catch::Matchers::ContainsSubstring("without -z nodelete"));
    CHECK(check({rogue("well_behaved"), "--strict"}).exit_code == kAccepted);
}

TEST_CASE("what an accepted plugin declares is part of the answer") {
    const Checked checked = check({exampleFile("hello").string(), "--json"});
    REQUIRE(checked.exit_code == kAccepted);
    const Json answer = Json::parse(checked.output);
    CHECK(answer.boolean("ok"));
    CHECK(answer.text("files.0.plugin") == "hello");
    CHECK(answer.text("files.0.version") == "1.0.0");
    CHECK(answer.text("files.0.sha256").size() == 64);
    CHECK(answer.text("files.0.ledger.routes.0.pattern") == "/api/v1/hello");
}

TEST_CASE("calls are judged when the plugin they go to is given, and told when it is not") {
    const Checked alone = check({rogue("caller")});
    CHECK(alone.exit_code == kAccepted);
    CHECK_THAT(alone.output, Catch::Matchers::ContainsSubstring("CALL_NOT_JUDGED"));

    const Checked with_provider = check({rogue("caller"), rogue("provider")});
    INFO(with_provider.output);
    CHECK(with_provider.exit_code == kAccepted);
    CHECK(with_provider.output.find("CALL_NOT_JUDGED") == std::string::npos);

    const std::pair<std::vector<std::string>, const char*> refused[] = {
        {{"caller", "well_behaved"}, "OPERATION_MISSING"},
        {{"wrong_provider", "well_behaved"}, "DEPENDENCY_VERSION"},
        {{"circle", "caller"}, "DEPENDENCY_CYCLE"},
        {{"well_behaved", "clashing_route"}, "both want the same route"},
    };
    for (const auto& [names, expected] : refused) {
        const Checked checked = check({rogue(names[0]), rogue(names[1])});
        INFO(checked.output);
        CHECK(checked.exit_code == kRefused);
        CHECK_THAT(checked.output, Catch::Matchers::ContainsSubstring(expected));
    }
}

TEST_CASE("wrong words and a wrong configuration have exit codes of their own") {
    CHECK(check({}).exit_code == 64);
    CHECK(check({rogue("well_behaved"), "--port=many"}).exit_code == 78);
}
