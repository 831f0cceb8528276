// One host, one broken plugin after the other, and a healthy one beside them whose every answer is looked at.
#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "plugin/remedy.hpp"
#include "tests/rogue/catalogue.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/load.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kHello = "/api/v1/hello";

/// What the host said to the last command of a script.
struct Met {
    std::string step = "none";
    std::string code = {};
    std::string message = {};
    std::string remedy = {};
};

Met metWith(const Json& finding, const std::string& step) {
    return {step, finding.text("code"), finding.text("found"), finding.text("fix")};
}

Met refusalOf(const Json& report) {
    Met met{"", report.text("code"), report.text("reason"), report.text("remedy")};
    for (std::size_t i = 0; i < report.size("steps"); ++i) {
        const Json step = report.at("steps." + std::to_string(i));
        met.step = step.boolean("ok") ? met.step : step.text("name");
    }
    for (std::size_t i = 0; i < report.size("findings"); ++i) {
        const Json finding = report.at("findings." + std::to_string(i));
        if (finding.text("severity") == "rejection") {
            return metWith(finding, met.step);
        }
    }
    return met;
}

Met acceptanceOf(const Json& report) {
    const std::string previous = report.text("previous");
    if (previous == "retired" || previous == "stuck") {
        std::string reasons;
        for (std::size_t i = 0; i < report.size("previous_reasons"); ++i) {
            reasons += (i == 0 ? "" : "; ") + report.text("previous_reasons." + std::to_string(i));
        }
        return {"unmap", previous == "stuck" ? "STUCK" : "RETIRED", reasons, "-"};
    }
    return report.size("findings") == 0 ? Met{} : metWith(report.at("findings.0"), "none");
}

bool fits(const std::string& pattern, const std::string& text) {
    static const std::regex special(R"([.^$|()\[\]{}+?\\])");
    const std::string escaped = std::regex_replace(pattern, special, R"(\$&)");
    return std::regex_match(text,
                            std::regex(std::regex_replace(escaped, std::regex(R"(\*)"), "[^]*")));
}

/// The host all of them meet.
class Ordeal {
public:
    Ordeal()
        : server_({.settings = {"--plugins.probe_deadline_ms=" MORTISE_PROBE_DEADLINE,
                                "--plugins.prepare_deadline_ms=" MORTISE_PROBE_DEADLINE},
                   .environment = {"MORTISE_ROGUE_RAN=" + ran().string()},
                   .plugins = none_.path()}) {
        fs::permissions(scratch_.path(), fs::perms::all);  // The host may run as another user.
        server_.apply(exampleFile("hello"));
    }

    Server& server() { return server_; }

    Met meet(const Sin& sin) {
        fs::remove(ran());
        std::vector<std::string> script = sin.script;
        if (script.empty()) {
            script.push_back("apply " + sin.name);
        }
        for (std::size_t i = 0; i + 1 < script.size(); ++i) {
            INFO("before: " << script[i]);
            const Met met = obey(script[i]);
            INFO(met.step << ' ' << met.code << ' ' << met.message);
            REQUIRE(met.step == "none");
        }
        return obey(script.back());
    }

    bool hasRun() const { return fs::exists(ran()); }

    /// Takes out what a script left, those that call others first.
    void cleanUp() {
        for (const char* name : {"caller", "rival", "rogue"}) {
            const Json status = server_.askPlugins({"status", name});
            if (status.boolean("ok") && status.has("plugin.serving.version")) {
                server_.askPlugins({"remove", name});
            }
        }
    }

    std::int64_t helloGeneration() {
        return server_.askPlugins({"status", "hello"}).integer("plugin.serving.number");
    }

private:
    fs::path ran() const { return scratch_.path() / "ran"; }

    Met obey(const std::string& command) {
        const std::size_t space = command.find(' ');
        const std::string verb = command.substr(0, space);
        const std::string subject = command.substr(space + 1);
        if (verb == "get") {
            const Answer got = server_.client().get(subject);
            if (got.status == 200) {
                return {};
            }
            const Json answer = got.json();
            return {"serve", answer.text("error_code"), answer.text("message"), "-"};
        }
        const Json answer =
            server_.askPlugins({verb, verb == "apply" ? fileOf(subject).string() : subject});
        INFO(answer.dump());
        REQUIRE(answer.has("report"));
        const Json report = answer.at("report");
        return answer.boolean("ok") ? acceptanceOf(report) : refusalOf(report);
    }

    fs::path fileOf(const std::string& name) {
        const fs::path made = damagedFile(name, scratch_.path());
        return made.empty() ? rogueFile(name) : made;
    }

    TestDirectory none_;
    TestDirectory scratch_;
    Server server_;
};

