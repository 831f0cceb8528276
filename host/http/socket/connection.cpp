// Input and stages of a connection; its output is in connection_output.cpp.
#include "http/socket/connection.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "http/pipeline.hpp"
#include "http/socket/shard.hpp"

namespace mortise::http {

namespace {

// A body is reserved at once up to here; a larger one grows as it comes, since the client only claims its size.
constexpr std::uint64_t kReservedBodyMax = 64 * 1024;

}  // namespace

Connection::Connection(Shard& shard, UniqueFd socket, std::string address)
    : shard_(shard), socket_(std::move(socket)), address_(std::move(address)) {}

Connection::~Connection() = default;

bool Connection::open() noexcept {
    try {
        shard_.reactor().watch(socket_.get(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, *this);
    } catch (const Error&) {
        return false;  // The kernel is out of memory for it; the client sees its connection closed.
    }
    setTimer();
    return true;
}

void Connection::drain() noexcept {
    if (state_ == State::Lingering) {
        enter(State::Lingering);
        setTimer();
    }
    if (state_ != State::Idle || !answers_.empty() || !backlog_.empty()) {
        return;
    }
    // A request that is already here is answered. Between this look and the close one may still get lost: that is what the
    // time between "draining" and this call is for.
    char first = 0;
    if (::recv(socket_.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) {
        close();
    }
}

void Connection::closeIfIdleSince(Time before) noexcept {
    if (state_ == State::Idle && answers_.empty() && entered_at_ <= before) {
        close();
    }
}

void Connection::cut() noexcept {
    lose();
}

void Connection::onEvents(std::uint32_t events) noexcept {
    if (state_ == State::Closed) {
        return;
    }
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        lose();
        return;
    }
    if ((events & EPOLLRDHUP) != 0 && !peer_finished_) {
        peer_finished_ = true;
        gone_due_ = shard_.reactor().now() + shard_.settings().half_closed_deadline;
    }
    readable_ = readable_ || (events & (EPOLLIN | EPOLLRDHUP)) != 0;
    blocked_ = blocked_ && (events & EPOLLOUT) == 0;
    turn_left_ = limits::kReadTurnMax;
    pump();
}

void Connection::run() noexcept {
    posted_ = false;
    turn_left_ = limits::kReadTurnMax;
    pump();
}

void Connection::onCompleted(SocketExchange& exchange) noexcept {
    if (!pumps_ && shard_.isInTurn()) {
        exchange.completeLater();
        return;
    }
    exchange.is_complete = true;
    if (!pumps_) {
        turn_left_ = limits::kReadTurnMax;
        pump();
    }
}

void Connection::onStreamStarted(SocketExchange& exchange) noexcept {
    exchange.has_begun_stream = true;
    exchange.stream->attach(*this);
    if (pumps_) {
        return;  // The loop comes to it.
    }
    if (shard_.isInTurn()) {
        exchange.stream->wakeLater();
    } else {
        pump();
    }
}

void Connection::onStreamReady() noexcept {
    MORTISE_ASSERT(!shard_.isInTurn(), "a reactor runs posted works between turns");
    pump();
}

void Connection::pump() noexcept {
    if (state_ == State::Closed) {
        return;
    }
    const Shard::Turn turn(shard_);
    pumps_ = true;
    do {
        takeCompleted();
        flush();
    } while (takeInput() || (exchange_ != nullptr && exchange_->is_complete));
    pumps_ = false;
    if (state_ != State::Closed) {
        setTimer();
    }
}

bool Connection::takesInput() const noexcept {
    if (blocked_ || answers_.size() >= limits::kAnswerBatchMax) {
        return false;
    }
    switch (state_) {
        case State::Idle:
        case State::Head:
        case State::Body:
        case State::Discard:
        case State::Lingering:
            return true;
        case State::Dispatched:
        case State::Streaming:
        case State::Closing:
        case State::Closed:
            break;
    }
    return false;
}

/// One portion of input; false when there is none or none is wanted.
bool Connection::takeInput() noexcept {
    if (!takesInput()) {
        return false;
    }
    if (backlog_.empty()) {
        return receive();
    }
    backlog_start_ += consume(std::string_view(backlog_).substr(backlog_start_));
    if (backlog_start_ >= backlog_.size()) {
        backlog_ = std::string();
        backlog_start_ = 0;
    }
    return true;
}

bool Connection::receive() noexcept {
    if (!readable_) {
        return false;
    }
    if (turn_left_ == 0) {
        if (!std::exchange(posted_, true)) {
            shard_.reactor().post(*this);
        }
        return false;
    }
    auto& buffer = shard_.readBuffer();
    ssize_t got = 0;
    do {
        got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        readable_ = false;
        if (got == 0) {
            onEnd();
        } else if (errno != EAGAIN) {
            lose();
        }
        return false;
    }
    const auto size = static_cast<std::size_t>(got);
    turn_left_ -= std::min(turn_left_, size);
    // A short read has emptied the socket; what comes later is a new edge. An end that was announced is not announced again.
    readable_ = size == buffer.size() || peer_finished_;
    const std::size_t used = consume({buffer.data(), size});
    if (used < size && state_ < State::Closing) {
        backlog_.assign(buffer.data() + used, size - used);
        backlog_start_ = 0;
    }
    return true;
}

/// The client sends nothing more, in the middle of a request or between two.
void Connection::onEnd() noexcept {
    dropExchange();
    close();
}

std::size_t Connection::consume(std::string_view bytes) noexcept {
    std::size_t used = 0;
    while (used < bytes.size() && takesInput()) {
        const std::string_view rest = bytes.substr(used);
        switch (state_) {
            case State::Idle:
                exchange_ = shard_.takeExchange();
                exchange_->open(*this, address_);
                enter(State::Head);
                [[fallthrough]];
            case State::Head:
                used += readHead(rest);
                break;
            case State::Body:
            case State::Discard:
                used += readBody(rest);
                break;
            default:
                used = bytes.size();  // Lingering: read to be dropped.
        }
    }
    return used;
}

std::size_t Connection::readHead(std::string_view bytes) noexcept {
    std::size_t used = 0;
    Parser& parser = exchange_->parser;
    switch (parser.feed(bytes, shard_.headLimits(), exchange_->headers, used)) {
        case Parser::Progress::More:
            break;
        case Parser::Progress::Complete:
            beginRequest(used < bytes.size());
            break;
        case Parser::Progress::Refused:
            refuse(parser.refusal());
            break;
    }
    return used;
}

void Connection::beginRequest(bool has_more) noexcept {
    has_served_ = true;
    exchange_->takeHead();
    const RequestHead& head = exchange_->parser.head();
    chunked_ = head.is_chunked;
    body_left_ = head.content_length;
    std::size_t body_size_max = limits::kBodySizeMax;
    if (shard_.pipeline().begin(*exchange_, body_size_max) == Verdict::Answer) {
        answerEarly(has_more);
        return;
    }
    if (exchange_->deadline == Time{}) {
        exchange_->deadline = exchange_->started + limits::kRequestDeadline;
    }
    if (!head.hasBody()) {
        dispatch();
        return;
    }
    enter(State::Body);
    if (body_left_ > body_size_max) {
        refuse(kPayloadTooLarge);
        return;
    }
    chunks_ = ChunkedReader(body_size_max);
    exchange_->body_bytes.reserve(static_cast<std::size_t>(std::min(body_left_, kReservedBodyMax)));
    wants_continue_ = head.expects_continue && !has_more;
}

std::size_t Connection::readBody(std::string_view bytes) noexcept {
    wants_continue_ = false;
    std::string* const body = state_ == State::Body ? &exchange_->body_bytes : nullptr;
    std::size_t used = 0;
    bool complete = false;
    if (chunked_) {
        const auto progress = chunks_.feed(bytes, body, used);
        if (progress == ChunkedReader::Progress::Refused) {
            lingers_ = true;
            body != nullptr ? refuse(chunks_.refusal()) : enter(State::Closing);
            return used;
        }
        complete = progress == ChunkedReader::Progress::Complete;
    } else {
        used = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, bytes.size()));
        if (body != nullptr) {
            body->append(bytes.substr(0, used));
        }
        body_left_ -= used;
        complete = body_left_ == 0;
    }
    if (complete) {
        body != nullptr ? dispatch() : enter(State::Idle);
    }
    return used;
}

