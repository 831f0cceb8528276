// http_client: requests to other servers, over connections the host keeps.
//
//     Rate convert(Query<Pair> pair, HttpClient& http) {
//         return http.get("https://rates.example.org/" + pair->name).json<Rate>();
//     }
//
// plugin.json lists the servers under "grants": {"http": ["https://rates.example.org"]}. HttpClient& makes a handler a blocking one;
// a coroutine takes AsyncHttpClient& and says `co_await http.get(...)`. A call ends by the deadline of the request. Make it before
// the first statement or after commitNow(): a caller that holds a database lease gets HostError LEASE_NESTED. A server that cannot
// be reached, or is left alone after failures, is UnavailableError (503 for the client); every answer is a reply, whatever its
// status, and requireSuccess() makes an error of a bad one.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/host.hpp"
#include "mortise/host_json.hpp"
#include "mortise/http_client.h"
#include "mortise/json_writer.hpp"
#include "mortise/schema.hpp"

namespace mortise {

/// What to send.
struct HttpCall {
    std::string method = "GET";
    /// Absolute, percent-encoded.
    std::string url{};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    /// For all attempts together; zero leaves it to the deadline of the unit of work.
    std::chrono::milliseconds timeout{0};
    /// How often it may be sent when the server is not reached or says 429, 502, 503 or 504; 1 to 8. Only idempotent methods,
    /// and others with an Idempotency-Key, are repeated.
    unsigned attempts = 1;
    /// Bytes; 0 means 1 MiB.
    std::uint64_t response_size_max = 0;

    /// A body of a type with a schema.
    template <class Value>
    HttpCall& json(const Value& value) {
        body = toPluginJson(value);
        headers.emplace_back("content-type", "application/json");
        return *this;
    }
};

/// The server answered with a status that the caller did not expect; a client sees 500.
class HttpStatusError : public std::runtime_error {
public:
    HttpStatusError(unsigned status, const std::string& url)
        : std::runtime_error("status " + std::to_string(status) + " from " +
                             url.substr(0, url.find_first_of("?#"))),
          status_(status) {}
    unsigned status() const noexcept { return status_; }

private:
    unsigned status_;
};

/// What the server answered.
class HttpReply {
public:
    HttpReply() = default;
    /// Copies. `url` is named in errors, without its query.
    HttpReply(const Host& host, const mortise_http_reply& raw, std::string url)
        : status(raw.http_status),
          body(detail::view({reinterpret_cast<const char*>(raw.body.data), raw.body.size})),
          attempts(raw.attempts),
          host_(&host),
          url_(std::move(url)) {
        for (std::uint32_t at = 0; at < raw.header_count; ++at) {
            headers.emplace_back(detail::view(raw.headers[at].name),
                                 detail::view(raw.headers[at].value));
        }
    }

    unsigned status = 0;
    /// Names in lower case.
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    /// Requests that were sent.
    unsigned attempts = 0;

    bool isSuccess() const noexcept { return status >= 200 && status < 300; }
    /// The first of that name, empty when there is none. `lower_name` is in lower case.
    std::string_view header(std::string_view lower_name) const noexcept {
        for (const auto& [name, value] : headers) {
            if (name == lower_name) {
                return value;
            }
        }
        return {};
    }
    /// Throws UnavailableError for 429 and 5xx, HttpStatusError for everything else but 2xx.
    const HttpReply& requireSuccess() const {
        if (status == 429 || status >= 500) {
            throw UnavailableError();
        }
        if (!isSuccess()) {
            throw HttpStatusError(status, url_);
        }
        return *this;
    }
    /// The body of a success as a type with a schema; unknown members are ignored unless its schema forbids them. Throws as
    /// requireSuccess(), and HostError when the body does not fit: the other server's fault, never the client's.
    template <class Out>
    Out json() const {
        requireSuccess();
        return detail::readAnswer<Out>(*host_, body, url_.substr(0, url_.find_first_of("?#")));
    }

private:
    const Host* host_ = nullptr;
    std::string url_;
};

namespace detail {

/// A call as the contract wants it; points into the HttpCall.
class RawHttpCall {
public:
    explicit RawHttpCall(const HttpCall& call) {
        for (const auto& [name, value] : call.headers) {
            headers_.push_back({str(name), str(value)});
        }
        raw_.struct_size = static_cast<std::uint32_t>(sizeof raw_);
        raw_.timeout_ms = static_cast<std::uint32_t>(call.timeout.count());
        raw_.method = str(call.method);
        raw_.url = str(call.url);
        raw_.headers = headers_.data();
        raw_.header_count = static_cast<std::uint32_t>(headers_.size());
        raw_.attempts_max = call.attempts;
        raw_.body = {reinterpret_cast<const std::uint8_t*>(call.body.data()), call.body.size()};
        raw_.response_size_max = call.response_size_max;
    }
    RawHttpCall(const RawHttpCall&) = delete;
    RawHttpCall& operator=(const RawHttpCall&) = delete;
    const mortise_http_call* get() const noexcept { return &raw_; }

private:
    std::vector<mortise_pair> headers_;
    mortise_http_call raw_{};
};

/// Where the outcome of a call arrives.
struct HttpArrival {
    const Host* host;
    std::string url;
    HttpReply reply{};
    mortise_status status = MORTISE_INTERNAL;
    Failure failure{};

