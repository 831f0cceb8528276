// The AppError family: codes, statuses and texts to the letter.
#include "mortise/errors.hpp"

#include <string>

#include "mortise/uuid.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace std::chrono_literals;

namespace {

inline constexpr ErrorCode EMAIL_TAKEN{"EMAIL_TAKEN", 409, "Email is already registered"};
inline constexpr ErrorCode JOB_NOT_FOUND{"JOB_NOT_FOUND", 404, "Job not found"};

void checkError(const AppError& error, int http_status, std::string_view code,
                std::string_view message) {
    CHECK(error.httpStatus() == http_status);
    CHECK(error.code() == code);
    CHECK(error.message() == message);
    CHECK(std::string_view(error.what()) == message);
}

}  // namespace

TEST_CASE("every error has its status, code and standard text") {
    checkError(AppError(), 500, "INTERNAL_ERROR", "An unexpected error occurred");
    checkError(AppError("Odd"), 500, "INTERNAL_ERROR", "Odd");
    checkError(AppError("Locked", "RESOURCE_LOCKED", 409), 409, "RESOURCE_LOCKED", "Locked");
    checkError(AppError(EMAIL_TAKEN), 409, "EMAIL_TAKEN", "Email is already registered");
    checkError(AppError(codes::INVALID_CREDENTIALS), 401, "INVALID_CREDENTIALS",
               "Invalid username or password");
    checkError(NotFoundError(), 404, "NOT_FOUND", "Resource not found");
    checkError(NotFoundError("User", 42), 404, "NOT_FOUND", "User with id '42' not found");
    checkError(NotFoundError(JOB_NOT_FOUND, "Job", Uuid()), 404, "JOB_NOT_FOUND",
               "Job with id '00000000-0000-0000-0000-000000000000' not found");
    checkError(ConflictError::registered("Email", "a@b.org"), 409, "CONFLICT",
               "Email 'a@b.org' already registered");
    checkError(ForbiddenError(), 403, "FORBIDDEN", "Insufficient permissions");
    checkError(AuthorizationError(), 403, "FORBIDDEN", "Insufficient permissions");
    checkError(UnauthorizedError(), 401, "INVALID_TOKEN", "Invalid authentication credentials");
    checkError(BusinessRuleError("Too late"), 400, "BUSINESS_RULE_VIOLATION", "Too late");
    checkError(ValidationError("email", "Invalid email format"), 422, "VALIDATION_ERROR",
               "Validation failed");
    checkError(UnavailableError(7s), 503, "SERVICE_UNAVAILABLE",
               "The service is temporarily unavailable. Try again later.");
}

TEST_CASE("a validation error carries the messages per field") {
    Violations violations;
    violations.add("email", "Invalid email format");
    violations.add("password", "Must be at least 8 characters");
    violations.add("email", "Must be at most 254 characters");
    CHECK(ValidationError(violations).errorsJson() ==
          R"({"email":["Invalid email format","Must be at most 254 characters"],)"
          R"("password":["Must be at least 8 characters"]})");
}

TEST_CASE("a refined error keeps its class when it is thrown") {
    CHECK_THROWS_AS([] { throw NotFoundError("Job", 1).keepWrites().header("X-Kind", "job"); }(),
                    NotFoundError);
    try {
        throw UnavailableError(5s).retryAfter(30s);
    } catch (const AppError& error) {
        REQUIRE(error.headers().size() == 1);
        CHECK(error.headers()[0] == AppError::Header{"Retry-After", "30"});
    }
}

TEST_CASE("401 names the scheme and 503 the delay") {
    CHECK(UnauthorizedError().headers().at(0) == AppError::Header{"WWW-Authenticate", "Bearer"});
    CHECK(UnavailableError().headers().at(0) == AppError::Header{"Retry-After", "5"});
}

TEST_CASE("writes are lost unless the error keeps them") {
    CHECK_FALSE(AppError(EMAIL_TAKEN).keepsWrites());
    CHECK(AppError(EMAIL_TAKEN).keepWrites().keepsWrites());
}

TEST_CASE("causes are kept in order and stay out of the message") {
    AppError outer;
    try {
        try {
            throw std::runtime_error("socket closed");
        } catch (...) {
            throw UnavailableError("Mail is away").causedByCurrent();
        }
    } catch (...) {
        outer = AppError(codes::INTERNAL_ERROR).causedByCurrent();
    }
    CHECK(outer.causeText() == "Mail is away: socket closed");
    CHECK(outer.message() == "An unexpected error occurred");
    CHECK(AppError().causeText().empty());
}

TEST_CASE("causes kept by std::throw_with_nested are found too") {
    std::string text;
    try {
        try {
            throw std::runtime_error("inner");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (...) {
        text = AppError().causedByCurrent().causeText();
    }
    CHECK(text == "outer: inner");
}

TEST_CASE("paths join the scopes they were found in") {
    Violations violations;
    violations.add("whole");
    {
        const Violations::Scope items(violations, "items");
        const Violations::Scope item(violations, std::size_t{0});
        violations.add("qty", "small");
        violations.add("item itself");
    }
    violations.add("after", "left the scopes");
    CHECK(violations.toJson() ==
          R"({"body":["whole"],"items.0.qty":["small"],"items.0":["item itself"],)"
          R"("after":["left the scopes"]})");
}

TEST_CASE("the number of messages is bounded, their count is not") {
    Violations violations;
    for (std::size_t index = 0; index < Violations::kCountMax + 10; ++index) {
        violations.add("field", "message");
    }
    CHECK(violations.entries().size() == Violations::kCountMax);
    CHECK(violations.count() == Violations::kCountMax + 10);
}
