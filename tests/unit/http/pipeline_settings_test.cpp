// What start-up refuses, all at once.
#include "http/pipeline_settings.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/http/pipeline_fixture.hpp"

using namespace mortise;

TEST_CASE("the defaults have no fault outside production") {
    CHECK(http::faultsOf(http::PipelineSettings{}).empty());
}

TEST_CASE("wildcards are refused in production, each by name") {
    http::PipelineSettings settings;
    settings.wildcards_refused = true;
    settings.trusted_proxies = {"*"};
    settings.cors.origins = {"*"};
    settings.cors.credentials = false;
    CHECK(http::faultsOf(settings).size() == 3);
}

TEST_CASE("all origins together with credentials are refused everywhere") {
    http::PipelineSettings settings;
    settings.cors.origins = {"*"};
    CHECK(http::faultsOf(settings).size() == 1);
}

TEST_CASE("an origin has a scheme, a host and nothing behind") {
    const char* origin = GENERATE("localhost:3000", "http://localhost:3000/", "http://",
                                  "HTTP://a.example", "http://a.example/app", "null");
    INFO(origin);
    http::PipelineSettings settings;
    settings.cors.origins = {origin};
    CHECK(http::faultsOf(settings).size() == 1);
}

TEST_CASE("a trusted proxy is an address or a block") {
    http::PipelineSettings settings;
    settings.trusted_proxies = {"10.0.0.0/8", "2001:db8::/32", "127.0.0.1"};
    CHECK(http::faultsOf(settings).empty());
    settings.trusted_proxies = {"10.0.0.0/33", "proxy.local", "10.0.0.0/", "2001:db8::/129"};
    CHECK(http::faultsOf(settings).size() == 4);
}

TEST_CASE("an empty list of hosts is refused") {
    http::PipelineSettings settings;
    settings.allowed_hosts.clear();
    CHECK(http::faultsOf(settings).size() == 1);
}

TEST_CASE("a body limit above the ceiling is refused") {
    http::PipelineSettings settings;
    settings.body_size_max = limits::kBodySizeCeiling + 1;
    CHECK(http::faultsOf(settings).size() == 1);
}

TEST_CASE("a pipeline with faulty settings is not built") {
    test::PipelineFixture fixture;
    fixture.settings.cors.origins = {"*"};
    CHECK_THROWS_AS(fixture.pipeline(), Error);
}
