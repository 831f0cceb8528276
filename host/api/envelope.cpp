#include "api/envelope.hpp"

#include <algorithm>
#include <optional>

#include "api/error_catalogue.hpp"
#include "base/json_text.hpp"
#include "base/strings.hpp"
#include "http/exchange.hpp"

namespace mortise::api {

namespace {

/// Bytes of an envelope around its parts, generously; one reservation instead of several growths.
constexpr std::size_t kFrameSize = 160;

bool hasNoBody(int status) noexcept {
    return status == 204 || status == 205 || status == 304;
}

void setBody(http::Response& response, int status, std::string_view content_type) {
    response.status = status;
    response.static_body = {};
    response.body.clear();
    response.content_type.assign(content_type);
}

std::string_view failureMessage(int status, std::string_view code) noexcept {
    const HostError* known = findHostError(code);
    return known != nullptr ? known->message : standardMessage(status);
}

void appendErrorParts(std::string& out, std::string_view code, std::string_view errors_json) {
    out += R"(,"error_code":)";
    appendJsonString(out, code);
    out += R"(,"errors":)";
    out += errors_json.empty() ? std::string_view("{}") : errors_json;
    out += '}';
}

/// Weight of one media range in an Accept field, nullopt when it is not named there. A malformed q counts as 1.
std::optional<double> weightOf(std::string_view accept, std::string_view type) noexcept {
    while (!accept.empty()) {
        const std::size_t end = std::min(accept.find(','), accept.size());
        const std::string_view range = accept.substr(0, end);
        accept.remove_prefix(std::min(end + 1, accept.size()));
        const std::size_t semicolon = std::min(range.find(';'), range.size());
        if (!equalsIgnoringCase(trimmed(range.substr(0, semicolon)), type)) {
            continue;
        }
        const std::size_t q = range.find("q=", semicolon);
        if (q == std::string_view::npos) {
            return 1;
        }
        const std::string_view value = range.substr(q + 2);
        return parseNumber(trimmed(value.substr(0, value.find(';')))).value_or(1);
    }
    return std::nullopt;
}

}  // namespace

void writeSuccess(http::Response& response, int status, std::string_view message,
                  std::string_view data_json, std::string_view meta_json) {
    if (hasNoBody(status)) {
        setBody(response, status, {});
        return;
    }
    setBody(response, status, "application/json");
    std::string& out = response.body;
    out.reserve(kFrameSize + message.size() + data_json.size() + meta_json.size());
    out += R"({"status":"success","status_code":)";
    appendJsonInteger(out, status);
    out += R"(,"message":)";
    appendJsonString(out, message.empty() ? standardMessage(status) : message);
    out += R"(,"data":)";
    out += data_json.empty() ? std::string_view("{}") : data_json;
    if (!meta_json.empty()) {
        out += R"(,"meta":)";
        out += meta_json;
    }
    out += '}';
}

void writeFailure(http::Response& response, int status, std::string_view code,
                  std::string_view message, std::string_view errors_json, bool problem_json) {
    if (code.empty()) {
        code = standardCode(status);
    }
    if (message.empty()) {
        message = failureMessage(status, code);
    }
    setBody(response, status, problem_json ? "application/problem+json" : "application/json");
    std::string& out = response.body;
    out.reserve(kFrameSize + message.size() + code.size() + errors_json.size());
    if (problem_json) {
        out += R"({"type":"about:blank","title":)";
        appendJsonString(out, http::reasonOf(status));
        out += R"(,"status":)";
        appendJsonInteger(out, status);
        out += R"(,"detail":)";
    } else {
        out += R"({"status":"failure","status_code":)";
        appendJsonInteger(out, status);
        out += R"(,"message":)";
    }
    appendJsonString(out, message);
    appendErrorParts(out, code, errors_json);
}

bool wantsProblem(std::string_view accept) noexcept {
    if (accept.empty()) {
        return false;
    }
    const auto problem = weightOf(accept, "application/problem+json");
    return problem && *problem > 0 && *problem >= weightOf(accept, "application/json").value_or(0);
}

bool wantsProblem(const http::Exchange& exchange) noexcept {
    return wantsProblem(exchange.header("accept"));
}

void EnvelopeErrors::writeError(http::Exchange& exchange, int status, std::string_view code,
                                std::string_view message, std::string_view errors_json) {
    writeFailure(exchange.response, status, code, message, errors_json, wantsProblem(exchange));
}

}  // namespace mortise::api