void Connection::dispatch() noexcept {
    enter(State::Dispatched);
    SocketExchange& exchange = *exchange_;
    exchange.body = exchange.body_bytes;
    if (exchange.parser.head().hasBody()) {
        // What the client took to send the body has its own deadline; the handler's time begins now.
        exchange.deadline += std::chrono::steady_clock::now() - exchange.started;
    }
    shard_.pipeline().dispatch(exchange);
    takeCompleted();
}

void Connection::takeCompleted() noexcept {
    if (exchange_ != nullptr && (exchange_->is_complete || exchange_->has_begun_stream)) {
        queueAnswer(std::move(exchange_), false);
    }
}

/// The answer is staged before the body was read: the rest is dropped if that is cheap, otherwise the connection goes.
void Connection::answerEarly(bool has_more) noexcept {
    const RequestHead head = exchange_->parser.head();
    // A client that waits for "100 Continue" may send its body or not; only closing is unambiguous (RFC 9110 section 10.1.1).
    const bool closes = head.hasBody() && ((head.expects_continue && !has_more) ||
                                           head.content_length > limits::kDiscardSizeMax);
    lingers_ = lingers_ || closes;
    chunks_ = ChunkedReader(limits::kDiscardSizeMax);
    queueAnswer(std::move(exchange_), closes);
    if (state_ == State::Idle && head.hasBody()) {
        enter(State::Discard);
    }
}

