// BodyStream: the body of an answer that is written piece by piece, on its way from a handler to its connection.
//
// Problem: a download of a gigabyte must neither lie in memory nor be faster than its client.
// Choice:  a buffer with a bound between the two. The handler puts pieces in and waits, or is told, when there is no room; the
//          connection takes what is there whenever the kernel takes output.
//
//   handler (executor or reactor)        buffer, at most kBufferSizeMax + one piece        connection (reactor)
//   write() waits / whenRoom() --------> [....................................] ----------> take()
//   end() / fail()                                                             <---------- abandon(): the client is gone
//
// Guarantee: after abandon() every write answers Abandoned, whoever waits is woken, and nothing is kept.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace mortise::run {
class Reactor;
}

namespace mortise::http {

class BodyStream : public std::enable_shared_from_this<BodyStream> {
public:
    /// Told on the reactor that there is something to take. A busy consumer calls wakeLater().
    class Consumer {
    public:
        virtual void onStreamReady() noexcept = 0;

    protected:
        ~Consumer() = default;
    };
    enum class Outcome { Written, Abandoned, TimedOut };
    /// Called once, on the reactor, in a later pass: Written when there is room again, else Abandoned.
    using WhenRoom = std::function<void(Outcome)>;

    explicit BodyStream(run::Reactor& reactor) noexcept : reactor_(reactor) {}
    BodyStream(const BodyStream&) = delete;
    BodyStream& operator=(const BodyStream&) = delete;

    // The handler's side, one call at a time, before end() or fail().

    /// Appends the piece when there is room, waiting for it until `deadline`. TimedOut: nothing was appended.
    Outcome write(std::string_view piece, std::chrono::steady_clock::time_point deadline);
    /// Appends the piece at once, and says later when the next one is welcome. One such call may be under way.
    void write(std::string_view piece, WhenRoom when_room);
    /// The body is complete.
    void end() noexcept;
    /// The body will never be complete: the connection is cut, so that the client cannot take it for whole.
    void fail() noexcept;

    // The connection's side, on its reactor.

    void attach(Consumer& consumer) noexcept;
    /// No consumer any more: what is buffered is dropped and the handler is told.
    void abandon() noexcept;
    /// What there is to take, of one moment: the bytes and what follows them.
    enum class Taken {
        More,    ///< More may come.
        All,     ///< With these bytes the body is complete.
        Failed,  ///< No bytes: it will never be complete.
    };
    /// Appends all buffered bytes to `out`. Bytes and answer are one look: between two, a handler could write and fail.
    Taken take(std::string& out);
    /// Calls onStreamReady() in a later pass.
    void wakeLater() noexcept;

private:
    enum class State { Open, Ended, Failed, Abandoned };

    bool hasRoom() const noexcept;
    void finish(State state) noexcept;
    void wake() noexcept;
    void tell(WhenRoom when_room, Outcome outcome);

    run::Reactor& reactor_;
    Consumer* consumer_ = nullptr;  // Reactor thread only.
    mutable std::mutex mutex_;      // Guards all below.
    std::condition_variable changed_;
    State state_ = State::Open;
    std::string buffered_;
    WhenRoom when_room_;
    bool is_waking_ = false;  // onStreamReady() is on its way.
};

}  // namespace mortise::http
