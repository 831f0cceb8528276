// Error codes: one status each, texts without internals.
#include "api/error_catalogue.hpp"

#include <algorithm>
#include <regex>

#include "tests/support/catch.hpp"

using namespace mortise;

TEST_CASE("the host's codes are sorted, well-formed and speak") {
    const auto errors = api::hostErrors();
    CHECK(std::is_sorted(errors.begin(), errors.end(),
                         [](const auto& a, const auto& b) { return a.code < b.code; }));
    for (const api::HostError& error : errors) {
        INFO(error.code);
        CHECK(api::isErrorCode(error.code));
        CHECK(error.status >= 400);
        CHECK(error.status <= 599);
        CHECK_FALSE(error.message.empty());
        CHECK(api::findHostError(error.code) == &error);
    }
}

TEST_CASE("texts for clients name nothing the host is built from") {
    const std::regex internals("pqxx|poco|std::|/usr/|sql|exception|stack|plugin",
                               std::regex::icase);
    for (const api::HostError& error : api::hostErrors()) {
        INFO(error.code);
        CHECK_FALSE(std::regex_search(std::string(error.message), internals));
    }
}

TEST_CASE("the texts that are fixed are exactly these") {
    const auto [code, status, message] = GENERATE(table<const char*, int, const char*>({
        {"INTERNAL_ERROR", 500, "An unexpected error occurred"},
        {"NOT_FOUND", 404, "Resource not found"},
        {"INVALID_CREDENTIALS", 401, "Invalid username or password"},
        {"INVALID_TOKEN", 401, "Invalid authentication credentials"},
        {"TOKEN_EXPIRED", 401, "Invalid authentication credentials"},
        {"NOT_AUTHENTICATED", 401, "Invalid authentication credentials"},
        {"FORBIDDEN", 403, "Insufficient permissions"},
        {"VALIDATION_ERROR", 422, "Validation failed"},
    }));
    const api::HostError* error = api::findHostError(code);
    REQUIRE(error != nullptr);
    CHECK(error->status == status);
    CHECK(error->message == message);
}

TEST_CASE("every code the connection and the pipeline answer with is known with that status") {
    const auto [code, status] = GENERATE(table<const char*, int>({
        {"BAD_REQUEST", 400},
        {"INVALID_HOST", 400},
        {"METHOD_NOT_ALLOWED", 405},
        {"REQUEST_TIMEOUT", 408},
        {"PAYLOAD_TOO_LARGE", 413},
        {"URI_TOO_LONG", 414},
        {"UNSUPPORTED_MEDIA_TYPE", 415},
        {"HEADERS_TOO_LARGE", 431},
        {"NOT_IMPLEMENTED", 501},
        {"SERVICE_UNAVAILABLE", 503},
        {"DEADLINE_EXCEEDED", 503},
        {"SHUTTING_DOWN", 503},
        {"SCHEMA_BEHIND", 503},
        {"HTTP_VERSION_NOT_SUPPORTED", 505},
    }));
    const api::HostError* error = api::findHostError(code);
    REQUIRE(error != nullptr);
    CHECK(error->status == status);
}

TEST_CASE("a status has a code and a text even when nothing more is known") {
    for (int status = 400; status < 600; ++status) {
        const api::HostError* error = api::findHostError(api::standardCode(status));
        REQUIRE(error != nullptr);
        CHECK_FALSE(api::standardMessage(status).empty());
    }
    CHECK(api::standardCode(418) == "BAD_REQUEST");
    CHECK(api::standardCode(599) == "INTERNAL_ERROR");
    CHECK(api::standardMessage(201) == "Created");
    CHECK(api::standardMessage(299) == "OK");
}

TEST_CASE("a plugin's code is found with its owner") {
    api::ErrorCatalogue catalogue;
    CHECK_FALSE(catalogue.add({"EMAIL_TAKEN", 409, "Email is already registered", "users"}));
    const api::ErrorEntry* entry = catalogue.find("EMAIL_TAKEN");
    REQUIRE(entry != nullptr);
    CHECK(entry->owner == "users");
    CHECK(catalogue.find("NOTHING") == nullptr);
}

TEST_CASE("a code with another status names both plugins and is not added") {
    api::ErrorCatalogue catalogue;
    REQUIRE_FALSE(catalogue.add({"EMAIL_TAKEN", 409, "Email is already registered", "users"}));
    const auto conflict = catalogue.add({"EMAIL_TAKEN", 400, "No", "shop"});
    REQUIRE(conflict);
    CHECK(*conflict == "error code EMAIL_TAKEN means 409 (plugin users), not 400 (plugin shop)");
    CHECK(catalogue.find("EMAIL_TAKEN")->status == 409);
}

TEST_CASE("a host code cannot be given another status") {
    api::ErrorCatalogue catalogue;
    CHECK(catalogue.add({"NOT_FOUND", 410, "Gone", "shop"}));
    CHECK_FALSE(catalogue.add({"NOT_FOUND", 404, "Not here", "shop"}));
    CHECK(catalogue.find("NOT_FOUND")->message == "Resource not found");
}

TEST_CASE("two plugins may declare one code with one status; the first text stays") {
    api::ErrorCatalogue catalogue;
    REQUIRE_FALSE(catalogue.add({"EMAIL_TAKEN", 409, "first", "users"}));
    CHECK_FALSE(catalogue.add({"EMAIL_TAKEN", 409, "second", "auth"}));
    CHECK(catalogue.find("EMAIL_TAKEN")->message == "first");
}

TEST_CASE("a malformed code or status is refused") {
    api::ErrorCatalogue catalogue;
    CHECK(catalogue.add({"email_taken", 409, "m", "users"}));
    CHECK(catalogue.add({"EMAIL_TAKEN", 200, "m", "users"}));
    CHECK(catalogue.add({"EMAIL_TAKEN", 600, "m", "users"}));
    for (const char* code : {"", "_A", "A_", "A__B", "1A", "A-B", "A B"}) {
        INFO(code);
        CHECK_FALSE(api::isErrorCode(code));
    }
    CHECK(api::isErrorCode("A1_B2"));
    CHECK(api::isErrorCode(std::string(47, 'A')));
    CHECK_FALSE(api::isErrorCode(std::string(48, 'A')));
}
