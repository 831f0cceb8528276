// Errors of a domain: services throw them, routes never catch, the layer around a handler turns them into the failure envelope.
//
// One base, AppError, carries everything the boundary needs: code, status, message for the client, `errors` JSON, header
// fields, and whether writes survive. The subclasses only choose defaults, so catching AppError is always enough. A refined
// error keeps its class through the chained setters: `throw NotFoundError("Job", id).header("X-Kind", "job")`.
//
// Guarantee: only what an AppError says reaches a client. Causes (whatever was thrown below) go to the log, never further.
#pragma once

#include <chrono>
#include <concepts>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/violations.hpp"

namespace mortise {

/// A stable code with its one status and its standard text. Declare them as `inline constexpr` of the plugin and name them in
/// the routes that answer with them.
struct ErrorCode {
    std::string_view code;
    int http_status;
    std::string_view message;
};

/// Codes every plugin may use without declaring them.
namespace codes {
inline constexpr ErrorCode INTERNAL_ERROR{"INTERNAL_ERROR", 500, "An unexpected error occurred"};
inline constexpr ErrorCode BAD_REQUEST{"BAD_REQUEST", 400, "The request could not be understood"};
inline constexpr ErrorCode BUSINESS_RULE_VIOLATION{"BUSINESS_RULE_VIOLATION", 400,
                                                   "The request breaks a business rule"};
inline constexpr ErrorCode INVALID_TOKEN{"INVALID_TOKEN", 401,
                                         "Invalid authentication credentials"};
inline constexpr ErrorCode INVALID_CREDENTIALS{"INVALID_CREDENTIALS", 401,
                                               "Invalid username or password"};
inline constexpr ErrorCode FORBIDDEN{"FORBIDDEN", 403, "Insufficient permissions"};
inline constexpr ErrorCode NOT_FOUND{"NOT_FOUND", 404, "Resource not found"};
inline constexpr ErrorCode CONFLICT{"CONFLICT", 409,
                                    "The request conflicts with the current state"};
inline constexpr ErrorCode PRECONDITION_FAILED{"PRECONDITION_FAILED", 412,
                                               "The resource has changed. Load it again."};
inline constexpr ErrorCode VALIDATION_ERROR{"VALIDATION_ERROR", 422, "Validation failed"};
inline constexpr ErrorCode RATE_LIMIT_EXCEEDED{"RATE_LIMIT_EXCEEDED", 429,
                                               "Too many requests. Try again later."};
inline constexpr ErrorCode SERVICE_UNAVAILABLE{
    "SERVICE_UNAVAILABLE", 503, "The service is temporarily unavailable. Try again later."};
}  // namespace codes

/// An error the client may see.
class AppError : public std::exception {
public:
    using Header = std::pair<std::string, std::string>;

    /// `message` is for the client: plain words, a next step, nothing about code, database or machine.
    explicit AppError(std::string_view message, std::string_view code = codes::INTERNAL_ERROR.code,
                      int http_status = 500)
        : message_(message), code_(code), http_status_(http_status) {}

    AppError() : AppError(codes::INTERNAL_ERROR) {}
    explicit AppError(const ErrorCode& code) : AppError(code, code.message) {}
    AppError(const ErrorCode& code, std::string_view message)
        : AppError(message, code.code, code.http_status) {}

    /// What the client reads; the same as message().
    const char* what() const noexcept override { return message_.c_str(); }
    const std::string& message() const noexcept { return message_; }
    const std::string& code() const noexcept { return code_; }
    int httpStatus() const noexcept { return http_status_; }
    /// JSON object or array for the `errors` member; empty means {}.
    const std::string& errorsJson() const noexcept { return errors_json_; }
    bool keepsWrites() const noexcept { return keeps_writes_; }
    /// Header fields to add to the answer, `Retry-After` among them.
    const std::vector<Header>& headers() const noexcept { return headers_; }
    const std::exception_ptr& cause() const noexcept { return cause_; }

    /// Texts of the causes from the nearest to the first, joined with ": "; empty without a cause. For the log only.
    std::string causeText() const {
        std::string text;
        appendCause(text, cause_, 0);
        return text;
    }

    /// What was written to the database stays, although the answer is an error.
    AppError& keepWrites() {
        keeps_writes_ = true;
        return *this;
    }
    /// Tells the client when to come back. The last call wins.
    AppError& retryAfter(std::chrono::seconds delay) {
        std::erase_if(headers_, [](const Header& entry) { return entry.first == "Retry-After"; });
        return header("Retry-After", std::to_string(delay.count()));
    }
    AppError& header(std::string name, std::string value) {
        headers_.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    /// Sets the `errors` member; `json` is an object or array.
    AppError& errors(std::string json) {
        errors_json_ = std::move(json);
        return *this;
    }
    AppError& errors(const Violations& violations) { return errors(violations.toJson()); }
    /// Keeps what is being handled right now as the reason: `catch (...) { throw AppError(X).causedByCurrent(); }`.
    AppError& causedByCurrent() { return causedBy(std::current_exception()); }
    AppError& causedBy(std::exception_ptr cause) {
        cause_ = std::move(cause);
        return *this;
    }

private:
    static constexpr int kCauseDepthMax = 8;

    static void appendCause(std::string& text, const std::exception_ptr& cause, int depth) {
        if (!cause || depth == kCauseDepthMax) {
            return;
        }
        text += depth == 0 ? "" : ": ";
        try {
            std::rethrow_exception(cause);
        } catch (const AppError& error) {
            text += error.message_;
            appendCause(text, error.cause_, depth + 1);
        } catch (const std::exception& error) {
            text += error.what();
            if (const auto* nested = dynamic_cast<const std::nested_exception*>(&error)) {
                appendCause(text, nested->nested_ptr(), depth + 1);
            }
        } catch (...) {
            text += "unknown cause";  // nothing more can be learnt about it
        }
    }

    std::string message_;
    std::string code_;
    int http_status_;
    bool keeps_writes_ = false;
    std::string errors_json_;
    std::vector<Header> headers_;
    std::exception_ptr cause_;
};

/// Gives a subclass of AppError setters that keep its type, so that `throw X().keepWrites()` throws an X.
template <class Derived>
class RefinedError : public AppError {
public:
    using AppError::AppError;
    using AppError::errors;

