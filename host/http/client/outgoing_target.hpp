// OutgoingTarget: where a URL leads, as the library that will follow it reads it, so no two parsers can differ (RFC 3986).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

extern "C" {
struct Curl_URL;
}

namespace mortise::http {

struct FreeUrl {
    void operator()(Curl_URL* url) const noexcept;
};

class OutgoingTarget {
public:
    /// False with `reason` filled for what is no http or https URL, names a user, or is longer than a request line may be.
    bool parse(const std::string& url, std::string& reason);

    /// "https://api.example.com:8443": lower case, with the port only when it is not the scheme's own.
    const std::string& origin() const noexcept { return origin_; }
    const std::string& scheme() const noexcept { return scheme_; }
    /// Lower case; an IPv6 address in brackets.
    const std::string& host() const noexcept { return host_; }
    std::uint16_t port() const noexcept { return port_; }
    /// Without query, for logs: a query may carry secrets.
    const std::string& path() const noexcept { return path_; }
    Curl_URL* handle() const noexcept { return url_.get(); }

private:
    std::unique_ptr<Curl_URL, FreeUrl> url_;
    std::string origin_;
    std::string scheme_;
    std::string host_;
    std::string path_;
    std::uint16_t port_ = 0;
};

}  // namespace mortise::http
