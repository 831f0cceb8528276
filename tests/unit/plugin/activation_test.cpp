// activate() and resume() come after the commit, when there is no way back: how a change ends when they fail or hang.
#include <algorithm>

#include "base/error.hpp"
#include "plugin/swap.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/plugin/swap_fixture.hpp"

using namespace mortise::plugin;
using namespace mortise::plugin::test;
using namespace std::chrono_literals;

namespace {

/// Of a report's steps those that failed.
std::vector<std::string> failedSteps(const ChangeReport& report) {
    std::vector<std::string> names;
    for (const auto& step : report.steps) {
        if (!step.ok) {
            names.push_back(step.name);
        }
    }
    return names;
}

using Names = std::vector<std::string>;

/// Version 2.0.0 serves; a call of a plugin may take a second.
struct ImpatientHost : Host {
    ImpatientHost() {
        call_deadline = 1s;
        restart();
        REQUIRE(apply("well_behaved_2").ok());
    }
    const Release release{directory.path()};
};

}  // namespace

TEST_CASE("a change whose plugin fails or hangs in activate fails, and the old one stays parked") {
    const auto* name = GENERATE("throws_in_activate", "activate_hangs");
    ImpatientHost host;
    const auto report = host.apply(name, true);
    CAPTURE(name, report.toJson());
    CHECK(report.outcome == Outcome::Failed);
    CHECK(report.code == "ACTIVATE_FAILED");
    CHECK(report.reason.find("activate") != std::string::npos);
    CHECK(failedSteps(report) == Names{"activate"});
    CHECK(report.previous == "parked");
    CHECK(host.ask() == "1.0.0 call 1");
    CHECK(host.sink.waitFor("ACTIVATE_FAILED", 5s));

    const auto back = host.swap->rollback("rogue");
    CAPTURE(back.toJson());
    CHECK(back.ok());
    CHECK(host.ask() == "2.0.0 call 1");
    host.release.open();
}

TEST_CASE("a restart brings the version before the one that failed in activate") {
    ImpatientHost host;
    const auto revision = host.swap->revision();
    host.apply("throws_in_activate");
    CHECK(host.swap->desired().plugins.at("rogue").version == "2.0.0");
    CHECK(host.swap->revision() == revision + 1);
    host.restart();
    CHECK(host.swap->boot({}).allServing());
    CHECK(host.ask() == "2.0.0 call 1");
}

TEST_CASE("confirm keeps the version that failed in activate over a restart") {
    ImpatientHost host;
    host.apply("throws_in_activate");
    CHECK(host.swap->confirm("rogue").ok());
    CHECK(host.swap->desired().plugins.at("rogue").version == "1.0.0");
}

TEST_CASE("a rollback to one that fails or hangs in resume fails, and the other is parked") {
    const auto* name = GENERATE("throws_in_resume", "resume_hangs");
    ImpatientHost host;
    REQUIRE(host.apply(name).ok());
    REQUIRE(host.apply("well_behaved_2").ok());
    const auto report = host.swap->rollback("rogue");
    CAPTURE(name, report.toJson());
    CHECK(report.outcome == Outcome::Failed);
    CHECK(report.code == "RESUME_FAILED");
    CHECK(failedSteps(report) == Names{"resume"});
    CHECK(report.previous == "parked");
    CHECK(host.ask() == "1.0.0 call 1");
    CHECK(host.swap->desired().plugins.at("rogue").version == "1.0.0");
    CHECK(host.sink.waitFor("RESUME_FAILED", 5s));
    CHECK(host.swap->rollback("rogue").ok());
    CHECK(host.ask() == "2.0.0 call 1");
    host.release.open();
}

TEST_CASE("what serves on after a change was given up and fails in resume is told about") {
    ImpatientHost host;
    REQUIRE(host.apply("throws_in_resume").ok());
    host.publisher.fails_next = true;
    const auto report = host.apply("well_behaved_2");
    CAPTURE(report.toJson());
    CHECK(report.code == "INTERNAL_ERROR");
    CHECK(failedSteps(report) == Names{"commit", "resume"});
    CHECK(host.sink.waitFor("plugin.resume_failed", 5s));
    CHECK(host.ask() == "1.0.0 call 1");
}

TEST_CASE("a plugin that fails in activate at boot serves, and the boot says so") {
    Host host;
    const auto report = host.swap->boot({rogue("throws_in_activate"), rogue("other")});
    CHECK_FALSE(report.allServing());
    REQUIRE(report.plugins.size() == 2);
    const auto failed =
        std::find_if(report.plugins.begin(), report.plugins.end(),
                     [](const ChangeReport& plugin) { return plugin.plugin == "rogue"; });
    REQUIRE(failed != report.plugins.end());
    CAPTURE(failed->toJson());
    CHECK(failed->code == "ACTIVATE_FAILED");
    CHECK(failedSteps(*failed) == Names{"activate"});
    CHECK(host.sink.waitFor("ACTIVATE_FAILED", 5s));
    CHECK(host.ask() == "1.0.0 call 1");
    CHECK(host.ask("other") == "1.0.0 call 1");
}

TEST_CASE("a degraded plugin that comes but fails in activate is not tried again") {
    Host host;
    const Release release(host.directory.path());
    host.swap->boot({rogue("waits_then_throws")});
    REQUIRE(host.registry->degraded("rogue"));
    release.open();
    CHECK(host.swap->retryDegraded() == 0);
    CHECK_FALSE(host.registry->degraded("rogue"));
    CHECK(host.sink.waitFor("ACTIVATE_FAILED", 5s));
    CHECK(host.ask() == "1.0.0 call 1");
}
