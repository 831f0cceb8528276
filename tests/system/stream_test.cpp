// Answers that a plugin writes piece by piece, through the whole host.
#include "tests/support/http_client.hpp"
#include "tests/system/refusals_server.hpp"

using namespace mortise::test;

namespace {

HttpClient connect() {
    return HttpClient(refusalsServer().port());
}

}  // namespace

TEST_CASE(
    "a body written piece by piece arrives whole, from a plain handler and from a coroutine") {
    HttpClient client = connect();
    for (const char* target :
         {"/api/v1/sampler/download?size=20000001", "/api/v1/sampler/feed?size=20000001"}) {
        CAPTURE(target);
        const Answer answer = client.get(target);
        CHECK(answer.status == 200);
        CHECK(answer.header("Transfer-Encoding") == "chunked");
        CHECK(answer.header("Content-Type") == "text/plain");
        CHECK(answer.hasHeader("X-Request-ID"));
        CHECK(answer.body.size() == 20'000'001);
    }
    CHECK(client.get("/api/v1/sampler/count").status == 200);
}

TEST_CASE(
    "a stream keeps its own headers, and its parameters are checked before its head is sent") {
    HttpClient client = connect();
    CHECK(client.get("/api/v1/sampler/download?size=1").header("Content-Disposition") ==
          "attachment");
    const Answer refused = client.get("/api/v1/sampler/download?size=-1");
    CHECK(refused.status == 422);
    CHECK(refused.header("Transfer-Encoding").empty());
}

TEST_CASE("a body whose handler fails in the middle does not end as if it were whole") {
    HttpClient client = connect();
    CHECK_THROWS(client.get("/api/v1/sampler/torn"));
    CHECK(connect().get("/api/v1/sampler/count").status == 200);
}

TEST_CASE("a client that leaves in the middle of a stream ends it, and the plugin can be swapped") {
    Server& server = refusalsServer();
    for (const char* target :
         {"/api/v1/sampler/download?size=1000000000", "/api/v1/sampler/feed?size=1000000000"}) {
        CAPTURE(target);
        HttpClient client = connect();
        client.begin({.target = target});
        REQUIRE(
            within(std::chrono::seconds(10), [&] { return server.inFlightCount("sampler") == 1; }));
        client.close();
        CHECK(
            within(std::chrono::seconds(10), [&] { return server.inFlightCount("sampler") == 0; }));
    }
    server.apply(testPluginFile("sampler"));
    CHECK(connect().get("/api/v1/sampler/count").status == 200);
}