LoadPlan healthyTraffic(std::uint16_t port) {
    LoadPlan plan;
    plan.port = port;
    plan.connection_count = 4;
    plan.thread_count = 1;
    plan.requests = {{.target = kHello}};
    plan.judge = [](const Request&, long, const Answer& answer) {
        const bool is_right =
            answer.status == 200 && answer.body.find("\"greeting\":\"Hello\"") != std::string::npos;
        return is_right ? std::string()
                        : "status " + std::to_string(answer.status) + ": " + answer.body;
    };
    return plan;
}

/// clang makes no unique symbols, so there is no such plugin.
bool isMissing(const Sin& sin) {
    return sin.name == "unique_symbols" && !fs::exists(rogueFile(sin.name));
}

void judge(const Sin& sin, const Met& met, bool has_run) {
    INFO(sin.name << " met " << met.step << " | " << met.code << " | " << met.message << " | "
                  << met.remedy);
    CHECK(met.step == sin.step);
    CHECK(met.code == sin.code);
    CHECK(fits(sin.message, met.message));
    CHECK((sin.step == "none" || !met.remedy.empty()));
    // Alone it was judged, so what made the mark can only be its own code.
    if (sin.script.empty()) {
        CHECK(has_run ==
              (sin.step != "stage" && sin.step != "preflight" && sin.name != "undefined_symbol"));
    }
}

std::set<std::string> libraryNames(const std::string& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(fs::path(MORTISE_SOURCE_DIR) / folder)) {
        const std::string extension = entry.path().extension();
        if (extension == ".c" || extension == ".cpp") {
            names.insert(entry.path().stem());
        }
    }
    return names;
}

const fs::path kDocument = fs::path(MORTISE_SOURCE_DIR) / "docs/plugin-refusals.md";

}  // namespace

TEST_CASE(
    "every broken plugin meets an answer of its own, and the host serves through all of them") {
    Ordeal ordeal;
    const std::int64_t generation = ordeal.helloGeneration();
    Load load(healthyTraffic(ordeal.server().port()));
    std::map<std::string, std::string> owner_of_answer;
    for (const Sin& sin : sins()) {
        if (!sin.shown_by.empty() || isMissing(sin)) {
            continue;
        }
        const Met met = ordeal.meet(sin);
        judge(sin, met, ordeal.hasRun());
        const auto [other, is_new] =
            owner_of_answer.emplace(met.code + ' ' + met.message, sin.name);
        INFO(sin.name << " meets the same as " << other->second);
        CHECK((is_new || met.step == "none"));
        CHECK(load.waitForAnswers(8));
        ordeal.cleanUp();
    }
    for (const std::string& failure : load.finish()) {
        FAIL_CHECK(failure);
    }
    CHECK(owner_of_answer.size() >= 60);
    CHECK(ordeal.helloGeneration() == generation);
    // One of them never came back from prepare(): the host ends all the same, and its exit code says so.
    CHECK(ordeal.server().stop() == 1);
    CHECK(ordeal.server().events("plugin.stuck").size() == 1);
}

TEST_CASE("no broken plugin of the folder is forgotten in the table") {
    std::set<std::string> known = {"catalogue", "check_test", "refusals_document", "refusals_test",
                                   "private_part"};
    for (const Sin& sin : sins()) {
        known.insert(sin.name);
        if (!sin.shown_by.empty()) {
            const std::string shown = readFile(fs::path(MORTISE_SOURCE_DIR) / sin.shown_by);
            INFO(sin.name << " is said to be shown by " << sin.shown_by);
            CHECK(shown.find('"' + sin.name + '"') != std::string::npos);
        }
    }
    for (const std::string& name : libraryNames("tests/rogue")) {
        INFO(name);
        CHECK(known.count(name) == 1);
    }
}

TEST_CASE(
    "every code of the host has a plugin that meets it, and every refusal a code the host "
    "explains") {
    std::set<std::string> shown;
    for (const Sin& sin : sins()) {
        shown.insert(sin.code);
    }
    for (const mortise::plugin::Remedy& remedy : mortise::plugin::remedies()) {
        const auto& others = codesWithoutPlugin();
        const std::string code(remedy.code);
        INFO(code);
        const bool is_other = std::find(others.begin(), others.end(), code) != others.end();
        CHECK((shown.count(code) == 1) != is_other);
    }
}

TEST_CASE("the page about refused plugins says what the tables say") {
    INFO("write it again: rogue_refusals \"[write]\"");
    CHECK((readFile(kDocument) == refusalsDocument()));
}

TEST_CASE("write the page about refused plugins", "[.][write]") {
    std::ofstream(kDocument) << refusalsDocument();
}
