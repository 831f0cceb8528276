// The two shapes of every answer, to the letter.
#include "api/envelope.hpp"

#include "api/error_catalogue.hpp"
#include "api/json_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/http/fake_exchange.hpp"

using namespace mortise;

TEST_CASE("a success has four keys") {
    http::Response response;
    api::writeSuccess(response, 201, "Authenticated", R"({"id":1})");
    CHECK(response.status == 201);
    CHECK(response.content_type == "application/json");
    CHECK(response.body ==
          R"({"status":"success","status_code":201,"message":"Authenticated","data":{"id":1}})");
}

TEST_CASE("a success without data has an empty object and the standard message") {
    http::Response response;
    api::writeSuccess(response, 200, "");
    CHECK(response.body == R"({"status":"success","status_code":200,"message":"OK","data":{}})");
}

TEST_CASE("a listing has meta behind its data") {
    http::Response response;
    api::writeSuccess(response, 200, "m", R"({"items":[]})",
                      R"({"page":1,"per_page":20,"total":0})");
    CHECK(response.body ==
          R"({"status":"success","status_code":200,"message":"m","data":{"items":[]},)"
          R"("meta":{"page":1,"per_page":20,"total":0}})");
}

TEST_CASE("a success without content has no body") {
    http::Response response;
    response.body = "left over";
    api::writeSuccess(response, GENERATE(204, 205, 304), "m", "{}");
    CHECK(response.payload().empty());
    CHECK(response.content_type.empty());
}

TEST_CASE("a failure has five keys and errors are never missing") {
    http::Response response;
    api::writeFailure(response, 422, "VALIDATION_ERROR", "",
                      R"({"email":["Invalid email format"]})", false);
    CHECK(response.body ==
          R"({"status":"failure","status_code":422,"message":"Validation failed",)"
          R"("error_code":"VALIDATION_ERROR","errors":{"email":["Invalid email format"]}})");
    api::writeFailure(response, 409, "EMAIL_TAKEN", "Email is already registered", "", false);
    CHECK(response.body ==
          R"({"status":"failure","status_code":409,"message":"Email is already registered",)"
          R"("error_code":"EMAIL_TAKEN","errors":{}})");
}

TEST_CASE("a failure without a code takes that of its status") {
    http::Response response;
    api::writeFailure(response, 404, "", "", "", false);
    CHECK(response.body ==
          R"({"status":"failure","status_code":404,"message":"Resource not found",)"
          R"("error_code":"NOT_FOUND","errors":{}})");
}

TEST_CASE("a code the host does not know takes the text of the status") {
    http::Response response;
    api::writeFailure(response, 409, "TITLE_TAKEN", "", "", false);
    CHECK(response.body.find("The request conflicts with the current state") != std::string::npos);
}

TEST_CASE("writing replaces the body and keeps the headers") {
    http::Response response;
    response.static_body = "fixed";
    response.headers.emplace_back("Location", "/x");
    api::writeFailure(response, 400, "BAD_REQUEST", "", "", false);
    CHECK(response.payload().starts_with("{"));
    CHECK(response.headers.size() == 1);
}

TEST_CASE("a message is escaped as JSON wants it") {
    http::Response response;
    api::writeSuccess(response, 200, "a\"b\\c\n\x01 \xc3\xa4 \xff");
    CHECK(response.body.find(R"("message":"a\"b\\c\n\u0001 )"
                             "\xc3\xa4 \xef\xbf\xbd\"") != std::string::npos);
}

TEST_CASE("a problem document is RFC 9457 with our code and errors") {
    http::Response response;
    api::writeFailure(response, 404, "USER_NOT_FOUND", "User not found", "", true);
    CHECK(response.content_type == "application/problem+json");
    CHECK(response.body ==
          R"({"type":"about:blank","title":"Not Found","status":404,"detail":"User not found",)"
          R"("error_code":"USER_NOT_FOUND","errors":{}})");
}

TEST_CASE("a problem document is for those who ask for it by name") {
    CHECK(api::wantsProblem("application/problem+json"));
    CHECK(api::wantsProblem("text/html, Application/Problem+JSON;q=0.5"));
    CHECK(api::wantsProblem("application/json, application/problem+json"));
    CHECK(api::wantsProblem("application/json;q=0.5, application/problem+json;q=0.9"));
    for (const char* accept :
         {"", "*/*", "application/*", "application/json", "application/problem+json;q=0",
          "application/json, application/problem+json;q=0.5"}) {
        INFO(accept);
        CHECK_FALSE(api::wantsProblem(accept));
    }
}

TEST_CASE("the pipeline's errors are envelopes, or problems for those who ask") {
    test::FakeExchange exchange;
    api::EnvelopeErrors errors;
    http::ErrorWriter& writer = errors;
    writer.writeError(exchange, 403, "FORBIDDEN");
    CHECK(exchange.response.body ==
          R"({"status":"failure","status_code":403,"message":"Insufficient permissions",)"
          R"("error_code":"FORBIDDEN","errors":{}})");
    exchange.with("accept", "application/problem+json");
    writer.writeError(exchange, 403, "FORBIDDEN");
    CHECK(exchange.response.content_type == "application/problem+json");
}

TEST_CASE("errors of one field are a list under its name") {
    CHECK(api::fieldError("items.0.qty", "Must be > 0") == R"({"items.0.qty":["Must be > 0"]})");
}

TEST_CASE("data opens an object, errors may open an array") {
    CHECK(api::opensObject(" \n{}"));
    CHECK_FALSE(api::opensObject("[]"));
    CHECK_FALSE(api::opensObject(""));
    CHECK_FALSE(api::opensObject("null"));
    CHECK(api::opensContainer("[]"));
    CHECK_FALSE(api::opensContainer("\"x\""));
}
