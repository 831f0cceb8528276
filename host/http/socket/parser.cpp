#include "http/socket/parser.hpp"

#include <algorithm>

namespace mortise::http {

namespace {

// Heads of browsers with cookies stay below; what a larger one took is given back.
constexpr std::size_t kKeptSizeMax = 4 * 1024;

}  // namespace

Parser::Parser() {
    reset();
}

void Parser::reset() {
    llhttp_init(&parser_, HTTP_REQUEST, &callbacks());
    parser_.data = this;
    bytes_.clear();
    if (bytes_.capacity() > kKeptSizeMax) {
        bytes_.shrink_to_fit();
    }
    target_size_ = 0;
    head_ = RequestHead{};
    refusal_ = Refusal{};
}

const llhttp_settings_t& Parser::callbacks() {
    static const llhttp_settings_t kCallbacks = [] {
        llhttp_settings_t settings;
        llhttp_settings_init(&settings);
        settings.on_url = &Parser::onTarget;
        settings.on_headers_complete = &Parser::onHeadComplete;
        return settings;
    }();
    return kCallbacks;
}

int Parser::onTarget(llhttp_t* parser, const char* /*at*/, std::size_t size) {
    auto& self = *static_cast<Parser*>(parser->data);
    self.target_size_ += size;
    return self.target_size_ > self.target_size_max_ ? HPE_USER : 0;
}

int Parser::onHeadComplete(llhttp_t* parser) {
    // An upgrade we do not speak is ignored (RFC 9110 section 7.8); left set, what follows would not be parsed as HTTP.
    parser->upgrade = 0;
    return HPE_PAUSED;
}

Parser::Progress Parser::feed(std::string_view bytes, const HeadLimits& limits,
                              std::vector<Pair>& fields, std::size_t& used) {
    target_size_max_ = limits.target_size_max;
    const std::string_view part = bytes.substr(0, limits.size_max - bytes_.size());
    const llhttp_errno_t error = llhttp_execute(&parser_, part.data(), part.size());
    if (error == HPE_OK) {
        used = part.size();
        bytes_.append(part);
        return bytes_.size() < limits.size_max ? Progress::More : refuse(kHeadersTooLarge);
    }
    const char* const position = llhttp_get_error_pos(&parser_);
    used = position == nullptr
               ? 0
               : std::min(static_cast<std::size_t>(position - part.data()), part.size());
    if (error != HPE_PAUSED) {
        return refuse(refusalOf(error, used < part.size() ? part[used] : '\0'));
    }
    bytes_.append(part.substr(0, used));
    const Refusal refusal = readHead(bytes_, limits, head_, fields);
    return refusal ? refuse(refusal) : Progress::Complete;
}

Parser::Progress Parser::refuse(Refusal refusal) noexcept {
    refusal_ = refusal;
    return Progress::Refused;
}

Refusal Parser::refusalOf(llhttp_errno_t error, char offender) const noexcept {
    switch (error) {
        case HPE_USER:
            return kUriTooLong;
        case HPE_PAUSED_H2_UPGRADE:
            return kVersionNotSupported;
        case HPE_INVALID_METHOD:
            // A word in capitals is a method we do not know; anything else (a TLS greeting, a stray body) is no request.
            return offender >= 'A' && offender <= 'Z' ? kNotImplemented : kBadRequest;
        case HPE_INVALID_VERSION: {
            const unsigned version = parser_.http_major * 10U + parser_.http_minor;
            const bool is_written_wrong =
                version == 0 || version == 10 || version == 11 || parser_.http_major == 0;
            return is_written_wrong ? kBadRequest : kVersionNotSupported;
        }
        default:
            return kBadRequest;
    }
}

}  // namespace mortise::http
