#include "http/client/outgoing_target.hpp"

#include <curl/curl.h>

#include "base/strings.hpp"
#include "limits.hpp"

namespace mortise::http {
namespace {

std::string partOf(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (::curl_url_get(url, part, &text, flags) != CURLUE_OK) {
        return {};
    }
    std::string copy(text);
    ::curl_free(text);
    return copy;
}

}  // namespace

void FreeUrl::operator()(Curl_URL* url) const noexcept {
    ::curl_url_cleanup(url);
}

bool OutgoingTarget::parse(const std::string& url, std::string& reason) {
    if (url.size() > limits::kTargetSizeMax) {
        reason = "the URL is longer than " + std::to_string(limits::kTargetSizeMax) + " bytes";
        return false;
    }
    // A NUL would end the text for the parser and not for who checks it.
    if (url.find('\0') != std::string::npos) {
        reason = "the URL contains a NUL";
        return false;
    }
    url_.reset(::curl_url());
    if (!url_) {
        reason = "out of memory";
        return false;
    }
    const CURLUcode code =
        ::curl_url_set(url_.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER);
    if (code != CURLUE_OK) {
        reason = std::string("the URL cannot be read: ") + ::curl_url_strerror(code);
        return false;
    }
    scheme_ = partOf(url_.get(), CURLUPART_SCHEME);
    if (scheme_ != "http" && scheme_ != "https") {
        reason = "the scheme is \"" + scheme_ + "\", not http or https";
        return false;
    }
    host_ = lowered(partOf(url_.get(), CURLUPART_HOST));
    path_ = partOf(url_.get(), CURLUPART_PATH);
    port_ = static_cast<std::uint16_t>(
        parseInteger(partOf(url_.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)).value_or(0));
    const std::uint16_t usual = scheme_ == "https" ? 443 : 80;
    origin_ = scheme_ + "://" + host_ + (port_ == usual ? "" : ":" + std::to_string(port_));
    return true;
}

}  // namespace mortise::http
