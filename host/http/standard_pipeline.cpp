#include "http/standard_pipeline.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/random.hpp"
#include "base/strings.hpp"
#include "http/authenticator.hpp"
#include "http/error_writer.hpp"
#include "http/exchange.hpp"
#include "http/route_rules.hpp"
#include "http/router.hpp"
#include "http/rules/access_log.hpp"
#include "http/rules/cors.hpp"
#include "http/rules/handler_scope.hpp"
#include "http/rules/media_type.hpp"
#include "http/rules/request_metrics.hpp"
#include "http/rules/request_trace.hpp"
#include "http/rules/standard_headers.hpp"
#include "http/rules/trust.hpp"
#include "http/uri.hpp"
#include "identity/principal.hpp"
#include "lifecycle/gate.hpp"
#include "log/log.hpp"
#include "run/epoch.hpp"
#include "run/executor.hpp"
#include "run/reactor.hpp"

namespace mortise::http {

namespace {

/// Every 503 tells when to come back, whoever gave it: a second is enough for a queue to drain and a pool to reconnect.
constexpr const char* kRetryAfterSeconds = "1";

constexpr std::size_t kRequestIdDigitCount = 12;

/// Owns the few paths that had to be decoded, until done(); nearly all borrow from the target instead.
class DecodedPaths {
public:
    std::string_view keep(const Exchange& exchange, std::string path) {
        const std::lock_guard lock(mutex_);
        return paths_[&exchange] = std::move(path);
    }

    void release(const Exchange& exchange) noexcept {
        if (borrows(exchange.path, exchange.target)) {
            return;
        }
        const std::lock_guard lock(mutex_);
        paths_.erase(&exchange);
    }

private:
    static bool borrows(std::string_view part, std::string_view whole) noexcept {
        const std::less_equal<const char*> not_after;
        return part.empty() || (not_after(whole.data(), part.data()) &&
                                not_after(part.data() + part.size(), whole.data() + whole.size()));
    }

    std::mutex mutex_;  // Guards paths_: exchanges of all reactors come here.
    // One entry per exchange at most, so bounded by the connections; node based, so the texts stay where they are.
    std::unordered_map<const Exchange*, std::string> paths_;
};

/// A blocking handler on its way to the executor.
class HandlerCall final : public run::Work {
public:
    explicit HandlerCall(Exchange& exchange) : exchange_(exchange) {}

    void run() noexcept override {
        const std::unique_ptr<HandlerCall> self(this);
        if (exchange_.isAbandoned()) {
            exchange_
                .complete();  // Answered by its deadline while it waited: the work would be wasted.
            return;
        }
        const HandlerScope scope(exchange_);
        exchange_.route->target->handle(exchange_);
    }

private:
    Exchange& exchange_;
};

bool isRequestId(std::string_view text) noexcept {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !text.empty() && text.size() <= limits::kRequestIdSizeMax &&
           text.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// What stands behind "Bearer"; nullopt when another scheme or no field came.
std::optional<std::string_view> bearerToken(std::string_view authorization) noexcept {
    constexpr std::string_view kScheme = "Bearer";
    const std::string_view scheme = authorization.substr(0, authorization.find(' '));
    if (!equalsIgnoringCase(scheme, kScheme)) {
        return std::nullopt;
    }
    return trimmed(authorization.substr(scheme.size()));
}

/// Size the client announced; nullopt when it did not say (chunked or no body).
std::optional<std::size_t> announcedSize(const Exchange& exchange) noexcept {
    const auto size = parseInteger(exchange.header("content-length"));
    return size && *size >= 0 ? std::optional(static_cast<std::size_t>(*size)) : std::nullopt;
}

bool announcesBody(const Exchange& exchange) noexcept {
    return announcedSize(exchange).value_or(0) > 0 || !exchange.header("transfer-encoding").empty();
}

bool isPermitted(const Route& route, const identity::Principal& principal) noexcept {
    const auto has_role = [&](const std::string& role) { return principal.hasRole(role); };
    const auto has_scope = [&](const std::string& scope) { return principal.hasScope(scope); };
    return (route.roles.empty() || std::any_of(route.roles.begin(), route.roles.end(), has_role)) &&
           std::all_of(route.scopes.begin(), route.scopes.end(), has_scope);
}

bool takesType(const Route& route, std::string_view content_type) noexcept {
    return (route.takes_json && isJsonType(content_type)) ||
           (route.takes_form && isFormType(content_type)) ||
           (route.takes_multipart && isMultipartType(content_type));
}

/// Milliseconds since the start with one decimal.
std::string processTime(const Exchange& exchange) {
    using Tenths = std::chrono::duration<std::int64_t, std::ratio<1, 10'000>>;
    if (exchange.started == std::chrono::steady_clock::time_point{}) {
        return "0.0";
    }
    const auto elapsed = std::chrono::steady_clock::now() - exchange.started;
    const std::int64_t tenths = std::chrono::duration_cast<Tenths>(elapsed).count();
    std::array<char, 24> text{};
    char* end = std::to_chars(text.data(), text.data() + 20, tenths / 10).ptr;
    *end++ = '.';
    *end++ = static_cast<char>('0' + tenths % 10);
    return {text.data(), end};
}

PipelineSettings checked(const PipelineSettings& settings) {
    const std::vector<std::string> faults = faultsOf(settings);
    if (!faults.empty()) {
        throw Error::internal("settings of the request rules: " + joined(faults, "; "));
    }
    return settings;
}

}  // namespace

// One member function per rule. Those that return bool say whether the request goes on; false means an answer is staged.
struct StandardPipeline::State {
    State(const PipelineParts& given, const PipelineSettings& rules)
        : parts(given),
          settings(checked(rules)),
          hosts(settings.allowed_hosts),
          proxies(settings.trusted_proxies),
          cors(settings.cors) {}