void Connection::refuse(Refusal refusal) noexcept {
    if (exchange_->started == Time{}) {
        exchange_->takeHead();
    }
    shard_.pipeline().reject(*exchange_, refusal.status, refusal.code);
    lingers_ = true;
    queueAnswer(std::move(exchange_), true);
}

void Connection::answerDeadline() noexcept {
    // The response of the exchange belongs to the handler, which still runs; so another one answers in its place.
    std::unique_ptr<SocketExchange> stand_in = shard_.takeExchange();
    stand_in->open(*this, address_);
    stand_in->copyRequest(*exchange_);
    // Copied now: the route may be gone when the answer is written, since the stand-in pins nothing.
    const auto route_headers =
        exchange_->route == nullptr ? decltype(Route::headers)() : exchange_->route->headers;
    SocketExchange::abandon(std::move(exchange_), shard_.shared_from_this());
    shard_.pipeline().reject(*stand_in, kDeadlineExceeded.status, kDeadlineExceeded.code);
    stand_in->response.headers.insert(stand_in->response.headers.end(), route_headers.begin(),
                                      route_headers.end());
    lingers_ = true;
    queueAnswer(std::move(stand_in), true);
}

void Connection::dropExchange() noexcept {
    if (exchange_ == nullptr) {
        return;
    }
    if (state_ == State::Dispatched && !exchange_->is_complete) {
        SocketExchange::abandon(std::move(exchange_), shard_.shared_from_this());
        return;
    }
    if (state_ != State::Head) {  // In Head the pipeline has not seen it.
        shard_.pipeline().done(*exchange_, 0);
    }
    shard_.giveBack(std::move(exchange_));
}

void Connection::close() noexcept {
    if (state_ == State::Closed) {
        return;
    }
    state_ = State::Closed;
    shard_.reactor().disarm(*this);
    shard_.reactor().unwatch(socket_.get());
    socket_.reset();
    shard_.bury(*this);
}

void Connection::enter(State state) noexcept {
    state_ = state;
    entered_ = true;
}

std::chrono::milliseconds Connection::stageDeadline() const noexcept {
    const ServerSettings& settings = shard_.settings();
    switch (state_) {
        case State::Idle:
            return has_served_ ? settings.idle_deadline : settings.header_deadline;
        case State::Body:
        case State::Discard:
            return settings.body_deadline;
        case State::Lingering:
            return shard_.isDraining()
                       ? std::min(settings.linger_deadline, limits::kDrainLingerDeadline)
                       : settings.linger_deadline;
        case State::Streaming:
            return limits::kStreamSilenceMax;
        case State::Closing:
            return settings.write_deadline;
        default:
            return settings.header_deadline;
    }
}

/// Sets when the connection has to look at itself next. Most calls only store a time: the timer is armed for an earlier one.
void Connection::setTimer() noexcept {
    run::Reactor& reactor = shard_.reactor();
    const bool dispatched = state_ == State::Dispatched;
    if (std::exchange(entered_, false)) {
        entered_at_ = reactor.now();
        stage_due_ = dispatched ? exchange_->deadline : entered_at_ + stageDeadline();
        gone_due_ = std::max(gone_due_, entered_at_ + shard_.settings().half_closed_deadline);
    }
    next_due_ = stage_due_;
    if ((dispatched || state_ == State::Streaming) && peer_finished_) {
        next_due_ = std::min(next_due_, gone_due_);
    }
    if (blocked_) {
        // Nothing is read meanwhile, so the time of what is to be read begins when the client took its answers.
        next_due_ = dispatched ? std::min(next_due_, write_due_) : write_due_;
        entered_ = !dispatched;
    }
    if (!isArmed() || due() > next_due_) {
        reactor.arm(*this, next_due_);
    }
}

void Connection::onTimer() noexcept {
    const Time now = shard_.reactor().now();
    if (now < next_due_) {
        shard_.reactor().arm(*this, next_due_);
    } else {
        onDeadline(now);
    }
}

void Connection::onDeadline(Time now) noexcept {
    if (blocked_ && now >= write_due_) {
        lose();
        return;
    }
    switch (state_) {
        case State::Dispatched:
            if (peer_finished_ && now >= gone_due_) {
                lose();
                return;
            }
            answerDeadline();
            break;
        case State::Head:
        case State::Body:
            refuse(kRequestTimeout);
            break;
        default:
            lose();
            return;
    }
    pump();
}

}  // namespace mortise::http