    static void take(void* self, mortise_status status, const mortise_http_reply* raw,
                     const mortise_error* error) {
        auto& arrival = *static_cast<HttpArrival*>(self);
        arrival.status = status;
        copyFailure(arrival.failure, error);
        if (raw == nullptr) {
            return;
        }
        try {
            arrival.reply = HttpReply(*arrival.host, *raw, arrival.url);
        } catch (const std::bad_alloc&) {
            arrival.status = MORTISE_EXHAUSTED;
        }
    }
};

/// Waits for the reply of a call that was sent without blocking.
class HttpAwaiter {
public:
    HttpAwaiter(const Unit& unit, HttpCall call)
        : unit_(unit), call_(std::move(call)), arrival_{unit.host, call_.url} {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        const RawHttpCall raw(call_);
        const mortise_status status =
            need(unit_.host->tables().http_client, MORTISE_HTTP_CLIENT_INTERFACE)
                .send_async(unit_.context, raw.get(), &done, this, arrival_.failure.out());
        if (status == MORTISE_OK) {
            return true;
        }
        arrival_.status = status;
        return false;
    }
    HttpReply await_resume() {
        check(arrival_.status, arrival_.failure);
        return std::move(arrival_.reply);
    }

private:
    static void done(void* self, mortise_status status, const mortise_http_reply* raw,
                     const mortise_error* error) {
        auto& awaiter = *static_cast<HttpAwaiter*>(self);
        HttpArrival::take(&awaiter.arrival_, status, raw, error);
        awaiter.waiter_.resume();
    }

    Unit unit_;
    HttpCall call_;
    HttpArrival arrival_;
    std::coroutine_handle<> waiter_;
};

}  // namespace detail

/// For blocking handlers, jobs and tasks.
class HttpClient {
public:
    explicit HttpClient(const Unit& unit) : unit_(unit) {}

    HttpReply send(const HttpCall& call) const {
        detail::refuseOnReactor(unit_, "HttpClient::send()");
        const detail::RawHttpCall raw(call);
        detail::HttpArrival arrival{unit_.host, call.url};
        detail::check(detail::need(unit_.host->tables().http_client, MORTISE_HTTP_CLIENT_INTERFACE)
                          .send(unit_.context, raw.get(), &detail::HttpArrival::take, &arrival,
                                arrival.failure.out()),
                      arrival.failure);
        detail::check(arrival.status, arrival.failure);
        return std::move(arrival.reply);
    }
    HttpReply get(std::string url) const {
        HttpCall call;
        call.url = std::move(url);
        return send(call);
    }
    /// Sends a value of a type with a schema.
    template <class Value>
    HttpReply post(std::string url, const Value& value) const {
        HttpCall call;
        call.method = "POST";
        call.url = std::move(url);
        return send(call.json(value));
    }

private:
    Unit unit_;
};

/// For coroutines: `HttpReply reply = co_await http.get(url);`.
class AsyncHttpClient {
public:
    explicit AsyncHttpClient(const Unit& unit) : unit_(unit) {}

    detail::HttpAwaiter send(HttpCall call) const {
        return detail::HttpAwaiter(unit_, std::move(call));
    }
    detail::HttpAwaiter get(std::string url) const {
        HttpCall call;
        call.url = std::move(url);
        return send(std::move(call));
    }
    /// Sends a value of a type with a schema.
    template <class Value>
    detail::HttpAwaiter post(std::string url, const Value& value) const {
        HttpCall call;
        call.method = "POST";
        call.url = std::move(url);
        call.json(value);
        return send(std::move(call));
    }

private:
    Unit unit_;
};

}  // namespace mortise