    bool admit(Exchange& exchange, std::size_t& body_size_max);
    bool refuse(Exchange& exchange, int status, std::string_view code,
                std::string_view message = {}, std::string_view errors_json = {});

    void openContext(Exchange& exchange) const;
    bool readTarget(Exchange& exchange);
    bool findRoute(Exchange& exchange, RouteMatch& match);
    bool answerWithoutRoute(Exchange& exchange, const RouteMatch& match);
    bool authenticate(Exchange& exchange);
    bool authorise(Exchange& exchange);
    bool checkBodyHead(Exchange& exchange, std::size_t& body_size_max);
    bool checkParams(Exchange& exchange, const RouteMatch& match);
    void setDeadline(Exchange& exchange) const;
    bool submit(Exchange& exchange);
    void completeAnswer(Exchange& exchange);

    PipelineParts parts;
    PipelineSettings settings;
    TrustedHosts hosts;
    TrustedProxies proxies;
    Cors cors;
    DecodedPaths paths;
};

bool StandardPipeline::State::admit(Exchange& exchange, std::size_t& body_size_max) {
    openContext(exchange);
    if (!readTarget(exchange)) {
        return refuse(exchange, 400, "BAD_REQUEST");
    }
    if (!hosts.accepts(exchange.host)) {
        return refuse(exchange, 400, "INVALID_HOST");
    }
    if (Cors::isPreflight(exchange)) {
        cors.answerPreflight(exchange);
        return false;
    }
    RouteMatch match;
    if (!findRoute(exchange, match)) {
        return false;
    }
    setDeadline(exchange);
    return authenticate(exchange) && authorise(exchange) &&
           checkBodyHead(exchange, body_size_max) && checkParams(exchange, match);
}

bool StandardPipeline::State::refuse(Exchange& exchange, int status, std::string_view code,
                                     std::string_view message, std::string_view errors_json) {
    exchange.response.clear();
    parts.errors.writeError(exchange, status, code, message, errors_json);
    if (status == 503) {
        exchange.response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
    }
    return false;
}

void StandardPipeline::State::openContext(Exchange& exchange) const {
    if (parts.metrics != nullptr) {
        parts.metrics->begin();
    }
    const std::string_view given = exchange.header("x-request-id");
    if (!given.empty() && isRequestId(given) && proxies.trusts(exchange.client_address)) {
        exchange.request_id.assign(given);
    } else {
        exchange.request_id = quickHex(kRequestIdDigitCount);
    }
    openTrace(exchange, parts.tracer);
    proxies.apply(exchange);
}

bool StandardPipeline::State::readTarget(Exchange& exchange) {
    exchange.path = {};
    exchange.query = {};
    const auto parts_of_target = splitTarget(exchange.target);
    if (!parts_of_target) {
        return false;
    }
    exchange.query = parts_of_target->query;
    // The authority of an absolute target beats Host (RFC 9112 section 3.2.2).
    const std::string_view authority =
        parts_of_target->authority.empty() ? exchange.header("host") : parts_of_target->authority;
    exchange.host = hostOf(authority);
    if (exchange.host.empty() && !authority.empty()) {
        return false;
    }
    const std::string_view path = parts_of_target->path;
    if (isPlainPath(path) || path == "*") {
        exchange.path = path;
        return path != "*" || exchange.method == Method::Options;
    }
    auto normal = normalisePath(path);
    if (!normal) {
        return false;
    }
    exchange.path = paths.keep(exchange, std::move(*normal));
    return true;
}

bool StandardPipeline::State::findRoute(Exchange& exchange, RouteMatch& match) {
    // A target that no longer enters was replaced between the look-up and now, so the second table has its successor.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const run::Epoch::Section section(parts.tables.epoch());
        const RouteTable* table = parts.tables.current();
        if (table == nullptr) {
            break;
        }
        match = table->find(exchange.method, exchange.path, exchange.path_params);
        if (match.route == nullptr) {
            return answerWithoutRoute(exchange, match);
        }
        if (match.route->target->enter()) {
            exchange.route = match.route;
            return true;
        }
    }
    exchange.path_params.clear();  // They borrow from a route that may be gone.
    return refuse(exchange, 503, "SERVICE_UNAVAILABLE");
}

bool StandardPipeline::State::answerWithoutRoute(Exchange& exchange, const RouteMatch& match) {
    const bool asks_for_server = exchange.path == "*";
    if (match.allowed.isEmpty() && !asks_for_server) {
        return refuse(exchange, 404, "NOT_FOUND");
    }
    std::string allow = asks_for_server ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
                                        : match.allowed.allowValue();
    if (exchange.method == Method::Options) {
        exchange.response.status = 204;
    } else {
        refuse(exchange, 405, "METHOD_NOT_ALLOWED");
    }
    exchange.response.headers.emplace_back("Allow", std::move(allow));
    return false;
}

bool StandardPipeline::State::authenticate(Exchange& exchange) {
    if (!judgesTokens(*exchange.route)) {
        return true;
    }
    const auto token = bearerToken(exchange.header("authorization"));
    AuthResult result;
    if (token) {
        result.status = AuthResult::Status::Invalid;
        if (parts.authenticator != nullptr && !token->empty()) {
            result = parts.authenticator->authenticate(*token);
        }
    }
    switch (result.status) {
        case AuthResult::Status::Ok:
            MORTISE_ASSERT(result.principal != nullptr, "an accepted token has a principal");
            exchange.principal = std::move(result.principal);
            return true;
        case AuthResult::Status::Missing:
            // A public route serves anybody; a token that came along and is bad never counts as none.
            return !needsUser(*exchange.route) || refuse(exchange, 401, "NOT_AUTHENTICATED");
        case AuthResult::Status::Expired:
            return refuse(exchange, 401, "TOKEN_EXPIRED");
        case AuthResult::Status::Unavailable:
            return refuse(exchange, 503, "SERVICE_UNAVAILABLE");
        case AuthResult::Status::Invalid:
            break;
    }
    return refuse(exchange, 401, "INVALID_TOKEN");
}

bool StandardPipeline::State::authorise(Exchange& exchange) {
    if (!exchange.principal || isPermitted(*exchange.route, *exchange.principal)) {
        return true;  // Without a principal the route is public: authenticate() saw to that.
    }
    return refuse(exchange, 403, "FORBIDDEN");
}

bool StandardPipeline::State::checkBodyHead(Exchange& exchange, std::size_t& body_size_max) {
    const Route& route = *exchange.route;
    body_size_max =
        std::min(route.body_size_max != 0 ? route.body_size_max : settings.body_size_max,
                 limits::kBodySizeCeiling);
    if (announcedSize(exchange).value_or(0) > body_size_max) {
        return refuse(exchange, 413, "PAYLOAD_TOO_LARGE");
    }
    if (takesBody(route) && announcesBody(exchange) &&
        !takesType(route, exchange.header("content-type"))) {
        return refuse(exchange, 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    return true;
}

bool StandardPipeline::State::checkParams(Exchange& exchange, const RouteMatch& match) {
    std::string errors;
    for (std::size_t i = 0; i < match.param_count; ++i) {
        const ParamType type = match.param_types[i];
        const Pair& param = exchange.path_params[i];
        if (fits(type, param.value)) {
            continue;
        }
        errors.push_back(errors.empty() ? '{' : ',');
        appendJsonString(errors, param.name);
        errors.append(type == ParamType::Int ? R"(:["Must be an integer"])"
                                             : R"(:["Must be a UUID"])");
    }
    if (errors.empty()) {
        return true;
    }
    errors.push_back('}');
    return refuse(exchange, 422, "VALIDATION_ERROR", {}, errors);
}

void StandardPipeline::State::setDeadline(Exchange& exchange) const {
    const auto own = exchange.route->deadline;
    if (own.count() > 0) {
        exchange.deadline = exchange.started + own;
    } else if (exchange.deadline == std::chrono::steady_clock::time_point{}) {
        exchange.deadline = exchange.started + settings.request_deadline;
    }
}

bool StandardPipeline::State::submit(Exchange& exchange) {
    run::Lane* lane = exchange.route->lane;
    MORTISE_ASSERT(lane != nullptr, "a blocking route has a lane");
    std::unique_ptr<run::Work> call = std::make_unique<HandlerCall>(exchange);
    return parts.executor.submit(*lane, call) || refuse(exchange, 503, "SERVICE_UNAVAILABLE");
}

void StandardPipeline::State::completeAnswer(Exchange& exchange) {
    Response& response = exchange.response;
    if (response.status < 200 || response.status > 599) {
        parts.log.error(
            "request.unanswered",
            {{"route", exchange.route != nullptr ? std::string_view(exchange.route->display)
                                                 : std::string_view()},
             {"request_id", exchange.request_id}});
        refuse(exchange, 500, "INTERNAL_ERROR");
    }
    if (response.status >= 400 && response.payload().empty() && response.content_type.empty()) {
        parts.errors.writeError(exchange, response.status, {});
    }
    if (response.status == 204 || response.status == 304) {
        response.body.clear();
        response.static_body = {};
        response.content_type.clear();
    }
    if (exchange.route != nullptr) {
        response.headers.insert(response.headers.end(), exchange.route->headers.begin(),
                                exchange.route->headers.end());
    }
    if (!response.headers.empty()) {
        dropReservedHeaders(response);
    }
}

StandardPipeline::StandardPipeline(const PipelineParts& parts, const PipelineSettings& settings)
    : state_(std::make_unique<State>(parts, settings)) {}

StandardPipeline::~StandardPipeline() = default;

Verdict StandardPipeline::begin(Exchange& exchange, std::size_t& body_size_max) noexcept {
    body_size_max = state_->settings.body_size_max;
    try {
        return state_->admit(exchange, body_size_max) ? Verdict::Continue : Verdict::Answer;
    } catch (const std::exception& error) {
        // Only memory can fail here; the request is lost, the connection is not.
        state_->parts.log.error("request.unhandled_error", {{"method", exchange.method_name},
                                                            {"path", exchange.path},
                                                            {"exception", error.what()}});
        state_->refuse(exchange, 500, "INTERNAL_ERROR");
        return Verdict::Answer;
    }
}

void StandardPipeline::dispatch(Exchange& exchange) noexcept {
    const Route& route = *exchange.route;
    if (takesBody(route) && !route.body_optional && exchange.body.empty()) {
        state_->refuse(exchange, 400, "BAD_REQUEST", "A request body is required");
        exchange.complete();
        return;
    }
    if (route.mode == Mode::Blocking) {
        if (!state_->submit(exchange)) {
            exchange.complete();
        }
        return;
    }
    run::Reactor& reactor = exchange.reactor();
    reactor.setActivity(
        route.activity);  // For the watchdog; the handler may end the route with its exchange.
    {
        const HandlerScope scope(exchange);
        route.target->handle(exchange);
    }
    reactor.setActivity("");
}

void StandardPipeline::reject(Exchange& exchange, int status, std::string_view code) noexcept {
    if (exchange.request_id.empty()) {
        state_->openContext(exchange);
    }
    state_->refuse(exchange, status, code);
}

void StandardPipeline::finish(Exchange& exchange) noexcept {
    State& state = *state_;
    Response& response = exchange.response;
    if (exchange.request_id.empty()) {
        state.openContext(exchange);
    }
    state.completeAnswer(exchange);
    response.headers.reserve(response.headers.size() + 16);
    if (response.status == 401 && !hasHeader(response, "WWW-Authenticate")) {
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    if (response.status == 503 && !hasHeader(response, "Retry-After")) {
        response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
    }
    if (exchange.principal && !hasHeader(response, "Cache-Control")) {
        response.headers.emplace_back("Cache-Control", "no-store");
    }
    addSecurityHeaders(
        response, exchange.secure || state.settings.hsts_always,
        exchange.route != nullptr ? exchange.route->content_security_policy : std::string_view());
    state.cors.addHeaders(exchange);
    response.headers.emplace_back("X-Request-ID", exchange.request_id);
    response.headers.emplace_back("X-Process-Time-Ms", processTime(exchange));
}

void StandardPipeline::done(Exchange& exchange, std::size_t body_bytes_sent) noexcept {
    if (state_->parts.metrics != nullptr) {
        state_->parts.metrics->end(exchange);
    }
    if (state_->parts.tracer != nullptr) {
        recordTrace(exchange, *state_->parts.tracer);
    }
    if (state_->settings.access_log) {
        writeAccessRecord(state_->parts.log, exchange, body_bytes_sent);
    }
    state_->paths.release(exchange);
    Target* target = exchange.route != nullptr ? exchange.route->target : nullptr;
    // Nothing of this request may be taken for the next one's when the connection uses the exchange again.
    exchange.route = nullptr;
    exchange.principal.reset();
    exchange.path_params.clear();
    exchange.path = {};
    exchange.request_id.clear();
    exchange.trace = {};
    if (target != nullptr) {
        target->leave();  // Last, since the generation and its routes may be gone afterwards.
    }
}

bool StandardPipeline::isDraining() const noexcept {
    return state_->parts.gate.isDraining();
}

}  // namespace mortise::http
