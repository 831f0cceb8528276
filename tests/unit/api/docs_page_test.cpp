// The documentation page: local files, no inline script, no way out of the directory.
#include "api/docs_page.hpp"

#include <unistd.h>

#include <fstream>

#include "http/message.hpp"
#include "run/executor.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/http/fake_exchange.hpp"

using namespace mortise;

namespace {

/// A directory of this test alone, with what Swagger UI ships.
class Assets {
public:
    Assets() {
        std::string name = (std::filesystem::temp_directory_path() / "docs-page-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
        write("swagger-ui.css", "css");
        write("swagger-ui-bundle.js", "js");
        write("secret.txt", "secret");
    }
    ~Assets() { std::filesystem::remove_all(path); }

    void write(const char* name, const char* content) const {
        std::ofstream(path / name) << content;
    }

    std::filesystem::path path;
};

api::DocsSettings settingsFor(const Assets& assets) {
    api::DocsSettings settings;
    settings.assets = assets.path;
    return settings;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("the page loads local scripts and has none inline") {
    const Assets assets;
    const api::DocsPage page(settingsFor(assets));
    http::Response response;
    page.writePage(response);
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/html; charset=utf-8");
    CHECK(contains(response.body, "<script src=\"/docs/swagger-ui-bundle.js\"></script>"));
    CHECK(contains(response.body, "<script src=\"/docs/initializer.js\"></script>"));
    CHECK_FALSE(contains(response.body, "<script>"));
    CHECK_FALSE(contains(response.body, "http://"));
    CHECK_FALSE(contains(response.body, "https://"));
}

TEST_CASE("the script that starts the page knows where the document is") {
    const Assets assets;
    const api::DocsPage page(settingsFor(assets));
    http::Response response;
    page.writeAsset(response, "initializer.js", false);
    CHECK(response.status == 200);
    CHECK(response.content_type == "text/javascript; charset=utf-8");
    CHECK(contains(response.body, "\"/openapi.json\""));
}

TEST_CASE("an asset comes with its type") {
    const Assets assets;
    const api::DocsPage page(settingsFor(assets));
    http::Response response;
    page.writeAsset(response, "swagger-ui.css", false);
    CHECK(response.status == 200);
    CHECK(response.body == "css");
    CHECK(response.content_type == "text/css; charset=utf-8");
}

TEST_CASE("only names known at compile time are opened") {
    const Assets assets;
    const api::DocsPage page(settingsFor(assets));
    const char* name = GENERATE("secret.txt", "../swagger-ui.css", "./swagger-ui.css", "", "..",
                                "/etc/passwd", "SWAGGER-UI.CSS");
    INFO(name);
    http::Response response;
    page.writeAsset(response, name, false);
    CHECK(response.status == 404);
    CHECK(contains(response.body, "NOT_FOUND"));
}

TEST_CASE("without its files the page says so and names the document") {
    api::DocsSettings settings;
    settings.assets = GENERATE("", "/nowhere/at/all");
    const api::DocsPage page(settings);
    CHECK_FALSE(page.hasAssets());
    http::Response response;
    page.writePage(response);
    CHECK(response.status == 404);
    CHECK(contains(response.body, "href=\"/openapi.json\""));
    CHECK_FALSE(contains(response.body, "nowhere"));
}

TEST_CASE("files installed later are found without a restart") {
    const Assets assets;
    std::filesystem::remove(assets.path / "swagger-ui.css");
    const api::DocsPage page(settingsFor(assets));
    CHECK_FALSE(page.hasAssets());
    assets.write("swagger-ui.css", "css");
    CHECK(page.hasAssets());
}

TEST_CASE("a title cannot break out of the page") {
    const Assets assets;
    api::DocsSettings settings = settingsFor(assets);
    settings.title = "</title><script>alert(1)</script>";
    const api::DocsPage page(settings);
    http::Response response;
    page.writePage(response);
    CHECK_FALSE(contains(response.body, "<script>alert"));
}

TEST_CASE("the routes carry their own content security policy and serve the page") {
    const Assets assets;
    api::DocsPage page(settingsFor(assets));
    run::Executor executor("test", 1);
    run::Lane lane(executor, "host", 1, 1);
    const std::vector<http::Route> routes = page.routes(lane);
    REQUIRE(routes.size() == 2);
    for (const http::Route& route : routes) {
        CHECK(contains(route.content_security_policy, "script-src 'self'"));
        CHECK_FALSE(contains(route.content_security_policy, "script-src 'self' 'unsafe-inline'"));
        CHECK(route.mode == http::Mode::Blocking);
        CHECK(route.lane == &lane);
        CHECK(route.target->enter());
    }
    test::FakeExchange exchange("GET", "/docs/swagger-ui.css");
    exchange.path_params = {{"asset", "swagger-ui.css"}};
    routes[1].target->handle(exchange);
    CHECK(exchange.complete_count == 1);
    CHECK(exchange.response.body == "css");
    executor.stop();
}
