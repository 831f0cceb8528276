#include "http/rules/standard_headers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/strings.hpp"

namespace mortise::http {

namespace {

constexpr std::array<std::string_view, 14> kReserved{"X-Content-Type-Options",
                                                     "X-Frame-Options",
                                                     "X-XSS-Protection",
                                                     "Strict-Transport-Security",
                                                     "Content-Security-Policy",
                                                     "Referrer-Policy",
                                                     "X-Request-ID",
                                                     "X-Process-Time-Ms",
                                                     "Server",
                                                     "X-Powered-By",
                                                     "Connection",
                                                     "Content-Length",
                                                     "Transfer-Encoding",
                                                     "Content-Type"};

bool isTokenChar(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isValueChar(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

bool isWritable(const std::pair<std::string, std::string>& field) {
    return !field.first.empty() &&
           std::all_of(field.first.begin(), field.first.end(), isTokenChar) &&
           std::all_of(field.second.begin(), field.second.end(), isValueChar);
}

bool isReserved(std::string_view name) noexcept {
    return std::any_of(kReserved.begin(), kReserved.end(), [name](std::string_view reserved) {
        return equalsIgnoringCase(reserved, name);
    });
}

}  // namespace

void dropReservedHeaders(Response& response) {
    std::erase_if(response.headers, [](const std::pair<std::string, std::string>& field) {
        return isReserved(field.first) || !isWritable(field);
    });
}

void addSecurityHeaders(Response& response, bool with_hsts,
                        std::string_view content_security_policy) {
    auto& headers = response.headers;
    headers.emplace_back("X-Content-Type-Options", "nosniff");
    headers.emplace_back("X-Frame-Options", "DENY");
    headers.emplace_back("X-XSS-Protection", "1; mode=block");
    if (with_hsts) {
        headers.emplace_back("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    }
    headers.emplace_back("Content-Security-Policy", content_security_policy.empty()
                                                        ? std::string_view("default-src 'self'")
                                                        : content_security_policy);
    headers.emplace_back("Referrer-Policy", "strict-origin-when-cross-origin");
}

bool hasHeader(const Response& response, std::string_view name) noexcept {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [name](const auto& field) { return equalsIgnoringCase(field.first, name); });
}

}  // namespace mortise::http
