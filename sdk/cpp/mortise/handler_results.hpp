// handler_results: from what a handler returns to the answer the host writes, and to what the OpenAPI document says about it.
//
//   T, Listing   status of the route (200)      Created<T>  201, Location      NoContent, void  204
//   Reply<T>     its own status and headers     Accepted<T> 202, Location      Redirect         303, Location
//   RawReply     no envelope                    Task<X>     as X
//
// The host writes the envelope; here only `data` and `meta` become JSON.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "mortise/handler_scope.hpp"
#include "mortise/paging.hpp"
#include "mortise/redirect.hpp"
#include "mortise/schema.hpp"
#include "mortise/task.hpp"

namespace mortise::detail {

/// What a route says about its successful answer.
struct RouteSettings {
    /// 0 takes the result type's own.
    int status = 0;
    /// Empty takes the host's standard text.
    std::string message;
};

/// What a result type says about a route, for the OpenAPI document.
struct ResultFacts {
    int status = 200;
    /// JSON Schema of `data`; empty when there is no body or no envelope.
    std::string data_schema;
    bool has_meta = false;
    bool is_raw = false;
    bool is_redirect = false;
};

inline mortise_response baseResponse(const RouteSettings& settings, int default_status) noexcept {
    mortise_response response{};
    response.struct_size = sizeof response;
    response.http_status =
        static_cast<std::uint32_t>(settings.status != 0 ? settings.status : default_status);
    response.message = str(settings.message);
    return response;
}

/// Writes `data`, and `meta` for lists, and hands the answer over. The texts live until respond() copied them.
template <class T>
mortise_status sendData(const RequestScope& scope, mortise_response response, const T& value,
                        mortise_error* error) {
    std::string data;
    appendJson<Audience::Client>(data, value);
    response.data = str(data);
    std::string meta;
    if constexpr (Listed<T>) {
        meta = value.metaJson();
        response.meta = str(meta);
    }
    return sendResponse(scope, response, error);
}

template <class T>
struct Result {
    static ResultFacts describe(SchemaCollector& collector) {
        assertResponseData<T>();
        return {200, schemaUse<T>(collector), Listed<T>, false, false};
    }
    static mortise_status send(const RequestScope& scope, const RouteSettings& settings,
                               const T& value, mortise_error* error) {
        return sendData(scope, baseResponse(settings, 200), value, error);
    }
};

/// With `Location` when there is one.
template <class T>
mortise_status sendWithLocation(const RequestScope& scope, mortise_response response,
                                const std::string& location, const T& data, mortise_error* error) {
    const mortise_pair field{str("Location"), str(location)};
    response.headers = &field;
    response.header_count = location.empty() ? 0 : 1;
    return sendData(scope, response, data, error);
}

template <class T>
struct Result<Created<T>> {
    static ResultFacts describe(SchemaCollector& collector) {
        ResultFacts facts = Result<T>::describe(collector);
        facts.status = 201;
        return facts;
    }
    static mortise_status send(const RequestScope& scope, const RouteSettings& settings,
                               const Created<T>& created, mortise_error* error) {
        return sendWithLocation(scope, baseResponse(settings, 201), created.location, created.data,
                                error);
    }
};

template <class T>
struct Result<Accepted<T>> {
    static ResultFacts describe(SchemaCollector& collector) {
        ResultFacts facts = Result<T>::describe(collector);
        facts.status = 202;
        return facts;
    }
    static mortise_status send(const RequestScope& scope, const RouteSettings& settings,
                               const Accepted<T>& accepted, mortise_error* error) {
        return sendWithLocation(scope, baseResponse(settings, 202), accepted.location,
                                accepted.data, error);
    }
};

template <class T>
struct Result<Reply<T>> {
    static ResultFacts describe(SchemaCollector& collector) {
        return Result<T>::describe(collector);
    }
    static mortise_status send(const RequestScope& scope, const RouteSettings& settings,
                               const Reply<T>& reply, mortise_error* error) {
        const std::vector<mortise_pair> headers = rawHeaders(reply.headers());
        mortise_response response = baseResponse(settings, 200);
        if (reply.statusValue() != 0) {
            response.http_status = static_cast<std::uint32_t>(reply.statusValue());
        }
        if (!reply.messageText().empty()) {
            response.message = str(reply.messageText());
        }
        setHeaders(response, headers);
        return sendData(scope, response, reply.data(), error);
    }
};

template <>
struct Result<NoContent> {
    static ResultFacts describe(SchemaCollector&) { return {204, {}, false, false, false}; }
    static mortise_status send(const RequestScope& scope, const RouteSettings& settings,
                               const NoContent&, mortise_error* error) {
        return sendResponse(scope, baseResponse(settings, 204), error);
    }
};

template <>
struct Result<Reply<NoContent>> {
    static ResultFacts describe(SchemaCollector&) { return {204, {}, false, false, false}; }
    static mortise_status send(const RequestScope& scope, const RouteSettings& settings,
                               const Reply<NoContent>& reply, mortise_error* error) {
        const std::vector<mortise_pair> headers = rawHeaders(reply.headers());
        mortise_response response = baseResponse(settings, 204);
        setHeaders(response, headers);
        return sendResponse(scope, response, error);
    }
};

template <>
struct Result<RawReply> {
    static ResultFacts describe(SchemaCollector&) { return {200, {}, false, true, false}; }
    static mortise_status send(const RequestScope& scope, const RouteSettings&,
                               const RawReply& reply, mortise_error* error) {
        const std::vector<mortise_pair> headers = rawHeaders(reply.headers);
        mortise_response response{};
        response.struct_size = sizeof response;
        response.http_status = static_cast<std::uint32_t>(reply.status);
        response.flags = MORTISE_RESPONSE_RAW;
        response.content_type = str(reply.content_type);
        response.body = {reinterpret_cast<const std::uint8_t*>(reply.body.data()),
                         reply.body.size()};
        setHeaders(response, headers);
        return sendResponse(scope, response, error);
    }
};

template <>
struct Result<Redirect> {
    static ResultFacts describe(SchemaCollector&) { return {303, {}, false, true, true}; }
    static mortise_status send(const RequestScope& scope, const RouteSettings& settings,
                               const Redirect& redirect, mortise_error* error) {
        const mortise_pair location{str("Location"), str(redirect.location())};
        mortise_response response = baseResponse(settings, 303);
        if (redirect.status() != 0) {
            response.http_status = static_cast<std::uint32_t>(redirect.status());
        }
        response.flags = MORTISE_RESPONSE_RAW;
        response.headers = &location;
        response.header_count = 1;
        return sendResponse(scope, response, error);
    }
};

/// Results whose sending is a coroutine: Result<R>::sendLater() instead of send().
template <class R>
concept SentLater = requires {
    &Result<R>::sendLater;
};
template <class R>
inline constexpr bool kIsSentLater = SentLater<R>;
/// Results whose sending may wait, so that it cannot happen on a reactor.
template <class R>
concept WaitsToSend = requires {
    requires Result<R>::kWaits;
};
template <class R>
inline constexpr bool kWaitsToSend = WaitsToSend<R>;

/// void is 204.
template <class R>
using SentResult = std::conditional_t<
    std::is_void_v<typename TaskValue<R>::type>, NoContent,
    std::remove_cvref_t<std::conditional_t<std::is_void_v<typename TaskValue<R>::type>, int,
                                           typename TaskValue<R>::type>>>;

/// Sends what a handler returned. The status is the host's.
template <class R>
mortise_status sendResult(const RequestScope& scope, const RouteSettings& settings, const R& value,
                          mortise_error* error) {
    return Result<R>::send(scope, settings, value, error);
}

}  // namespace mortise::detail
