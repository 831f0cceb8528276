#include "app/host_routes.hpp"

#include "api/envelope.hpp"
#include "base/json_text.hpp"
#include "http/exchange.hpp"
#include "metrics/exposition.hpp"

namespace mortise::app {
namespace {

constexpr const char* kHealthOperation =
    R"({"operationId":"getHealth","tags":["host"],"summary":"Tell that the process lives","responses":{"200":{"description":"Alive"}}})";
constexpr const char* kReadyOperation =
    R"({"operationId":"getReadiness","tags":["host"],"summary":"Tell whether the host takes traffic","responses":{"200":{"description":"Ready"},"503":{"description":"Not ready; errors names what fails"}}})";
constexpr const char* kKeysOperation =
    R"json({"operationId":"getPublicKeys","tags":["host"],"summary":"Get the public keys of access tokens (RFC 7517)","responses":{"200":{"description":"JWK Set"}}})json";

constexpr const char* kMetricsOperation =
    R"({"operationId":"getMetrics","tags":["host"],"summary":"Get the metrics in the text format of Prometheus","responses":{"200":{"description":"Metrics","content":{"text/plain":{"schema":{"type":"string"}}}}}})";

/// Seconds after which a client may ask again whether the host is ready.
constexpr const char* kReadyRetryAfter = "1";

void writeReadiness(http::Exchange& exchange, const ReadinessReport& report) {
    if (report.is_ready) {
        api::writeSuccess(exchange.response, 200, "Ready", report.dataJson());
        return;
    }
    api::writeFailure(exchange.response, 503, report.code, {}, report.errorsJson(),
                      api::wantsProblem(exchange));
    exchange.response.headers.emplace_back("Retry-After", kReadyRetryAfter);
}

void writeDocument(http::Exchange& exchange, const std::string& content_type, std::string body) {
    exchange.response.status = 200;
    exchange.response.content_type = content_type;
    exchange.response.body = std::move(body);
}

}  // namespace

class HostRoutes::Target final : public http::Target {
public:
    explicit Target(Answer answer) : answer_(std::move(answer)) {}
    bool enter() noexcept override { return true; }
    void leave() noexcept override {}
    void handle(http::Exchange& exchange) noexcept override {
        try {
            answer_(exchange);
        } catch (...) {
            // Out of memory: the pipeline turns no answer into a plain 500.
            exchange.response.clear();
        }
        exchange.complete();
    }

private:
    Answer answer_;
};

HostRoutes::HostRoutes(HostAnswers answers, run::Lane& lane)
    : answers_(std::move(answers)), lane_(lane) {
    const std::string health = R"({"app":)" + jsonString(answers_.name) + R"(,"version":)" +
                               jsonString(answers_.version) + '}';
    add("/health", http::Mode::Inline, kHealthOperation, [health](http::Exchange& exchange) {
        api::writeSuccess(exchange.response, 200, "Alive", health);
    });
    add("/ready", http::Mode::Blocking, kReadyOperation,
        [this](http::Exchange& exchange) { writeReadiness(exchange, answers_.readiness()); });
    add("/.well-known/jwks.json", http::Mode::Inline, kKeysOperation,
        [this](http::Exchange& exchange) {
            const std::string keys = answers_.public_keys();
            writeDocument(exchange, "application/jwk-set+json",
                          keys.empty() ? R"({"keys":[]})" : keys);
        });
    if (answers_.serves_metrics) {
        add("/metrics", http::Mode::Blocking, kMetricsOperation, [this](http::Exchange& exchange) {
            writeDocument(exchange, std::string(metrics::kContentType), answers_.metrics());
        });
    }
    if (!answers_.serves_docs) {
        return;
    }
    add("/openapi.json", http::Mode::Inline, nullptr, [this](http::Exchange& exchange) {
        const auto document = answers_.document();
        writeDocument(exchange, "application/json", document ? *document : "{}");
    });
    docs_ = std::make_unique<api::DocsPage>(answers_.docs);
    for (http::Route& route : docs_->routes(lane_)) {
        route.access = http::Access::Anonymous;
        routes_.push_back(std::make_unique<http::Route>(std::move(route)));
        operations_.emplace_back();
    }
}

HostRoutes::~HostRoutes() = default;

void HostRoutes::add(const char* pattern, http::Mode mode, const char* operation, Answer answer) {
    targets_.push_back(std::make_unique<Target>(std::move(answer)));
    auto route = std::make_unique<http::Route>();
    route->method = http::Method::Get;
    route->pattern = pattern;
    route->display = pattern;
    route->plugin = "host";
    route->mode = mode;
    route->access = http::Access::Anonymous;
    route->target = targets_.back().get();
    route->lane = mode == http::Mode::Blocking ? &lane_ : nullptr;
    routes_.push_back(std::move(route));
    operations_.emplace_back(operation == nullptr ? "" : operation);
}

std::vector<const http::Route*> HostRoutes::routes() const {
    std::vector<const http::Route*> routes;
    for (const auto& route : routes_) {
        routes.push_back(route.get());
    }
    return routes;
}

api::ApiPart HostRoutes::part() const {
    api::ApiPart part;
    part.name = "host";
    part.description =
        "What the host itself answers: whether it lives, whether it is ready, its keys";
    for (std::size_t at = 0; at < routes_.size(); ++at) {
        part.routes.push_back({routes_[at].get(), operations_[at], operations_[at].empty()});
    }
    return part;
}

}  // namespace mortise::app
