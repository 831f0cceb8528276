// A plugin that calls the host from a thread its headers forbid ends a debug build at once, and the last words say what was wrong.
#include <csignal>

#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

TEST_CASE("a call from the wrong thread ends a debug build, naming function, tag and thread") {
    Server server;
    server.apply(testPluginFile("sampler"));
    HttpClient client = server.client();
    const Request request{.target = "/api/v1/sampler/astray"};
#ifdef NDEBUG
    CHECK(client.send(request).status == 200);
#else
    client.begin(request);
    const auto status = server.process().wait(60s);
    INFO(server.output());
    REQUIRE(status);
    CHECK(*status == 128 + SIGABRT);
    CHECK_THAT(server.output(),
               Catch::Matchers::ContainsSubstring(
                   "mortise_tasks.join_thread is [control] and was called on thread \"reactor-"));
    CHECK_THAT(server.output(), Catch::Matchers::ContainsSubstring("which is a reactor"));
#endif
}
