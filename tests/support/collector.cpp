#include "tests/support/collector.hpp"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace mortise::test {
namespace {

namespace net = Poco::Net;

std::string textOr(const Json& json, const std::string& key) {
    return json.has(key) ? json.text(key) : std::string();
}

ReceivedSpan spanOf(const Json& json) {
    return {json.text("traceId"),
            json.text("spanId"),
            textOr(json, "parentSpanId"),
            json.text("name"),
            textOr(json, "traceState"),
            json.integer("kind"),
            std::stoll(json.text("startTimeUnixNano")),
            std::stoll(json.text("endTimeUnixNano")),
            json.has("status") ? json.integer("status.code") : 0,
            json};
}

}  // namespace

struct Collector::State {
    explicit State(std::vector<int> given) : statuses(std::move(given)) {}

    int take(const std::string& body) {
        const std::lock_guard lock(mutex);
        const int status = post_count < statuses.size() ? statuses[post_count] : 200;
        ++post_count;
        if (status == 200) {
            bodies.push_back(body);
        }
        changed.notify_all();
        return status;
    }

    const std::vector<int> statuses;
    std::mutex mutex;  // Guards the two below.
    std::condition_variable changed;
    std::size_t post_count = 0;
    std::vector<std::string> bodies;
    std::unique_ptr<net::HTTPServer> server;
};

namespace {

template <typename State>
class Handler final : public net::HTTPRequestHandler {
public:
    explicit Handler(State& state) : state_(state) {}

    void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& answer) override {
        std::string body;
        Poco::StreamCopier::copyToString(request.stream(), body);
        const bool is_export = request.getMethod() == "POST" && request.getURI() == "/v1/traces" &&
                               request.getContentType() == "application/json";
        const int status = is_export ? state_.take(body) : 404;
        answer.setStatus(static_cast<net::HTTPResponse::HTTPStatus>(status));
        answer.setContentType("application/json");
        answer.sendBuffer("{}", 2);
    }

private:
    State& state_;
};

template <typename State>
class Handlers final : public net::HTTPRequestHandlerFactory {
public:
    explicit Handlers(State& state) : state_(state) {}
    net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
        return new Handler<State>(state_);  // Owned by the server.
    }

private:
    State& state_;
};

}  // namespace

std::string ReceivedSpan::attribute(const std::string& key) const {
    for (std::size_t i = 0; i < json.size("attributes"); ++i) {
        const Json each = json.at("attributes." + std::to_string(i));
        if (each.text("key") != key) {
            continue;
        }
        for (const char* type : {"value.stringValue", "value.intValue"}) {
            if (each.has(type)) {
                return each.text(type);
            }
        }
        return each.has("value.boolValue") ? (each.boolean("value.boolValue") ? "true" : "false")
                                           : std::to_string(each.number("value.doubleValue"));
    }
    return {};
}

Collector::Collector(std::vector<int> statuses)
    : state_(std::make_shared<State>(std::move(statuses))) {
    const net::ServerSocket socket(net::SocketAddress("127.0.0.1", 0));
    state_->server = std::make_unique<net::HTTPServer>(new Handlers<State>(*state_), socket,
                                                       new net::HTTPServerParams);
    state_->server->start();
}

Collector::~Collector() {
    state_->server->stopAll(true);
}

std::uint16_t Collector::port() const noexcept {
    return state_->server->port();
}

std::size_t Collector::postCount() const {
    const std::lock_guard lock(state_->mutex);
    return state_->post_count;
}

std::vector<std::string> Collector::bodies() const {
    const std::lock_guard lock(state_->mutex);
    return state_->bodies;
}

std::vector<ReceivedSpan> Collector::spans() const {
    std::vector<ReceivedSpan> spans;
    for (const std::string& body : bodies()) {
        const Json list = Json::parse(body).at("resourceSpans.0.scopeSpans.0.spans");
        for (std::size_t i = 0; i < list.size(); ++i) {
            spans.push_back(spanOf(list.at(std::to_string(i))));
        }
    }
    return spans;
}

std::optional<ReceivedSpan> Collector::await(const std::function<bool(const ReceivedSpan&)>& fits,
                                             std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    std::size_t seen = 0;
    while (true) {
        const auto all = spans();
        const auto found = std::find_if(all.begin(), all.end(), fits);
        if (found != all.end()) {
            return *found;
        }
        std::unique_lock lock(state_->mutex);
        if (!state_->changed.wait_until(lock, deadline,
                                        [&] { return state_->bodies.size() > seen; })) {
            return std::nullopt;
        }
        seen = state_->bodies.size();
    }
}

}  // namespace mortise::test
