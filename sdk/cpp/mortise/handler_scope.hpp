// handler_scope: what one call of a handler has at hand while its arguments are made, and how its failure is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "mortise/errors.hpp"
#include "mortise/handler_values.hpp"
#include "mortise/host.hpp"
#include "mortise/log.hpp"
#include "mortise/request.hpp"
#include "mortise/schema.hpp"

namespace mortise {

class MultipartForm;

namespace detail {

/// Where the parameters of one function are found, each kind in the order of the signature. Settled at load.
struct Wiring {
    /// Positions of Path<> among the parameters of the pattern.
    std::vector<std::uint32_t> paths;
    /// Slots of provided values.
    std::vector<std::uint32_t> values;
    /// Objects of Service<>.
    std::vector<void*> services;
};

class ProvidedValues;

/// What a handler is called for.
enum class WorkKind { Request, Operation, Job };
inline constexpr std::size_t kWorkKindCount = 3;

/// Common to requests, operation calls and job attempts.
struct Scope {
    Unit unit;
    const mortise_principal* principal = nullptr;
    /// What is wrong with the input, over all arguments, so that a client learns everything at once.
    Violations violations{};
    /// What providers make for this unit of work.
    ProvidedValues* values = nullptr;

    /// The next parameters are those of a function wired like this.
    void wire(const Wiring& next) noexcept {
        wiring_ = &next;
        path_count_ = value_count_ = service_count_ = 0;
    }
    std::uint32_t nextPath() noexcept { return wiring_->paths[path_count_++]; }
    std::uint32_t nextValue() noexcept { return wiring_->values[value_count_++]; }
    void* nextService() noexcept { return wiring_->services[service_count_++]; }

    void throwIfInvalid() const {
        if (!violations.empty()) {
            throw ValidationError(violations);
        }
    }

private:
    const Wiring* wiring_ = nullptr;
    std::size_t path_count_ = 0;
    std::size_t value_count_ = 0;
    std::size_t service_count_ = 0;
};

struct RequestScope : Scope {
    static constexpr WorkKind kKind = WorkKind::Request;
    mortise_request* request = nullptr;
    /// The body as a form with files, when something asked for it.
    std::shared_ptr<const MultipartForm> form;
};

struct OperationScope : Scope {
    static constexpr WorkKind kKind = WorkKind::Operation;
    mortise_invocation* invocation = nullptr;
};

struct JobScope : Scope {
    static constexpr WorkKind kKind = WorkKind::Job;
    mortise_job* job = nullptr;
};

/// Statuses of the host that are passed on as they are: it knows what they mean for the client.
inline bool isHostOutcome(mortise_status status) noexcept {
    return status == MORTISE_DEADLINE_EXCEEDED || status == MORTISE_CANCELLED ||
           status == MORTISE_STALE || status == MORTISE_EXHAUSTED || status == MORTISE_RETRY;
}

inline mortise_status logUnhandled(const Scope& scope, const char* event, const char* what,
                                   mortise_error* error) noexcept {
    try {
        Log(scope.unit).error(event, field("error", what));
    } catch (...) {
        // Without memory for the log record the status alone must do.
    }
    return fail(error, MORTISE_INTERNAL, "", "unhandled error in the plugin");
}

/// Turns the exception being handled into a status. `on_app_error(const AppError&)` tells an error of the domain; everything
/// unforeseen is logged as `event` with its text, which never goes any further.
template <class OnAppError>
mortise_status reportCurrent(const Scope& scope, const char* event, mortise_error* error,
                             OnAppError&& on_app_error) noexcept {
    try {
        try {
            throw;
        } catch (const AppError& failure) {
            if (failure.cause()) {
                Log(scope.unit)
                    .warning("request.error_caused", field("error_code", failure.code()),
                             field("cause", failure.causeText()));
            }
            return on_app_error(failure);
        } catch (const HostError& failure) {
            if (isHostOutcome(failure.status())) {
                return fail(error, failure.status(), failure.code(), failure.what());
            }
            throw;
        }
    } catch (const HostError& failure) {
        const std::string text = failure.code().empty() ? std::string(failure.what())
                                                        : failure.code() + ": " + failure.what();
        return logUnhandled(scope, event, text.c_str(), error);
    } catch (const std::exception& failure) {
        return logUnhandled(scope, event, failure.what(), error);
    } catch (...) {  // nothing is known about it but that it happened
        return logUnhandled(scope, event, "not an exception", error);
    }
}

inline mortise_status failWith(mortise_error* error, const AppError& failure) noexcept {
    return fail(error, MORTISE_DOMAIN_ERROR, failure.code(), failure.message(),
                static_cast<std::uint32_t>(failure.httpStatus()));
}

inline std::vector<mortise_pair> rawHeaders(const std::vector<HeaderField>& headers) {
    std::vector<mortise_pair> raw;
    raw.reserve(headers.size());
    for (const auto& [name, value] : headers) {
        raw.push_back({str(name), str(value)});
    }
    return raw;
}

inline void setHeaders(mortise_response& response, const std::vector<mortise_pair>& headers) {
    response.headers = headers.data();
    response.header_count = static_cast<std::uint32_t>(headers.size());
}

/// Stages an answer.
inline mortise_status sendResponse(const RequestScope& scope, const mortise_response& response,
                                   mortise_error* error) {
    return need(scope.unit.host->tables().request, MORTISE_REQUEST_INTERFACE)
        .respond(scope.request, &response, error);
}

/// Stages the failure envelope. The request itself ended as it should, so the status is OK; the host rolls back because the
/// answer is an error, unless it keeps its writes.
inline mortise_status respondFailure(const RequestScope& scope, const AppError& failure,
                                     mortise_error* error) {
    const std::vector<mortise_pair> headers = rawHeaders(failure.headers());
    mortise_response response{};
    response.struct_size = sizeof response;
    response.http_status = static_cast<std::uint32_t>(failure.httpStatus());
    response.flags = failure.keepsWrites() ? MORTISE_RESPONSE_KEEP_WRITES : 0U;
    response.message = str(failure.message());
    response.error_code = str(failure.code());
    response.errors = str(failure.errorsJson());
    setHeaders(response, headers);
    return sendResponse(scope, response, error);
}

inline mortise_status reportRequest(const RequestScope& scope, mortise_error* error) noexcept {
    return reportCurrent(scope, "request.unhandled_error", error, [&](const AppError& failure) {
        return respondFailure(scope, failure, error);
    });
}

}  // namespace detail

}  // namespace mortise
