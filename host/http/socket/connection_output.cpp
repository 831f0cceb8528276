// Output of a connection: answers queued, written together, and what happens after the last one.
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "http/pipeline.hpp"
#include "http/socket/answer_head.hpp"
#include "http/socket/connection.hpp"
#include "http/socket/shard.hpp"

namespace mortise::http {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// The pieces of one write. The first `skip` bytes were written before.
class Pieces {
public:
    explicit Pieces(std::size_t skip) noexcept : skip_(skip) {}

    void add(std::string_view bytes) noexcept {
        const std::size_t skipped = std::min(skip_, bytes.size());
        skip_ -= skipped;
        bytes.remove_prefix(skipped);
        if (!bytes.empty() && count_ < pieces_.size()) {
            // The kernel only reads; the interface has no const.
            pieces_[count_++] = iovec{const_cast<char*>(bytes.data()), bytes.size()};
        }
    }

    /// As send(): bytes taken or -1 with errno.
    ssize_t sendTo(int socket) noexcept {
        msghdr message{};
        message.msg_iov = pieces_.data();
        message.msg_iovlen = count_;
        ssize_t sent = 0;
        do {
            sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
        } while (sent < 0 && errno == EINTR);
        return sent;
    }

private:
    std::array<iovec, 2 * limits::kAnswerBatchMax + 2> pieces_{};
    std::size_t count_ = 0;
    std::size_t skip_;
};

/// Bytes to be written as far as they are known.
std::size_t sizeOf(const SocketExchange& answer) noexcept {
    return answer.answer_head.size() + answer.answer_body_size + answer.streamed.bytes().size();
}

std::size_t bodySizeOf(const SocketExchange& answer) noexcept {
    return answer.answer_body_size + answer.streamed.bodySize();
}

}  // namespace

bool Connection::decideClose(const SocketExchange& exchange, bool closes) const noexcept {
    return closes || !exchange.parser.head().keeps_alive || shard_.isDraining() ||
           shard_.isCrowded() || shard_.pipeline().isDraining() || asksToClose(exchange.response);
}

AnswerFrame Connection::frameOf(const SocketExchange& exchange, bool closes) {
    const bool is_http_10 = exchange.parser.head().is_http_10;
    const bool streams = exchange.has_begun_stream;
    return {.closes = closes,
            .says_keep_alive = is_http_10,
            .is_chunked = streams && !is_http_10,
            .is_unframed = streams && is_http_10,
            .date_line = shard_.dateLine()};
}

void Connection::queueAnswer(std::unique_ptr<SocketExchange> exchange, bool closes) noexcept {
    shard_.pipeline().finish(*exchange);
    Response& response = exchange->response;
    if (response.status < 200 || response.status > 599) {
        response.status = 500;
    }
    const RequestHead& head = exchange->parser.head();
    const bool streams = exchange->has_begun_stream;
    const bool is_last = decideClose(*exchange, closes || (streams && head.is_http_10));
    // A client that did not ask for the end may be sending its next request right now.
    lingers_ = lingers_ || (is_last && head.keeps_alive);
    const bool is_head = exchange->method == Method::Head;
    writeAnswerHead(exchange->answer_head, response, frameOf(*exchange, is_last));
    exchange->answer_body_size =
        is_head || streams || hasNoBody(response.status) ? 0 : response.payload().size();
    if (streams) {
        using Framing = StreamedBody::Framing;
        exchange->streamed.open(is_head           ? Framing::NoBody
                                : head.is_http_10 ? Framing::None
                                                  : Framing::Chunks);
        if (is_head) {
            exchange->stream->abandon();  // Nobody wants the body, and its handler may stop.
        }
        closes_after_stream_ = is_last;
    }
    answers_.push_back(std::move(exchange));
    enter(streams ? State::Streaming : is_last ? State::Closing : State::Idle);
}

/// Writes as much as the kernel takes.
void Connection::flush() noexcept {
    while (state_ != State::Closed && !blocked_) {
        if (!hasOutput()) {
            if (state_ == State::Closing) {
                endOutput();
            }
            return;
        }
        takeSent(send());
    }
}

/// Looks for what can be written now; may end a stream or lose the connection on the way.
bool Connection::hasOutput() noexcept {
    if (state_ == State::Streaming) {
        refillStream();
    }
    if (state_ == State::Closed) {
        return false;
    }
    if (!answers_.empty()) {
        return answers_.size() > 1 || sizeOf(*answers_.front()) > sent_;
    }
    return !interim_.empty() || startContinue();
}

