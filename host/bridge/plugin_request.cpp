#include "bridge/plugin_request.hpp"

#include <algorithm>
#include <memory>

#include "api/envelope.hpp"
#include "api/error_catalogue.hpp"
#include "api/json_text.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/text.hpp"
#include "http/exchange.hpp"
#include "identity/principal.hpp"
#include "log/log.hpp"
#include "plugin/generation.hpp"

namespace mortise::bridge {
namespace {

bool isJsonType(std::string_view content_type) noexcept {
    return content_type.substr(0, content_type.find(';')).find("json") != std::string_view::npos;
}

void appendPairs(std::vector<mortise_pair>& out, std::span<const http::Pair> pairs) {
    for (const http::Pair& pair : pairs) {
        out.push_back({strOf(pair.name), strOf(pair.value)});
    }
}

/// Why an answer cannot be written, nullptr when it can.
const char* faultOf(const mortise_response& answer) {
    if (answer.http_status < 200 || answer.http_status > 599) {
        return "http_status must lie between 200 and 599";
    }
    if ((answer.flags & MORTISE_RESPONSE_RAW) != 0) {
        return nullptr;
    }
    if (answer.http_status >= 400 && !api::isErrorCode(viewOf(answer.error_code))) {
        return "a failure needs an UPPER_SNAKE error_code";
    }
    if (answer.data.size > 0 && !api::opensObject(viewOf(answer.data))) {
        return "data must be a JSON object";
    }
    if (answer.meta.size > 0 && !api::opensObject(viewOf(answer.meta))) {
        return "meta must be a JSON object";
    }
    if (answer.errors.size > 0 && !api::opensContainer(viewOf(answer.errors))) {
        return "errors must be a JSON object or array";
    }
    return nullptr;
}

/// True for a field name and value that cannot break out of their line (RFC 9110 section 5.5).
bool isSafeHeader(std::string_view name, std::string_view value) noexcept {
    auto is_token = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    auto is_safe = [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), is_token) &&
           std::all_of(value.begin(), value.end(), is_safe);
}

/// Completes the exchange of a settled request, then starts what waits for the response.
void completeSettled(PluginRequest& request) noexcept {
    http::Exchange& exchange = request.exchange();
    HostInstance& instance = request.unit().instance();
    if (!request.unit().hasAfterResponse() || !request.hasSucceeded()) {
        exchange.complete();
        return;
    }
    // complete() may unpin the generation; the tasks need it until each has its own pin.
    instance.generation().pin();
    exchange.complete();
    request.unit().runAfterResponse();
    instance.generation().unpin();
}

}  // namespace

PluginRequest::PluginRequest(HostInstance& instance, http::Exchange& exchange)
    : mortise_request{}, exchange_(exchange), unit_(instance) {
    unit_.deadline = exchange.deadline;
    unit_.reactor = &exchange.reactor();
    unit_.exchange = &exchange;
    unit_.is_read_only =
        exchange.method == http::Method::Get || exchange.method == http::Method::Head;
    unit_.request_id = exchange.request_id;
    unit_.trace = exchange.trace;
    unit_.method = exchange.method_name;
    unit_.path = exchange.path;
    unit_.principal.set(exchange.principal);
    if (exchange.principal) {
        unit_.user_id = exchange.principal->subject;
    }
}

void PluginRequest::fillFields() {
    const auto query_pairs = decoded_query_.pairs();
    pairs_.reserve(exchange_.headers.size() + exchange_.path_params.size() + query_pairs.size());
    appendPairs(pairs_, exchange_.headers);
    appendPairs(pairs_, exchange_.path_params);
    appendPairs(pairs_, query_pairs);
    struct_size = sizeof(mortise_request);
    context = &unit_;
    method = strOf(exchange_.method_name);
    path = strOf(exchange_.path);
    query = strOf(exchange_.query);
    route = strOf(exchange_.route->display);
    headers = pairs_.data();
    header_count = static_cast<std::uint32_t>(exchange_.headers.size());
    path_params = headers + header_count;
    path_param_count = static_cast<std::uint32_t>(exchange_.path_params.size());
    query_params = path_params + path_param_count;
    query_param_count = static_cast<std::uint32_t>(query_pairs.size());
    body = bytesOf(exchange_.body);
    principal = unit_.principal.get();
    request_id = strOf(exchange_.request_id);
    client_address = strOf(exchange_.client_address);
}

