#include "bridge/unavailable_routes.hpp"

#include <array>

#include "api/envelope.hpp"
#include "http/exchange.hpp"

namespace mortise::bridge {
namespace {

/// Degraded plugins are retried with backoff; a client that comes back after this long finds out soon enough.
constexpr const char* kRetryAfterSeconds = "5";
/// Resources of plugins are at most this deep below their prefix.
constexpr int kDepth = 4;

}  // namespace

class UnavailableRoutes::Target final : public http::Target {
public:
    bool enter() noexcept override { return true; }
    void leave() noexcept override {}
    void handle(http::Exchange& exchange) noexcept override {
        try {
            exchange.response.clear();
            api::writeFailure(exchange.response, 503, "SERVICE_UNAVAILABLE", {}, {},
                              api::wantsProblem(exchange));
            exchange.response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
        } catch (...) {
            // Out of memory: the pipeline turns no answer into a plain 500.
            exchange.response.clear();
        }
        exchange.complete();
    }
};

UnavailableRoutes::UnavailableRoutes(std::vector<http::Route> declared)
    : target_(std::make_unique<Target>()) {
    for (http::Route& route : declared) {
        add(std::move(route));
    }
}

UnavailableRoutes::UnavailableRoutes(const std::string& plugin,
                                     const std::vector<std::string>& prefixes)
    : target_(std::make_unique<Target>()) {
    constexpr std::array kMethods{http::Method::Get, http::Method::Post, http::Method::Put,
                                  http::Method::Patch, http::Method::Delete};
    for (const std::string& prefix : prefixes) {
        std::string pattern = prefix;
        for (int depth = 0; depth <= kDepth; ++depth) {
            for (const http::Method method : kMethods) {
                http::Route route;
                route.method = method;
                route.pattern = pattern;
                route.display = pattern;
                route.plugin = plugin;
                add(std::move(route));
            }
            pattern += "/{p" + std::to_string(depth) + "}";
        }
    }
}

UnavailableRoutes::~UnavailableRoutes() = default;

void UnavailableRoutes::add(http::Route route) {
    // Whoever asks learns that the service is away, so neither a token nor a body is looked at.
    route.mode = http::Mode::Inline;
    route.access = http::Access::Anonymous;
    route.roles.clear();
    route.scopes.clear();
    route.takes_json = false;
    route.takes_form = false;
    route.takes_multipart = false;
    route.body_optional = true;
    route.target = target_.get();
    route.lane = nullptr;
    routes_.push_back(&storage_.emplace_back(std::move(route)));
}

}  // namespace mortise::bridge