void Connection::refillStream() noexcept {
    SocketExchange& answer = *answers_.back();
    if (answer.streamed.bytes().empty()) {
        switch (answer.streamed.refill(*answer.stream)) {
            case StreamedBody::Refill::Failed:
                lose();
                return;
            case StreamedBody::Refill::Bytes:
                entered_ = true;  // Its silence ended.
                break;
            case StreamedBody::Refill::Nothing:
                break;
        }
    }
    takeSent(0);  // The end of a body may come without a byte.
}

/// The streamed answer was the last one queued and is written.
void Connection::endStream() noexcept {
    const bool closes = closes_after_stream_ || shard_.isDraining();
    lingers_ = lingers_ || closes;
    enter(closes ? State::Closing : State::Idle);
}

/// Begins to write the interim answer a client waits for before it sends its body; false when none does.
bool Connection::startContinue() noexcept {
    if (state_ != State::Body || !std::exchange(wants_continue_, false)) {
        return false;
    }
    interim_ = kContinue;
    return true;
}

/// One write of all that is queued; 0 when the kernel takes nothing or the client is gone.
std::size_t Connection::send() noexcept {
    Pieces pieces(sent_);
    if (!interim_.empty()) {
        pieces = Pieces(0);  // It is only begun when no answer is.
        pieces.add(interim_);
    }
    for (const auto& answer : answers_) {
        pieces.add(answer->answer_head);
        pieces.add(answer->response.payload().substr(0, answer->answer_body_size));
        pieces.add(answer->streamed.bytes());
    }
    const ssize_t sent = pieces.sendTo(socket_.get());
    if (sent >= 0) {
        write_due_ = Time{};
        return static_cast<std::size_t>(sent);
    }
    if (errno != EAGAIN) {
        lose();
        return 0;
    }
    blocked_ = true;
    if (write_due_ == Time{}) {
        write_due_ = shard_.reactor().now() + shard_.settings().write_deadline;
    }
    return 0;
}

void Connection::takeSent(std::size_t size) noexcept {
    const std::size_t of_interim = std::min(size, interim_.size());
    interim_.remove_prefix(of_interim);
    sent_ += size - of_interim;
    std::size_t finished = 0;
    while (finished < answers_.size() && sent_ >= sizeOf(*answers_[finished])) {
        SocketExchange& written = *answers_[finished];
        sent_ -= sizeOf(written);
        if (written.has_begun_stream) {
            written.answer_head.clear();
            written.streamed.clearSent();
            if (!written.is_complete || !written.streamed.isFinished()) {
                break;
            }
            written.stream->abandon();
            endStream();
        }
        std::unique_ptr<SocketExchange> answer = std::move(answers_[finished++]);
        shard_.pipeline().done(*answer, bodySizeOf(*answer));
        shard_.giveBack(std::move(answer));
    }
    answers_.erase(answers_.begin(), answers_.begin() + static_cast<std::ptrdiff_t>(finished));
}

/// After the last answer: closes, or first waits until the client has seen it. A socket closed with unread input answers with
/// a reset, and a reset may overtake the answer.
void Connection::endOutput() noexcept {
    if (!lingers_ && !readable_) {
        close();
        return;
    }
    ::shutdown(socket_.get(), SHUT_WR);
    backlog_ = std::string();
    enter(State::Lingering);
}

/// The client is gone or has to go: nothing more is read or written.
void Connection::lose() noexcept {
    if (state_ == State::Closed) {
        return;
    }
    if (state_ == State::Streaming && answers_.back()->streamed.endsWithConnection()) {
        resetAtClose();
    }
    dropExchange();
    std::size_t sent = std::exchange(sent_, 0);
    for (auto& answer : answers_) {
        dropAnswer(std::move(answer), std::exchange(sent, 0));
    }
    answers_.clear();
    close();
}

/// Where the end of the connection is the end of the body, an orderly one would make half a body a whole one.
void Connection::resetAtClose() noexcept {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    // It fails on no socket that is open; there would be nothing better to do.
    static_cast<void>(::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
}

void Connection::dropAnswer(std::unique_ptr<SocketExchange> answer, std::size_t sent) noexcept {
    if (answer->has_begun_stream && !answer->is_complete) {
        SocketExchange::abandon(std::move(answer), shard_.shared_from_this());
        return;
    }
    if (answer->has_begun_stream) {
        answer->stream->abandon();
    }
    const std::size_t head_size = std::min(sent, answer->answer_head.size());
    shard_.pipeline().done(*answer, std::min(sent - head_size, bodySizeOf(*answer)));
    shard_.giveBack(std::move(answer));
}

}  // namespace mortise::http