void PluginRequest::refuse(int http_status, std::string_view code, std::string_view message) {
    exchange_.response.clear();
    api::writeFailure(exchange_.response, http_status, code, message, {},
                      api::wantsProblem(exchange_));
}

bool PluginRequest::read() {
    if (decoded_query_.parse(exchange_.query) != http::DecodedParams::Fault::None) {
        refuse(400, "BAD_REQUEST", "The query string is malformed");
        return false;
    }
    fillFields();
    if (!exchange_.route->takes_json || exchange_.body.empty() ||
        !isJsonType(exchange_.header("content-type"))) {
        return true;
    }
    JsonDocument::Problem problem;
    if (!document_.parse(exchange_.body, problem)) {
        refuse(400, "BAD_REQUEST", "The request body is not acceptable JSON: " + problem.message);
        return false;
    }
    json = &document_.view();
    return true;
}

mortise_status PluginRequest::respond(const mortise_response& answer, mortise_error* error) {
    if (stream_.isOpen()) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                    "the answer is a stream already");
    }
    if (exchange_.isAbandoned()) {
        return fail(error, MORTISE_STALE, "STALE", "the request has been answered without you");
    }
    if (const char* fault = faultOf(answer)) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", fault);
    }
    http::Response& response = exchange_.response;
    response.clear();
    for (std::uint32_t at = 0; at < answer.header_count; ++at) {
        const std::string_view name = viewOf(answer.headers[at].name);
        const std::string_view value = viewOf(answer.headers[at].value);
        if (!isSafeHeader(name, value)) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "a header name or value has characters that are not allowed");
        }
        response.headers.emplace_back(name, value);
    }
    const int http_status = static_cast<int>(answer.http_status);
    if ((answer.flags & MORTISE_RESPONSE_RAW) != 0) {
        response.status = http_status;
        response.content_type = viewOf(answer.content_type);
        response.body = viewOf(answer.body);
    } else if (http_status >= 400) {
        api::writeFailure(response, http_status, viewOf(answer.error_code), viewOf(answer.message),
                          viewOf(answer.errors), api::wantsProblem(exchange_));
    } else {
        api::writeSuccess(response, http_status, viewOf(answer.message), viewOf(answer.data),
                          viewOf(answer.meta));
    }
    has_answer_ = true;
    keeps_writes_ = http_status < 400 || (answer.flags & MORTISE_RESPONSE_KEEP_WRITES) != 0;
    return MORTISE_OK;
}

mortise_status PluginRequest::openStream(const mortise_response& head, mortise_error* error) {
    if ((head.flags & MORTISE_RESPONSE_RAW) == 0 || head.http_status < 200 ||
        head.http_status > 299 || head.http_status == 204) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                    "the head of a stream is raw, with a status from 200 to 299 but 204");
    }
    mortise_response empty = head;
    empty.body = {};
    if (const mortise_status status = respond(empty, error); status != MORTISE_OK) {
        return status;
    }
    mortise_error failure = blankError();
    if (!unit_.settle(true, &failure)) {
        has_answer_ = false;
        return fail(error, failure.status, failure.code, failure.message,
                    static_cast<int>(failure.http_status));
    }
    exchange_.startStream();
    stream_.open(unit_, exchange_.stream);
    return MORTISE_OK;
}

void PluginRequest::logFailure(mortise_status status, const mortise_error& error) {
    const log::Context log_context = unit_.logContext();
    const log::Field fields[] = {{"status", status},
                                 {"code", std::string_view(error.code)},
                                 {"reason", std::string_view(error.message)}};
    unit_.instance().services().log.write(log::Level::Error, "request.unhandled_error", fields,
                                          &log_context);
}