    Derived& keepWrites() { return self(AppError::keepWrites()); }
    Derived& retryAfter(std::chrono::seconds delay) { return self(AppError::retryAfter(delay)); }
    Derived& header(std::string name, std::string value) {
        return self(AppError::header(std::move(name), std::move(value)));
    }
    Derived& errors(std::string json) { return self(AppError::errors(std::move(json))); }
    Derived& causedByCurrent() { return self(AppError::causedByCurrent()); }
    Derived& causedBy(std::exception_ptr cause) {
        return self(AppError::causedBy(std::move(cause)));
    }

private:
    static Derived& self(AppError& error) { return static_cast<Derived&>(error); }
};

namespace detail {
template <class Id>
std::string identifierText(const Id& identifier) {
    if constexpr (std::integral<Id>) {
        return std::to_string(identifier);
    } else if constexpr (requires { identifier.toString(); }) {
        return identifier.toString();
    } else {
        return std::string(identifier);
    }
}
}  // namespace detail

/// 404. "{resource} with id '{identifier}' not found".
class NotFoundError final : public RefinedError<NotFoundError> {
public:
    NotFoundError() : RefinedError(codes::NOT_FOUND) {}
    explicit NotFoundError(const ErrorCode& code) : RefinedError(code) {}
    /// `identifier` is text, an integer or anything with toString().
    template <class Id>
    NotFoundError(std::string_view resource, const Id& identifier)
        : NotFoundError(codes::NOT_FOUND, resource, identifier) {}
    template <class Id>
    NotFoundError(const ErrorCode& code, std::string_view resource, const Id& identifier)
        : RefinedError(code, std::string(resource) + " with id '" +
                                 detail::identifierText(identifier) + "' not found") {}
};

/// 409.
class ConflictError final : public RefinedError<ConflictError> {
public:
    explicit ConflictError(const ErrorCode& code) : RefinedError(code) {}
    explicit ConflictError(std::string_view message, std::string_view code = codes::CONFLICT.code)
        : RefinedError(message, code, 409) {}
    /// "{what} '{value}' already registered", for example "Email 'a@b.org' already registered".
    static ConflictError registered(std::string_view what, std::string_view value,
                                    std::string_view code = codes::CONFLICT.code) {
        return ConflictError(std::string(what) + " '" + std::string(value) + "' already registered",
                             code);
    }
};

/// 422 "Validation failed" with the messages per field.
class ValidationError final : public RefinedError<ValidationError> {
public:
    explicit ValidationError(const Violations& violations) : RefinedError(codes::VALIDATION_ERROR) {
        AppError::errors(violations);
    }
    /// One field, one message.
    ValidationError(std::string_view field, std::string_view message)
        : ValidationError(single(field, message)) {}

private:
    static Violations single(std::string_view field, std::string_view message) {
        Violations violations;
        violations.add(field, message);
        return violations;
    }
};

/// 403 "Insufficient permissions". The message never names the missing role.
class ForbiddenError final : public RefinedError<ForbiddenError> {
public:
    ForbiddenError() : RefinedError(codes::FORBIDDEN) {}
    explicit ForbiddenError(const ErrorCode& code) : RefinedError(code) {}
    explicit ForbiddenError(std::string_view message) : RefinedError(codes::FORBIDDEN, message) {}
};
using AuthorizationError = ForbiddenError;

/// 401, with `WWW-Authenticate: Bearer`.
class UnauthorizedError final : public RefinedError<UnauthorizedError> {
public:
    UnauthorizedError() : UnauthorizedError(codes::INVALID_TOKEN) {}
    explicit UnauthorizedError(const ErrorCode& code) : RefinedError(code) {
        header("WWW-Authenticate", "Bearer");
    }
};

/// 400: the request is well-formed and still not allowed by a rule of the domain.
class BusinessRuleError final : public RefinedError<BusinessRuleError> {
public:
    explicit BusinessRuleError(const ErrorCode& code) : RefinedError(code) {}
    explicit BusinessRuleError(std::string_view message,
                               std::string_view code = codes::BUSINESS_RULE_VIOLATION.code)
        : RefinedError(message, code, 400) {}
};

/// 503 with `Retry-After`: something we depend on is away or full.
class UnavailableError final : public RefinedError<UnavailableError> {
public:
    explicit UnavailableError(std::chrono::seconds retry_after = std::chrono::seconds(5))
        : UnavailableError(codes::SERVICE_UNAVAILABLE, retry_after) {}
    explicit UnavailableError(const ErrorCode& code,
                              std::chrono::seconds retry_after = std::chrono::seconds(5))
        : RefinedError(code) {
        retryAfter(retry_after);
    }
    explicit UnavailableError(std::string_view message,
                              std::chrono::seconds retry_after = std::chrono::seconds(5))
        : RefinedError(codes::SERVICE_UNAVAILABLE, message) {
        retryAfter(retry_after);
    }
};

}  // namespace mortise
