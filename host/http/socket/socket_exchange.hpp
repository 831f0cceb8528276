// SocketExchange: the exchange of a connection, with the memory its views point into.
//
// One object is a request from its first byte until its answer is written. Connections borrow it from their shard only for that
// time, so an idle connection owns neither buffers nor an exchange, and the few in use stay warm in the cache.
//
// complete() may come from any thread. On the reactor it goes on at once, from elsewhere through the reactor's mailbox, so that
// whether the connection is still there is decided on one thread only:
//
//     owner set   -> the connection takes the answer
//     abandoned   -> the pipeline's done(), then the exchange deletes itself; it kept alive what that needs
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "http/exchange.hpp"
#include "http/socket/parser.hpp"
#include "http/socket/streamed_body.hpp"
#include "run/work.hpp"

namespace mortise::http {

class Pipeline;
class SocketExchange;

/// Who takes a completed exchange.
class ExchangeOwner {
public:
    virtual void onCompleted(SocketExchange& exchange) noexcept = 0;
    /// The head of its answer is ready, the body comes through its stream.
    virtual void onStreamStarted(SocketExchange& exchange) noexcept = 0;

protected:
    ~ExchangeOwner() = default;
};

class SocketExchange final : public Exchange, private run::Work {
public:
    SocketExchange(run::Reactor& reactor, Pipeline& pipeline);
    ~SocketExchange() override = default;

    run::Reactor& reactor() noexcept override { return reactor_; }
    void complete() noexcept override;
    void startStream() override;
    bool isAbandoned() const noexcept override {
        return abandoned_.load(
            std::memory_order_relaxed);  // A hint; nothing is read because of it.
    }

    /// Makes it a fresh request of that client.
    void open(ExchangeOwner& owner, const std::string& address);
    /// Sets method, target and headers from the parsed head.
    void takeHead();
    /// Becomes a request like `other`, with copies of all texts, so that it can be answered in its place.
    void copyRequest(const SocketExchange& other);
    /// Calls onCompleted() again from the mailbox; for an owner that is busy.
    void completeLater() noexcept;
    /// From now on it owns itself, and `kept` until it is completed. Reactor thread.
    static void abandon(std::unique_ptr<SocketExchange> exchange,
                        std::shared_ptr<const void> kept) noexcept;
    /// Gives back everything of the request that was large or shared.
    void clear();

    Parser parser;
    std::string body_bytes;
    std::string answer_head;
    std::size_t answer_body_size = 0;  ///< Bytes of the payload that go on the wire.
    bool is_complete = false;
    bool has_begun_stream = false;  ///< The connection has seen its stream. Reactor thread.
    StreamedBody streamed;          ///< When it has a stream.

private:
    void run() noexcept override;
    void finish() noexcept;
    void announceStream() noexcept;
    std::string_view copy(std::string_view text);

    run::Reactor& reactor_;
    Pipeline& pipeline_;
    ExchangeOwner* owner_ = nullptr;  // Null once abandoned.
    std::atomic<bool> abandoned_{false};
    std::atomic<bool> completed_{false};  // Guards against a second complete().
    std::string address_;
    std::string copies_;  // Texts of copyRequest().
    std::shared_ptr<const void> kept_;
};

}  // namespace mortise::http
