#include "http/rules/cors.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "http/exchange.hpp"
#include "http/uri.hpp"

namespace mortise::http {

namespace {

bool isWildcard(const CorsSettings& settings) {
    return std::find(settings.origins.begin(), settings.origins.end(), "*") !=
           settings.origins.end();
}

/// "https://app.example.com:8443": scheme, host and port as browsers write them, nothing behind.
bool isOrigin(std::string_view text) {
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0 || lowered(text) != text) {
        return false;
    }
    const std::string_view authority = text.substr(colon + 3);
    return authority.find_first_of("/?# ") == std::string_view::npos && !hostOf(authority).empty();
}

}  // namespace

Cors::Cors(const CorsSettings& settings)
    : any_origin_(isWildcard(settings)),
      origins_(settings.origins),
      credentials_(settings.credentials),
      methods_(joined(settings.methods, ", ")),
      headers_(joined(settings.headers, ", ")),
      exposed_headers_(joined(settings.exposed_headers, ", ")),
      max_age_(std::to_string(settings.max_age.count())) {}

bool Cors::isPreflight(const Exchange& exchange) noexcept {
    return exchange.method == Method::Options && !exchange.header("origin").empty() &&
           !exchange.header("access-control-request-method").empty();
}

void Cors::answerPreflight(Exchange& exchange) const {
    Response& response = exchange.response;
    response.status = 204;
    response.headers.emplace_back("Vary",
                                  "Access-Control-Request-Method, Access-Control-Request-Headers");
    if (!isAllowedOrigin(exchange.header("origin"))) {
        return;
    }
    // The lists are the same for everyone: the browser compares, and a refused method shows in its console as such.
    response.headers.emplace_back("Access-Control-Allow-Methods", methods_);
    response.headers.emplace_back("Access-Control-Allow-Headers", headers_);
    response.headers.emplace_back("Access-Control-Max-Age", max_age_);
}

void Cors::addHeaders(Exchange& exchange) const {
    auto& headers = exchange.response.headers;
    if (!any_origin_) {
        headers.emplace_back("Vary", "Origin");
    }
    const std::string_view origin = exchange.header("origin");
    if (origin.empty() || !isAllowedOrigin(origin)) {
        return;
    }
    headers.emplace_back("Access-Control-Allow-Origin",
                         any_origin_ ? std::string_view("*") : origin);
    if (credentials_) {
        headers.emplace_back("Access-Control-Allow-Credentials", "true");
    }
    if (!exposed_headers_.empty()) {
        headers.emplace_back("Access-Control-Expose-Headers", exposed_headers_);
    }
}

bool Cors::isAllowedOrigin(std::string_view origin) const noexcept {
    return any_origin_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void collectFaults(const CorsSettings& settings, bool wildcard_refused,
                   std::vector<std::string>& faults) {
    if (isWildcard(settings)) {
        if (settings.credentials) {
            faults.push_back("cors.origins: \"*\" cannot be combined with cors.credentials");
        }
        if (wildcard_refused) {
            faults.push_back("cors.origins: \"*\" is refused in production");
        }
        if (settings.origins.size() > 1) {
            faults.push_back("cors.origins: \"*\" stands alone or not at all");
        }
        return;
    }
    for (const std::string& origin : settings.origins) {
        if (!isOrigin(origin)) {
            faults.push_back("cors.origins: \"" + origin +
                             "\" is not scheme://host[:port] in lower case");
        }
    }
}

}  // namespace mortise::http
