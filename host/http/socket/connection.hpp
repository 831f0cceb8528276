// Connection: one client on one socket, from accept to close.
//
//            +------------------------- answer written, kept alive --------------------------+
//            v                                                                               |
//   Idle -> Head -> Body -> Dispatched -- complete() ----------------------------------------+
//            |       |          |  deadline: a stand-in answers 503, the exchange is abandoned
//            |       |          |  client gone: abandoned, closed
//            |       |          |  startStream() -> Streaming -- complete() and all sent --> Idle or Closing
//            |       |          v
//            +-------+----> Closing -> Lingering -> Closed
//            |                                         begin() answered before the body: Discard drops the body,
//            +-- answered early -> Discard -> Idle     then the connection goes on
//
// One request is dispatched at a time. Pipelined ones wait in `backlog_`, which holds at most one read, and behind it in the
// kernel, because nothing is read while it is not empty. Requests that are completed inside dispatch() are taken in a loop, not
// by recursion, and up to a batch of their answers leaves in one write.
//
// A handler that streams its body keeps the connection in Streaming from its startStream() to its complete(): the exchange stands
// last in `answers_` meanwhile, and its bytes are refilled from its BodyStream whenever the kernel took the ones before.
//
// The socket is watched edge triggered and once for all: `readable_` and `blocked_` remember what epoll said, so serving a
// request costs one recv and one sendmsg and nothing else. The one timer is moved lazily: it may fire too early and then looks
// when it really has to.
//
// Everything here runs on the reactor's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "http/body_stream.hpp"
#include "http/socket/answer_head.hpp"
#include "http/socket/chunked_reader.hpp"
#include "http/socket/socket_exchange.hpp"
#include "run/reactor.hpp"
#include "run/work.hpp"

namespace mortise::http {

class Shard;

class Connection final : private run::EventHandler,
                         private run::Timer,
                         private run::Work,
                         private ExchangeOwner,
                         private BodyStream::Consumer {
public:
    Connection(Shard& shard, UniqueFd socket, std::string address);
    ~Connection() override;

    /// Watches the socket; false when the kernel refuses.
    bool open() noexcept;
    /// The host drains: closes now if nothing is going on. A request under way ends with "Connection: close".
    void drain() noexcept;
    /// Closes if it has been idle since `before`.
    void closeIfIdleSince(std::chrono::steady_clock::time_point before) noexcept;
    /// Closes at once, whatever is going on.
    void cut() noexcept;
    /// While it is, the reactor still holds a pointer to it.
    bool isPosted() const noexcept { return posted_; }

    std::size_t place = 0;  ///< Where the shard keeps it.

private:
    using Time = std::chrono::steady_clock::time_point;
    // From Closing on no more requests are read.
    enum class State : std::uint8_t {
        Idle,
        Head,
        Body,
        Dispatched,
        Streaming,
        Discard,
        Closing,
        Lingering,
        Closed,
    };

    void onEvents(std::uint32_t events) noexcept override;
    void onTimer() noexcept override;
    void run() noexcept override;
    void onCompleted(SocketExchange& exchange) noexcept override;
    void onStreamStarted(SocketExchange& exchange) noexcept override;
    void onStreamReady() noexcept override;

    // The loop: input as far as it goes, then output.
    void pump() noexcept;
    bool takeInput() noexcept;
    bool takesInput() const noexcept;
    bool receive() noexcept;
    void onEnd() noexcept;
    std::size_t consume(std::string_view bytes) noexcept;

    // The stages of a request.
    std::size_t readHead(std::string_view bytes) noexcept;
    std::size_t readBody(std::string_view bytes) noexcept;
    void beginRequest(bool has_more) noexcept;
    void dispatch() noexcept;
    void answerEarly(bool has_more) noexcept;
    void takeCompleted() noexcept;
    void refuse(Refusal refusal) noexcept;
    void answerDeadline() noexcept;

    // Output.
    void queueAnswer(std::unique_ptr<SocketExchange> exchange, bool closes) noexcept;
    AnswerFrame frameOf(const SocketExchange& exchange, bool closes);
    bool hasOutput() noexcept;
    void refillStream() noexcept;
    void endStream() noexcept;
    void dropAnswer(std::unique_ptr<SocketExchange> answer, std::size_t sent) noexcept;
    bool decideClose(const SocketExchange& exchange, bool closes) const noexcept;
    void flush() noexcept;
    std::size_t send() noexcept;
    void takeSent(std::size_t size) noexcept;
    bool startContinue() noexcept;
    void endOutput() noexcept;

    // The end.
    void lose() noexcept;
    void resetAtClose() noexcept;
    void dropExchange() noexcept;
    void close() noexcept;

    void enter(State state) noexcept;
    void setTimer() noexcept;
    void onDeadline(Time now) noexcept;
    std::chrono::milliseconds stageDeadline() const noexcept;

    Shard& shard_;
    UniqueFd socket_;
    const std::string address_;

    State state_ = State::Idle;
    bool readable_ = false;       // Reading may bring something.
    bool blocked_ = false;        // The kernel takes no more output for now.
    bool peer_finished_ = false;  // The client closed its sending side.
    bool lingers_ = false;        // The client may have sent what we did not read.
    bool pumps_ = false;          // pump() is on the stack.
    bool posted_ = false;         // Stands in the reactor's mailbox.
    bool entered_ = true;         // The state changed and its deadline is not set yet.
    bool has_served_ = false;     // At least one request came.
    bool wants_continue_ = false;
    bool closes_after_stream_ = false;  // Its head said so.

    std::unique_ptr<SocketExchange> exchange_;              // The request being read or handled.
    std::vector<std::unique_ptr<SocketExchange>> answers_;  // To be written, oldest first.
    std::size_t sent_ = 0;                                  // Of the first of them.
    std::string_view interim_;                              // Rest of a "100 Continue".

    std::string backlog_;
    std::size_t backlog_start_ = 0;
    std::size_t turn_left_ = 0;  // Bytes it may still read in this turn.

    bool chunked_ = false;
    std::uint64_t body_left_ = 0;
    ChunkedReader chunks_;

    Time entered_at_{};
    Time stage_due_{};
    Time write_due_{};
    Time gone_due_{};
    Time next_due_{};  // The soonest of them that counts now.
};

}  // namespace mortise::http
