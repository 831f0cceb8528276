#include "http/socket/socket_exchange.hpp"

#include <utility>

#include "base/assert.hpp"
#include "http/pipeline.hpp"
#include "run/reactor.hpp"

namespace mortise::http {

namespace {

// Memory beyond this goes back to the system when the request ends; the answers of an API usually stay below.
constexpr std::size_t kKeptSizeMax = 16 * 1024;

void clearText(std::string& text) {
    text.clear();
    if (text.capacity() > kKeptSizeMax) {
        text.shrink_to_fit();
    }
}

}  // namespace

SocketExchange::SocketExchange(run::Reactor& reactor, Pipeline& pipeline)
    : reactor_(reactor), pipeline_(pipeline) {}

void SocketExchange::open(ExchangeOwner& owner, const std::string& address) {
    owner_ = &owner;
    address_ = address;
    client_address = address_;
}

void SocketExchange::takeHead() {
    method_name = parser.head().method_name;
    method = methodOf(method_name);
    target = parser.head().target;
    started = std::chrono::steady_clock::now();
}

void SocketExchange::complete() noexcept {
    const bool again = completed_.exchange(true, std::memory_order_relaxed);
    MORTISE_ASSERT(!again, "an exchange is completed twice");
    if (reactor_.isCurrent()) {
        finish();
    } else {
        reactor_.post(*this);
    }
}

void SocketExchange::startStream() {
    stream = std::make_shared<BodyStream>(reactor_);
    if (reactor_.isCurrent()) {
        announceStream();
    } else {
        // Posted before complete() is, so the exchange is still there.
        reactor_.post(run::makeWork([this] { announceStream(); }));
    }
}

void SocketExchange::announceStream() noexcept {
    if (owner_ != nullptr) {
        owner_->onStreamStarted(*this);
    } else {
        stream->abandon();
    }
}

void SocketExchange::completeLater() noexcept {
    reactor_.post(*this);
}

void SocketExchange::run() noexcept {
    finish();
}

void SocketExchange::finish() noexcept {
    if (owner_ != nullptr) {
        owner_->onCompleted(*this);
        return;
    }
    const std::unique_ptr<SocketExchange> self(this);
    pipeline_.done(*this, streamed.bodySize());
}

void SocketExchange::abandon(std::unique_ptr<SocketExchange> exchange,
                             std::shared_ptr<const void> kept) noexcept {
    exchange->owner_ = nullptr;
    exchange->kept_ = std::move(kept);
    exchange->abandoned_.store(true, std::memory_order_relaxed);
    if (exchange->has_begun_stream) {
        exchange->stream->abandon();
    }
    static_cast<void>(exchange.release());  // Its handler still has it and gives it back.
}

void SocketExchange::copyRequest(const SocketExchange& other) {
    std::size_t size = other.method_name.size() + other.target.size() + other.path.size() +
                       other.query.size() + other.host.size() + other.client_address.size();
    for (const Pair& header : other.headers) {
        size += header.name.size() + header.value.size();
    }
    copies_.clear();
    copies_.reserve(size);  // Views point into it, so it must not move.
    method = other.method;
    method_name = copy(other.method_name);
    target = copy(other.target);
    path = copy(other.path);
    query = copy(other.query);
    host = copy(other.host);
    client_address = copy(other.client_address);
    for (const Pair& header : other.headers) {
        const std::string_view name = copy(header.name);
        headers.push_back(Pair{name, copy(header.value)});
    }
    secure = other.secure;
    request_id = other.request_id;
    trace = other.trace;
    started = other.started;
    deadline = other.deadline;
    principal = other.principal;
}

std::string_view SocketExchange::copy(std::string_view text) {
    const std::size_t begin = copies_.size();
    copies_.append(text);
    return std::string_view(copies_).substr(begin);
}

void SocketExchange::clear() {
    owner_ = nullptr;
    method = Method::Other;
    method_name = target = path = query = host = body = client_address = {};
    headers.clear();
    path_params.clear();
    secure = false;
    request_id.clear();
    trace = {};
    started = deadline = {};
    route = nullptr;
    principal.reset();
    clearText(response.body);
    response.clear();
    parser.reset();
    clearText(body_bytes);
    clearText(answer_head);
    clearText(copies_);
    answer_body_size = 0;
    stream.reset();
    streamed.clear();
    has_begun_stream = false;
    is_complete = false;
    completed_.store(false, std::memory_order_relaxed);
}

}  // namespace mortise::http
