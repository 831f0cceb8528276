// Connection: one libpq connection for blocking use, every wait of it bounded.
//
// Problem: a server that hangs, or a network that swallows packets, must not keep a thread longer
//          than its deadline; libpq's (and libpqxx's) own blocking calls wait without one.
// Choice:  the connection is non-blocking, and this class waits with poll(). What belongs together
//          (search path, BEGIN, statement timeout, preparation, the statement itself) is sent in
//          pipeline mode: one round trip.
// Guarantee: a wait that ran out leaves the connection broken, never out of step with the server;
//            broken ones are closed.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "db/engine/exchange.hpp"
#include "db/engine/wire.hpp"
#include "db/result.hpp"
#include "db/settings.hpp"
#include "db/statement.hpp"

namespace mortise::db {

enum class Begin { None, ReadWrite, ReadOnly };

/// Where a statement runs.
struct ConnectionScope {
    std::string_view plugin;
    /// Begins a transaction in the same round trip.
    Begin begin = Begin::None;
    /// statement_timeout to set; inside a transaction 0 leaves it as it is.
    std::chrono::milliseconds timeout{0};
};

class Connection {
public:
    struct Notification {
        std::string channel;
        std::string payload;
    };

    enum class Liveness { Quiet, HasInput, Dead };

    /// Throws Failure DATABASE_UNAVAILABLE, at the deadline too.
    static std::unique_ptr<Connection> open(const ConnectionSettings& settings, Deadline deadline);

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs a statement, prepared on first use. Throws Failure.
    Result execute(const Statement& statement, const ConnectionScope& scope, Deadline deadline);
    /// Runs SQL without parameters; several statements return the last result. Throws Failure.
    Result query(const std::string& sql, Deadline deadline);

    /// Whether the last failure came from a plan that was prepared earlier and that the server does
    /// not accept any more; the statement had no effect and works when it is executed again.
    bool isPlanStale() const noexcept { return exchange_.isPlanStale(); }
    /// Nothing may be sent any more.
    bool isBroken() const noexcept;
    bool isInTransaction() const noexcept;
    /// A statement of the transaction failed; only ROLLBACK is accepted, and COMMIT would silently
    /// do the same.
    bool isTransactionFailed() const noexcept;
    /// What the socket says, without a round trip. Input on an idle connection is a farewell more
    /// often than not.
    Liveness peek() const noexcept;
    /// The plugin whose search path is set.
    const std::string& plugin() const noexcept { return session_plugin_; }

    /// For the listener: the socket to wait for, and what arrived. takeInput() is false when the
    /// connection died.
    int socket() const noexcept;
    bool takeInput() noexcept;
    bool nextNotification(Notification& notification);

private:
    Connection(wire::Handle handle, const ConnectionSettings& settings);

    void addSession(const ConnectionScope& scope);
    void addBegin(const ConnectionScope& scope);
    void addTimeout(const ConnectionScope& scope);

    Result run(Deadline deadline);
    void waitFor(short poll_events, Deadline limit);
    [[noreturn]] void giveUp(const Failure& failure);

    wire::Handle handle_;
    Exchange exchange_;
    bool broken_ = false;
    std::string session_plugin_;
    std::chrono::milliseconds session_timeout_{0};
    wire::Params params_;
    wire::Params scope_params_;
};

}  // namespace mortise::db
