// AsyncConnection: one libpq connection driven by a reactor.
//
//   Closed --connect()--> Connecting --> Preparing --> Idle <--start(), outcome--> Busy
//     ^                   (search path)                                             |
//     '---------------- connect failed, connection lost, close() ------------------'
//
// It tells its owner what happened and decides nothing: which statement is next, whether it is
// repeated and when to connect again is the owner's business. Reactor thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "db/engine/exchange.hpp"
#include "db/engine/wire.hpp"
#include "db/result.hpp"
#include "db/settings.hpp"
#include "run/reactor.hpp"

namespace mortise::db {

class AsyncConnection final : private run::EventHandler, private run::Timer {
public:
    enum class State { Closed, Connecting, Preparing, Idle, Busy };

    /// None of these may destroy the connection.
    class Owner {
    public:
        /// Connected; a statement may be started.
        virtual void onConnected(AsyncConnection& connection) noexcept = 0;
        /// The statement ended and the connection is idle again. `stale`: see
        /// Exchange::isPlanStale().
        virtual void onResult(AsyncConnection& connection, Result result) noexcept = 0;
        virtual void onFailure(AsyncConnection& connection, const Failure& failure,
                               bool stale) noexcept = 0;
        /// Connecting failed, or the connection died; it is closed now, and a statement it had has
        /// no outcome.
        virtual void onLost(AsyncConnection& connection, const Failure& failure,
                            bool was_connecting) noexcept = 0;

    protected:
        ~Owner() = default;
    };

    AsyncConnection(run::Reactor& reactor, const ConnectionSettings& settings, std::string plugin,
                    Owner& owner);

    State state() const noexcept { return state_; }
    /// Closed only. A failure is told later, not inside the call.
    void connect() noexcept;
    /// Idle only. Both arguments live until the outcome. A failure is told later.
    void start(std::string_view sql, const wire::Params& params) noexcept;
    /// Any state; nothing is told any more.
    void close() noexcept;

private:
    void onEvents(std::uint32_t epoll_events) noexcept override;
    void onTimer() noexcept override;

    void goOn();
    void continueConnect();
    void sendExchange();
    void continueExchange();
    void finishExchange();
    void watchSocket(std::uint32_t epoll_events);
    void lose(const Failure& failure) noexcept;

    run::Reactor& reactor_;
    const ConnectionSettings& settings_;
    const std::string plugin_;
    Owner& owner_;
    State state_ = State::Closed;
    wire::Handle handle_;
    Exchange exchange_;
    wire::Params session_params_;
    int watched_socket_ = -1;
    std::uint32_t watched_events_ = 0;
};

}  // namespace mortise::db
