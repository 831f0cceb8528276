// Many logins at once. A login is a blocking handler that calls an operation of another plugin and
// hashes a password: enough pools of threads to lock each other up if any of them waited for a
// place in another one's queue.
#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

/// Statuses of logins that are all sent before the first answer is read.
std::map<int, int> logInAtOnce(Server& server, const std::vector<std::string>& emails, int count) {
    std::vector<HttpClient> clients;
    for (int i = 0; i < count; ++i) {
        clients.emplace_back(server.port(), 60s);
        clients.back().begin(
            {.method = "POST",
             .target = "/api/v1/auth/login",
             .body = loginBody(emails[static_cast<std::size_t>(i) % emails.size()])});
    }
    std::map<int, int> statuses;
    for (HttpClient& client : clients) {
        ++statuses[client.finish().status];
    }
    return statuses;
}

std::vector<std::string> registerSome(Server& server, int count) {
    HttpClient client = server.client();
    std::vector<std::string> emails;
    for (int i = 0; i < count; ++i) {
        emails.push_back(registerAccount(client).email);
    }
    return emails;
}

}  // namespace

TEST_CASE("four times as many logins as the executor has threads all succeed") {
    Server server;
    const auto emails = registerSome(server, 16);
    CHECK(logInAtOnce(server, emails, 128) == std::map<int, int>{{201, 128}});
}

TEST_CASE("with few threads many logins wait and all succeed") {
    Server server({.settings = {"--run.executor_threads=8", "--run.plugin_concurrency_max=4",
                                "--database.pool_size=4", "--database.max_overflow=2"}});
    const auto emails = registerSome(server, 16);
    CHECK(logInAtOnce(server, emails, 128) == std::map<int, int>{{201, 128}});
}

TEST_CASE("many logins of one user at once all succeed") {
    Server server({.settings = {"--run.executor_threads=8", "--run.plugin_concurrency_max=8"}});
    const auto emails = registerSome(server, 1);
    CHECK(logInAtOnce(server, emails, 64) == std::map<int, int>{{201, 64}});
}
