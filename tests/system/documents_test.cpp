// The OpenAPI document, the page that shows it, and the public keys.
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/system/api_server.hpp"

using namespace mortise::test;

namespace {

/// "GET /api/v1/users/{user_id}" for everything a document describes.
std::vector<std::string> operationsOf(const Json& document) {
    std::vector<std::string> operations;
    for (const std::string& path : document.names("paths")) {
        for (const std::string& method : document.at("paths").names(path)) {
            operations.push_back(method + " " + path);
        }
    }
    std::sort(operations.begin(), operations.end());
    return operations;
}

/// A key as the host makes one in development, in the form production wants it.
std::string productionKeys(const Server& server) {
    std::string pem = readFile(server.stateDirectory() / "keys" / "token-key.pem");
    for (std::size_t at = 0; (at = pem.find('\n', at)) != std::string::npos;) {
        pem.replace(at, 1, "\\n");
    }
    return R"([{"kid":"one","key":")" + pem + R"("}])";
}

}  // namespace

TEST_CASE("the OpenAPI document lists every route") {
    HttpClient client = apiServer().client();
    const Answer answer = client.get("/openapi.json");
    REQUIRE(answer.status == 200);
    CHECK(answer.header("Content-Type").starts_with("application/json"));
    const Json document = answer.json();
    CHECK(document.text("openapi").starts_with("3.1"));
    CHECK(operationsOf(document) == std::vector<std::string>{
                                        "delete /api/v1/admin/users/{user_id}",
                                        "delete /api/v1/auth/sessions/{session_id}",
                                        "delete /api/v1/users/{user_id}",
                                        "get /.well-known/jwks.json",
                                        "get /api/v1/auth/me",
                                        "get /api/v1/auth/sessions",
                                        "get /api/v1/jobs",
                                        "get /api/v1/jobs/{job_id}",
                                        "get /api/v1/users",
                                        "get /api/v1/users/{user_id}",
                                        "get /health",
                                        "get /metrics",
                                        "get /ready",
                                        "patch /api/v1/users/{user_id}",
                                        "post /api/v1/auth/login",
                                        "post /api/v1/auth/logout",
                                        "post /api/v1/auth/logout-all",
                                        "post /api/v1/auth/refresh",
                                        "post /api/v1/auth/register",
                                        "post /api/v1/auth/token",
                                        "post /api/v1/jobs",
                                        "post /api/v1/jobs/batches",
                                        "post /api/v1/jobs/{job_id}/cancellation",
                                        "post /api/v1/jobs/{job_id}/retry",
                                        "post /api/v1/users",
                                    });
}

TEST_CASE("the OpenAPI document of the command line is the one that is served") {
    const Finished printed = apiServer().runCommand({"openapi"});
    CHECK(printed.exit_code == 0);
    CHECK(operationsOf(Json::parse(printed.output)) ==
          operationsOf(apiServer().client().get("/openapi.json").json()));
}

TEST_CASE("the docs page and its assets are served from this host") {
    const TestDirectory assets;
    for (const char* name : {"swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"}) {
        std::ofstream(assets.path() / name) << "content of " << name;
    }
    Server server({.settings = {"--docs.assets_directory=" + assets.path().string(),
                                "--plugins.disabled=users,auth,jobs"}});
    HttpClient client = server.client();
    const Answer page = client.get("/docs");
    CHECK(page.status == 200);
    CHECK(page.header("Content-Type").starts_with("text/html"));
    CHECK(page.header("Content-Security-Policy") != "default-src 'self'");
    CHECK(page.body.find("://") == std::string::npos);
    CHECK(client.get("/docs/swagger-ui-bundle.js").body == "content of swagger-ui-bundle.js");
    requireFailure(client.get("/docs/../output.log"), 404, "NOT_FOUND");
    CHECK(client.get("/docs/other.js").status == 404);
}

TEST_CASE("without its assets the docs page says that they are missing") {
    const Answer page = apiServer().client().get("/docs");
    CHECK(page.status == 404);
    CHECK(page.header("Content-Type").starts_with("text/html"));
    CHECK(page.body.find("not installed") != std::string::npos);
}

TEST_CASE("every error code clients get is in the document") {
    const Json document = apiServer().client().get("/openapi.json").json();
    const std::string text = document.dump();
    for (const char* code : {"VALIDATION_ERROR", "BAD_REQUEST", "EMAIL_TAKEN", "TOKEN_REUSED",
                             "ACCOUNT_LOCKED", "ACCOUNT_INACTIVE", "JOB_NOT_FOUND"}) {
        INFO("code: " << code);
        CHECK(text.find(std::string("\"") + code + "\"") != std::string::npos);
    }
}

TEST_CASE("the public keys are a JWK set") {
    const Json keys = apiServer().client().get("/.well-known/jwks.json").json();
    CHECK(keys.text("keys.0.kty") == "RSA");
    CHECK(keys.text("keys.0.alg") == "RS256");
    CHECK_FALSE(keys.has("keys.0.d"));
}

TEST_CASE("production serves the API but not its document") {
    Server& development = apiServer();
    Server server(
        {.settings = {"--environment=production", "--host=127.0.0.1", "--trusted.hosts=127.0.0.1",
                      "--shutdown.drain_delay_ms=0",
                      // Its schemas are in place: in production nothing migrates by itself.
                      "--database.url=" + development.database().url()},
         .environment = {"APP_SECRET_KEY=0123456789abcdef0123456789abcdef",
                         "APP_IDENTITY_KEYS=" + productionKeys(development)}});
    HttpClient client = server.client();
    CHECK(client.get("/ready").status == 200);
    requireFailure(client.get("/openapi.json"), 404, "NOT_FOUND");
    requireFailure(client.get("/docs"), 404, "NOT_FOUND");
}
