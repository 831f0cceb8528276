// What people read when they ask a host about its plugins. The texts come from the same functions the host answers with.
#include "cli/plugin_report.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "plugin/registry.hpp"
#include "tests/support/catch.hpp"

namespace {

using mortise::plugin::ChangeReport;

std::string textOf(const std::string& json) {
    return mortise::cli::answerText(
        *Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>());
}

mortise::plugin::PluginStatus usersStatus() {
    mortise::plugin::PluginStatus status;
    status.name = "users";
    status.serving.emplace();
    status.serving->version = "1.2.0";
    status.serving->state = "active";
    status.serving->sha256 = "0123456789abcdef";
    status.serving->pin_count = 7;
    return status;
}

}  // namespace

TEST_CASE("the list shows version, state and what is in flight of every plugin") {
    const std::string text =
        textOf(R"({"ok":true,"plugins":)" + mortise::plugin::statusJson({usersStatus()}) + "}");
    CHECK(text.find("users\n") == 0);
    CHECK(text.find("1.2.0") != std::string::npos);
    CHECK(text.find("in flight 7") != std::string::npos);
    CHECK(text.find("0123456789ab") != std::string::npos);
}

TEST_CASE("a degraded plugin says in which step it failed and why") {
    mortise::plugin::PluginStatus status;
    status.name = "auth";
    status.degraded.emplace();
    status.degraded->step = "prepare";
    status.degraded->code = "UNAVAILABLE";
    status.degraded->reason = "no database";
    const std::string text =
        textOf(R"({"ok":true,"plugins":)" + mortise::plugin::statusJson({status}) + "}");
    CHECK(text.find("degraded prepare UNAVAILABLE: no database") != std::string::npos);
}

TEST_CASE("a report of a refused change names step, finding and what mends it") {
    ChangeReport report;
    report.kind = "apply";
    report.plugin = "users";
    report.outcome = mortise::plugin::Outcome::Refused;
    report.code = "PREFLIGHT";
    report.reason = "it does not fit";
    report.steps.push_back({"preflight", false, std::chrono::microseconds(12), "one rejection"});
    report.findings.push_back({mortise::plugin::Finding::Severity::Rejection, "SCHEMA_MISMATCH",
                               "1", "2 to 3", "run mortise migrate up"});
    const std::string text = textOf(R"({"ok":false,"report":)" + report.toJson() + "}");
    CHECK(text.find("preflight  FAILED") != std::string::npos);
    CHECK(text.find("SCHEMA_MISMATCH: found 1; needed 2 to 3; run mortise migrate up") !=
          std::string::npos);
    CHECK(text.find("users: refused PREFLIGHT: it does not fit") != std::string::npos);
}
