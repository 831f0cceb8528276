// The users plugin is replaced again and again while 64 connections read from it.
#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/load.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

constexpr int kSwapCount = 50;
constexpr const char* kEdition = "/api/v1/users/edition";

/// What the operator knows: odd while a change is under way, else 2 * n + (0: original, 2: second
/// build), counted upwards so that two moments with the same value have no change between them.
class Knowledge {
public:
    void beginChange() { ++value_; }
    void endChange(bool is_second) {
        is_second_ = is_second;
        ++value_;
    }
    long value() const { return value_.load(); }
    bool isSettled(long value) const { return value % 2 == 0; }
    bool isSecond() const { return is_second_.load(); }

private:
    std::atomic<long> value_{0};
    std::atomic<bool> is_second_{false};
};

/// The original has no such user id, the second build says its version.
bool isOfSecond(const Answer& answer) {
    return answer.status == 200 && answer.body.find("1.1.0") != std::string::npos;
}

std::string judgeEdition(const Knowledge& knowledge, long stamp, const Answer& answer) {
    if (answer.status != 422 && !isOfSecond(answer)) {
        return "status " + std::to_string(answer.status) + ": " + answer.body;
    }
    const bool is_second = knowledge.isSecond();
    const bool was_settled = knowledge.isSettled(stamp) && knowledge.value() == stamp;
    return was_settled && is_second != isOfSecond(answer) ? "stale answer: " + answer.body : "";
}

LoadPlan planOf(Server& server, const Account& admin, Knowledge& knowledge) {
    const std::string own = "/api/v1/users/" + std::to_string(admin.id);
    LoadPlan plan;
    plan.port = server.port();
    // The token goes along on every one of them: without it the original answers 401 before it
    // reads the id.
    for (const std::string& target :
         {std::string(kEdition), own, std::string(kEdition),
          std::string("/api/v1/users?per_page=5"), std::string("/api/v1/auth/me")}) {
        plan.requests.push_back({.target = target, .token = admin.access_token});
    }
    plan.stamp = [&knowledge] { return knowledge.value(); };
    plan.judge = [&knowledge](const Request& request, long stamp, const Answer& answer) {
        if (request.target == kEdition) {
            return judgeEdition(knowledge, stamp, answer);
        }
        return answer.status == 200
                   ? ""
                   : "status " + std::to_string(answer.status) + ": " + answer.body;
    };
    return plan;
}

}  // namespace

TEST_CASE("no request fails and no answer is stale while users is swapped fifty times") {
    Server server({.settings = {"--http.access_log=false"}});
    HttpClient client = server.client();
    const Account admin = logInAdmin(client);
    Knowledge knowledge;
    Load load(planOf(server, admin, knowledge));
    REQUIRE(load.waitForAnswers(64));

    for (int i = 1; i <= kSwapCount; ++i) {
        const bool to_second = i % 2 == 1;
        knowledge.beginChange();
        const Json report =
            server.apply(to_second ? testPluginFile("users-v2") : pluginFile("users"));
        knowledge.endChange(to_second);
        CHECK(report.text("previous") == "unmapped");
        REQUIRE(load.waitForAnswers(64));
    }
    const std::vector<std::string> failures = load.finish();
    for (const std::string& failure : failures) {
        UNSCOPED_INFO(failure);
    }
    CHECK(failures.empty());
    CHECK(server.mappedCount("users") == 1);
    CHECK(server.askPlugins({"status", "users"}).text("plugin.serving.version") == "1.0.0");
    CHECK(server.askPlugins({"status", "users"}).integer("plugin.serving.in_flight") == 0);
}
