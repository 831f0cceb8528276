// Streamed answers through the testing kit: gathered, or cut.
#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"

using mortise::testing::App;
using mortise::testing::Failure;

TEST_CASE("a streamed body is handed over whole") {
    const App app(MORTISE_SAMPLER_FILE);
    for (const char* path :
         {"/api/v1/sampler/download?size=1000000", "/api/v1/sampler/feed?size=1000000"}) {
        INFO(path);
        const auto reply = app.anonymous().get(path);
        CHECK(reply.status == 200);
        CHECK(reply.header("content-type") == "text/plain");
        CHECK(reply.header("content-length").empty());
        CHECK(reply.body.size() == 1'000'000);
    }
    app.settle();
}

TEST_CASE("a stream that fails is no answer") {
    const App app(MORTISE_SAMPLER_FILE);
    CHECK_THROWS_AS(app.anonymous().get("/api/v1/sampler/torn"), Failure);
    CHECK(app.anonymous().get("/api/v1/sampler/count").status == 200);
}

TEST_CASE("a body without end is given up") {
    const App app(MORTISE_SAMPLER_FILE);
    CHECK_THROWS_AS(app.anonymous().get("/api/v1/sampler/download?size=900000000"), Failure);
    app.settle();
}
