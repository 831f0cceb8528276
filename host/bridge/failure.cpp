#include "bridge/failure.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"

namespace mortise::bridge {
namespace {

/// Copies what fits and ends before a character that does not.
template <std::size_t kSize>
void copyText(char (&to)[kSize], std::string_view text) noexcept {
    std::size_t size = std::min(text.size(), kSize - 1);
    if (size < text.size()) {
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) {
            --size;
        }
    }
    std::memcpy(to, text.data(), size);
    to[size] = '\0';
}

mortise_status statusOf(const Error& error) noexcept {
    if (error.code() == "DEADLINE_EXCEEDED") {
        return MORTISE_DEADLINE_EXCEEDED;
    }
    if (error.code() == "INVALID_ARGUMENT") {
        return MORTISE_INVALID_ARGUMENT;
    }
    return error.httpStatus() == 503 ? MORTISE_UNAVAILABLE : MORTISE_INTERNAL;
}

}  // namespace

mortise_status fail(mortise_error* error, mortise_status status, std::string_view code,
                    std::string_view message, int http_status) noexcept {
    if (error != nullptr) {
        error->status = status;
        error->http_status = static_cast<std::uint32_t>(http_status);
        copyText(error->code, code);
        copyText(error->message, message);
    }
    return status;
}

mortise_status failWithCurrentException(mortise_error* error) noexcept {
    try {
        throw;
    } catch (const Error& caught) {
        return fail(error, statusOf(caught), caught.code(), caught.what(), caught.httpStatus());
    } catch (const std::exception& caught) {
        return fail(error, MORTISE_INTERNAL, "INTERNAL_ERROR", caught.what());
    } catch (...) {
        return fail(error, MORTISE_INTERNAL, "INTERNAL_ERROR", "unknown exception");
    }
}

mortise_error blankError() noexcept {
    mortise_error error{};
    error.struct_size = sizeof error;
    return error;
}

Meaning meaningOf(mortise_status status, const mortise_error& error) {
    switch (status) {
        case MORTISE_DOMAIN_ERROR: {
            const bool known = error.http_status >= 400 && error.http_status <= 599;
            return {known ? static_cast<int>(error.http_status) : 500,
                    error.code[0] != '\0' ? error.code : "INTERNAL_ERROR", error.message,
                    error.http_status == 503 ? 1 : 0, !known};
        }
        case MORTISE_UNAVAILABLE:
        case MORTISE_EXHAUSTED:
        case MORTISE_CANCELLED:
        case MORTISE_RETRY:
            return {503, "SERVICE_UNAVAILABLE", {}, 1, false};
        case MORTISE_DEADLINE_EXCEEDED:
            return {503, "DEADLINE_EXCEEDED", {}, 1, false};
        default:
            return {500, "INTERNAL_ERROR", {}, 0, true};
    }
}

}  // namespace mortise::bridge
