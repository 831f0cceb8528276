#include "api/error_catalogue.hpp"

#include <algorithm>
#include <array>

namespace mortise::api {

namespace {

// Sorted by code, which a test checks. Adding one? Then also docs and the golden list of codes.
constexpr std::array kHostErrors{
    HostError{"BAD_REQUEST", 400, "The request could not be understood"},
    HostError{"BUSINESS_RULE_VIOLATION", 400, "The request breaks a business rule"},
    HostError{"CONFLICT", 409, "The request conflicts with the current state"},
    HostError{"DEADLINE_EXCEEDED", 503, "The request took too long. Try again later."},
    HostError{"FORBIDDEN", 403, "Insufficient permissions"},
    HostError{"HEADERS_TOO_LARGE", 431, "The request header fields are too large"},
    HostError{"HTTP_VERSION_NOT_SUPPORTED", 505, "This HTTP version is not supported"},
    HostError{"INTERNAL_ERROR", 500, "An unexpected error occurred"},
    HostError{"INVALID_CREDENTIALS", 401, "Invalid username or password"},
    HostError{"INVALID_HOST", 400, "The host name of the request is not served here"},
    HostError{"INVALID_TOKEN", 401, "Invalid authentication credentials"},
    HostError{"METHOD_NOT_ALLOWED", 405, "Method not allowed"},
    HostError{"NOT_ACCEPTABLE", 406, "None of the accepted media types is offered"},
    HostError{"NOT_AUTHENTICATED", 401, "Invalid authentication credentials"},
    HostError{"NOT_FOUND", 404, "Resource not found"},
    HostError{"NOT_IMPLEMENTED", 501, "This is not supported"},
    HostError{"PAYLOAD_TOO_LARGE", 413, "The request body is too large"},
    HostError{"PRECONDITION_FAILED", 412, "The resource has changed. Load it again."},
    HostError{"RATE_LIMIT_EXCEEDED", 429, "Too many requests. Try again later."},
    HostError{"REQUEST_TIMEOUT", 408, "The request did not arrive in time"},
    HostError{"SCHEMA_BEHIND", 503, "The service is being updated. Try again later."},
    HostError{"SERVICE_UNAVAILABLE", 503,
              "The service is temporarily unavailable. Try again later."},
    HostError{"SHUTTING_DOWN", 503, "The service is shutting down. Try again later."},
    HostError{"TOKEN_EXPIRED", 401, "Invalid authentication credentials"},
    HostError{"UNSUPPORTED_MEDIA_TYPE", 415, "The content type of the request is not supported"},
    HostError{"URI_TOO_LONG", 414, "The request target is too long"},
    HostError{"VALIDATION_ERROR", 422, "Validation failed"},
};

struct StatusText {
    int status;
    std::string_view code;  // Empty for statuses that are no errors.
    std::string_view message;
};

constexpr std::array kStatusTexts{
    StatusText{200, "", "OK"},
    StatusText{201, "", "Created"},
    StatusText{202, "", "Accepted"},
    StatusText{204, "", "No content"},
    StatusText{304, "", "Not modified"},
    StatusText{400, "BAD_REQUEST", ""},
    StatusText{401, "NOT_AUTHENTICATED", ""},
    StatusText{403, "FORBIDDEN", ""},
    StatusText{404, "NOT_FOUND", ""},
    StatusText{405, "METHOD_NOT_ALLOWED", ""},
    StatusText{406, "NOT_ACCEPTABLE", ""},
    StatusText{408, "REQUEST_TIMEOUT", ""},
    StatusText{409, "CONFLICT", ""},
    StatusText{412, "PRECONDITION_FAILED", ""},
    StatusText{413, "PAYLOAD_TOO_LARGE", ""},
    StatusText{414, "URI_TOO_LONG", ""},
    StatusText{415, "UNSUPPORTED_MEDIA_TYPE", ""},
    StatusText{422, "VALIDATION_ERROR", ""},
    StatusText{429, "RATE_LIMIT_EXCEEDED", ""},
    StatusText{431, "HEADERS_TOO_LARGE", ""},
    StatusText{500, "INTERNAL_ERROR", ""},
    StatusText{501, "NOT_IMPLEMENTED", ""},
    StatusText{503, "SERVICE_UNAVAILABLE", ""},
    StatusText{505, "HTTP_VERSION_NOT_SUPPORTED", ""},
};

const StatusText* findStatus(int status) noexcept {
    for (const StatusText& text : kStatusTexts) {
        if (text.status == status) {
            return &text;
        }
    }
    return nullptr;
}

/// "409 (plugin users)".
std::string describe(const ErrorEntry& entry) {
    const std::string owner = entry.owner == "host" ? "host" : "plugin " + entry.owner;
    return std::to_string(entry.status) + " (" + owner + ")";
}

}  // namespace

std::span<const HostError> hostErrors() noexcept {
    return kHostErrors;
}

const HostError* findHostError(std::string_view code) noexcept {
    const auto at = std::lower_bound(
        kHostErrors.begin(), kHostErrors.end(), code,
        [](const HostError& error, std::string_view text) { return error.code < text; });
    return at != kHostErrors.end() && at->code == code ? &*at : nullptr;
}

std::string_view standardMessage(int status) noexcept {
    const StatusText* text = findStatus(status);
    if (text != nullptr && !text->message.empty()) {
        return text->message;
    }
    if (status < 400) {
        return "OK";
    }
    return findHostError(standardCode(status))->message;
}

std::string_view standardCode(int status) noexcept {
    const StatusText* text = findStatus(status);
    if (text != nullptr && !text->code.empty()) {
        return text->code;
    }
    return status >= 400 && status < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR";
}

ErrorCatalogue::ErrorCatalogue() {
    for (const HostError& error : kHostErrors) {
        entries_.emplace(error.code, ErrorEntry{std::string(error.code), error.status,
                                                std::string(error.message), "host"});
    }
}

std::optional<std::string> ErrorCatalogue::add(ErrorEntry entry) {
    if (!isErrorCode(entry.code)) {
        return "error code \"" + entry.code + "\" (plugin " + entry.owner +
               ") is not UPPER_SNAKE of at most 47 characters";
    }
    if (entry.status < 400 || entry.status > 599) {
        return "error code " + entry.code + " (plugin " + entry.owner + ") has status " +
               std::to_string(entry.status) + ", not one from 400 to 599";
    }
    const auto [at, is_new] = entries_.try_emplace(entry.code, entry);
    if (!is_new && at->second.status != entry.status) {
        return "error code " + entry.code + " means " + describe(at->second) + ", not " +
               describe(entry);
    }
    return std::nullopt;
}

const ErrorEntry* ErrorCatalogue::find(std::string_view code) const noexcept {
    const auto at = entries_.find(code);
    return at == entries_.end() ? nullptr : &at->second;
}

bool isErrorCode(std::string_view code) noexcept {
    constexpr std::size_t kSizeMax = 47;  // mortise_error.code is 48 bytes with its terminator.
    if (code.empty() || code.size() > kSizeMax || code.back() == '_') {
        return false;
    }
    char before = '\0';  // Nothing yet: a letter comes first.
    for (const char c : code) {
        const bool is_letter = c >= 'A' && c <= 'Z';
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && (before == '\0' || (!is_digit && (c != '_' || before == '_')))) {
            return false;
        }
        before = c;
    }
    return true;
}

}  // namespace mortise::api
