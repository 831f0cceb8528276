// PluginTarget and PluginRequest: an HTTP exchange handed to a handler of a plugin, and what becomes of it.
//
//   pipeline --handle()--> fields and body as the contract shows them --> handler
//                                                                           | respond(): staged in exchange.response
//   complete() <-- answer of the outcome <-- commit or rollback <-- return (blocking, inline) or finish() (asynchronous)
//
// Guarantee: the client hears of success only after the commit; a handler that fails, lies or says nothing leads to an error
// envelope without internals. The exchange is completed exactly once, as the last thing that happens here.
#pragma once

#include <vector>

#include "bridge/context.hpp"
#include "bridge/json_document.hpp"
#include "bridge/response_stream.hpp"
#include "http/query.hpp"
#include "http/route.hpp"
#include "mortise/request.h"

namespace mortise::plugin {
struct DeclaredRoute;
}

namespace mortise::bridge {

class PluginRequest final : public mortise_request {
public:
    PluginRequest(HostInstance& instance, http::Exchange& exchange);
    PluginRequest(const PluginRequest&) = delete;
    PluginRequest& operator=(const PluginRequest&) = delete;

    static PluginRequest& of(mortise_request* request) noexcept {
        return *static_cast<PluginRequest*>(request);
    }

    /// Query and body. False: the answer is staged, the handler must not run.
    bool read();
    /// See mortise_request_api.respond.
    mortise_status respond(const mortise_response& answer, mortise_error* error);
    /// See mortise_stream.open.
    mortise_status openStream(const mortise_response& head, mortise_error* error);
    ResponseStream& stream() noexcept { return stream_; }
    /// Settles the database and stages the final answer for what the handler returned.
    void settle(mortise_status status, const mortise_error& error) noexcept;

    http::Exchange& exchange() noexcept { return exchange_; }
    Context& unit() noexcept { return unit_; }
    /// Valid once settled: the client gets what the handler meant it to get.
    bool hasSucceeded() const noexcept { return has_succeeded_; }
    /// Set while the handler of an asynchronous route runs, so that a finish() inside it is noticed.
    bool* finished = nullptr;

private:
    void fillFields();
    void refuse(int http_status, std::string_view code, std::string_view message);
    void logFailure(mortise_status status, const mortise_error& error);
    void settleStream(mortise_status status, const mortise_error& error) noexcept;
    void stageFailure(mortise_status status, const mortise_error& error);

    http::Exchange& exchange_;
    Context unit_;
    JsonDocument document_;
    http::DecodedParams decoded_query_;
    std::vector<mortise_pair> pairs_;  // Headers, path parameters, query parameters.
    ResponseStream stream_;
    bool has_answer_ = false;
    bool keeps_writes_ = false;
    bool has_succeeded_ = false;
};

class PluginTarget final : public http::Target {
public:
    PluginTarget(HostInstance& instance, const plugin::DeclaredRoute& route);

    bool enter() noexcept override;
    void leave() noexcept override;
    void handle(http::Exchange& exchange) noexcept override;

private:
    void handleNow(http::Exchange& exchange);
    void handleAsync(http::Exchange& exchange);

    HostInstance& instance_;
    mortise_request_handler handler_;
    void* handler_context_;
    bool is_async_;
};

/// Ends an asynchronous request and frees it.
void finishRequest(PluginRequest& request, mortise_status status,
                   const mortise_error& error) noexcept;

}  // namespace mortise::bridge