/// The head is sent, so all that can still be said is whether the body is whole.
void PluginRequest::settleStream(mortise_status status, const mortise_error& error) noexcept {
    mortise_error failure = error;
    if (!unit_.settle(status == MORTISE_OK, &failure)) {
        status = failure.status;
    }
    has_succeeded_ = status == MORTISE_OK;
    stream_.end(has_succeeded_);
    // A client that leaves is no failure of anybody.
    if (!has_succeeded_ && status != MORTISE_CANCELLED) {
        logFailure(status, failure);
    }
}

void PluginRequest::stageFailure(mortise_status status, const mortise_error& error) {
    const Meaning meaning = meaningOf(status, error);
    if (meaning.is_fault) {
        logFailure(status, error);
    }
    refuse(meaning.http_status, meaning.code, meaning.message);
    if (meaning.retry_after_s > 0) {
        exchange_.response.headers.emplace_back("Retry-After",
                                                std::to_string(meaning.retry_after_s));
    }
}

void PluginRequest::settle(mortise_status status, const mortise_error& error) noexcept {
    if (stream_.isOpen()) {
        settleStream(status, error);
        return;
    }
    try {
        mortise_error failure = error;
        if (status == MORTISE_OK && !has_answer_) {
            status = fail(&failure, MORTISE_INTERNAL, "INTERNAL_ERROR",
                          "the handler returned without an answer");
        }
        const bool commits = status == MORTISE_OK && keeps_writes_ && !exchange_.isAbandoned();
        if (!unit_.settle(commits, &failure)) {
            status = failure.status;
        }
        if (status != MORTISE_OK) {
            stageFailure(status, failure);
        }
        has_succeeded_ = exchange_.response.status < 400;
    } catch (...) {
        // Out of memory while writing the answer: an empty one becomes a plain 500 in the pipeline.
        exchange_.response.clear();
    }
}

PluginTarget::PluginTarget(HostInstance& instance, const plugin::DeclaredRoute& route)
    : instance_(instance),
      handler_(route.handler),
      handler_context_(route.handler_context),
      is_async_((route.flags & MORTISE_ROUTE_ASYNC) != 0) {}

bool PluginTarget::enter() noexcept {
    instance_.generation().pin();
    return true;
}

void PluginTarget::leave() noexcept {
    instance_.generation().unpin();
}

void PluginTarget::handle(http::Exchange& exchange) noexcept {
    try {
        if (is_async_) {
            handleAsync(exchange);
        } else {
            handleNow(exchange);
        }
    } catch (...) {
        // Only memory can have run out before the handler was called; the pipeline turns no answer into a plain 500.
        exchange.response.clear();
        exchange.complete();
    }
}

void PluginTarget::handleNow(http::Exchange& exchange) {
    PluginRequest request(instance_, exchange);
    if (request.read()) {
        const log::Context log_context = request.unit().logContext();
        const log::ScopedContext scope(log_context);
        mortise_error error = blankError();
        const mortise_status status =
            callPlugin(error, [&] { return handler_(handler_context_, &request, &error); });
        request.settle(status, error);
    }
    completeSettled(request);
}

void PluginTarget::handleAsync(http::Exchange& exchange) {
    auto request = std::make_unique<PluginRequest>(instance_, exchange);
    if (!request->read()) {
        completeSettled(*request);
        return;
    }
    bool finished = false;
    request->finished = &finished;
    PluginRequest& running = *request.release();  // finish() deletes it.
    mortise_error error = blankError();
    mortise_status status = MORTISE_OK;
    {
        const log::Context log_context = running.unit().logContext();
        const log::ScopedContext scope(log_context);
        status = callPlugin(error, [&] { return handler_(handler_context_, &running, &error); });
    }
    if (finished) {
        return;
    }
    running.finished = nullptr;
    if (status != MORTISE_OK) {
        finishRequest(running, status, error);
    }
}

void finishRequest(PluginRequest& request, mortise_status status,
                   const mortise_error& error) noexcept {
    const std::unique_ptr<PluginRequest> owned(&request);
    if (request.finished != nullptr) {
        *request.finished = true;
    }
    request.settle(status, error);
    completeSettled(request);
}

}  // namespace mortise::bridge
