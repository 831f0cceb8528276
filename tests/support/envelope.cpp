#include "tests/support/envelope.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace mortise::test {

namespace {

constexpr const char* kSecurityHeaders[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"X-XSS-Protection", "1; mode=block"},
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
    {"Content-Security-Policy", "default-src 'self'"},
    {"Referrer-Policy", "strict-origin-when-cross-origin"},
};

bool isRequestId(const std::string& text) {
    return text.size() == 12 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void requireNoLeak(const std::string& body) {
    for (const char* trace : {"pqxx", "Poco", "std::", "/usr/", "PostgreSQL", "libpq"}) {
        INFO("trace: " << trace);
        CHECK(body.find(trace) == std::string::npos);
    }
}

}  // namespace

void requireStandardHeaders(const Answer& answer) {
    CHECK(isRequestId(answer.header("X-Request-ID")));
    CHECK(answer.hasHeader("X-Process-Time-Ms"));
    CHECK_FALSE(answer.hasHeader("Server"));
    for (const auto& [name, value] : kSecurityHeaders) {
        INFO("header: " << name);
        CHECK(answer.header(name) == value);
    }
}

Json requireFailure(const Answer& answer, int status, const std::string& code) {
    INFO("body: " << answer.body);
    REQUIRE(answer.status == status);
    REQUIRE(answer.header("Content-Type").starts_with("application/json"));
    requireStandardHeaders(answer);
    requireNoLeak(answer.body);
    const Json json = answer.json();
    CHECK(json.names() ==
          std::vector<std::string>{"error_code", "errors", "message", "status", "status_code"});
    CHECK(json.text("status") == "failure");
    CHECK(json.integer("status_code") == status);
    CHECK(json.text("error_code") == code);
    CHECK_FALSE(json.text("message").empty());
    REQUIRE((json.isObject("errors") || json.isList("errors")));
    return json.at("errors");
}

Json requireSuccess(const Answer& answer, int status) {
    INFO("body: " << answer.body);
    REQUIRE(answer.status == status);
    REQUIRE(answer.header("Content-Type").starts_with("application/json"));
    requireStandardHeaders(answer);
    const Json json = answer.json();
    CHECK(json.text("status") == "success");
    CHECK(json.integer("status_code") == status);
    CHECK_FALSE(json.text("message").empty());
    REQUIRE(json.isObject("data"));
    return json.at("data");
}

void requireFieldError(const Json& errors, const std::string& field) {
    INFO("errors: " << errors.dump());
    REQUIRE(errors.has(field));
    REQUIRE(errors.isList(field));
    CHECK(errors.size(field) >= 1);
}

}  // namespace mortise::test
