#include "testing/outgoing_http.hpp"

#include <algorithm>
#include <mutex>

#include "base/strings.hpp"
#include "bridge/failure.hpp"
#include "bridge/text.hpp"
#include "limits.hpp"

namespace mortise::testing {
namespace {

using http::OutgoingFailure;
using http::OutgoingResult;

bool fits(std::string_view pattern, const http::OutgoingRequest& request) {
    const std::size_t space = pattern.find(' ');
    if (space != std::string_view::npos) {
        if (pattern.substr(0, space) != request.method) {
            return false;
        }
        pattern.remove_prefix(space + 1);
    }
    std::string_view url = request.url;
    if (pattern.find('?') == std::string_view::npos) {
        url = url.substr(0, url.find_first_of("?#"));
    }
    return pattern.ends_with('*') ? url.starts_with(pattern.substr(0, pattern.size() - 1))
                                  : url == pattern;
}

void takeReply(void* result, const mortise_testing_reply* reply) {
    http::OutgoingResponse& response = static_cast<OutgoingResult*>(result)->response;
    response.status = static_cast<int>(reply->http_status);
    for (std::uint32_t at = 0; at < reply->header_count; ++at) {
        response.headers.emplace_back(lowered(bridge::viewOf(reply->headers[at].name)),
                                      bridge::viewOf(reply->headers[at].value));
    }
    response.body = bridge::viewOf(reply->body);
}

}  // namespace

bool OutgoingHttp::add(const std::string& pattern, mortise_testing_http handler,
                       void* handler_context) {
    const std::lock_guard lock(mutex_);
    if (entries_.size() >= limits::kTestingOperationCountMax) {
        return false;
    }
    entries_.push_back({pattern, handler, handler_context});
    return true;
}

OutgoingHttp::Entry OutgoingHttp::find(const http::OutgoingRequest& request) {
    const std::shared_lock lock(mutex_);
    const auto found = std::find_if(entries_.rbegin(), entries_.rend(), [&](const Entry& entry) {
        return fits(entry.pattern, request);
    });
    return found == entries_.rend() ? Entry() : *found;
}

http::OutgoingResult OutgoingHttp::send(const http::OutgoingRequest& request) noexcept {
    OutgoingResult result;
    mortise_error error = bridge::blankError();
    const mortise_status status = bridge::callPlugin(error, [&] {
        const Entry entry = find(request);
        if (entry.handler == nullptr) {
            return bridge::fail(&error, MORTISE_DENIED, "DENIED",
                                "no test reaches the network; answer " + request.method + ' ' +
                                    request.url + " with onHttp()");
        }
        std::vector<mortise_pair> headers;
        for (const auto& [name, value] : request.headers) {
            headers.push_back({bridge::strOf(name), bridge::strOf(value)});
        }
        mortise_testing_request call{};
        call.struct_size = sizeof call;
        call.method = bridge::strOf(request.method);
        call.target = bridge::strOf(request.url);
        call.headers = headers.data();
        call.header_count = static_cast<std::uint32_t>(headers.size());
        call.body = bridge::strOf(request.body);
        result.attempts = 1;
        return entry.handler(entry.context, &call, takeReply, &result, &error);
    });
    if (status != MORTISE_OK) {
        result.failure = status == MORTISE_UNAVAILABLE         ? OutgoingFailure::Unreachable
                         : status == MORTISE_DEADLINE_EXCEEDED ? OutgoingFailure::DeadlineExceeded
                                                               : OutgoingFailure::AddressRefused;
        result.reason = error.message;
    }
    return result;
}

}  // namespace mortise::testing
