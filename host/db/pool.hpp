// Pool: the connections to PostgreSQL that blocking code leases.
//
// Problem:   many threads, few connections, a database that may go away at any moment, and plugins
//            that must not starve each other.
// Choice:    leases are granted first come, first served, except that a plugin at its share is
//            passed over. Connections open lazily, on the waiting thread. A failed connect opens a
//            circuit for a moment: whoever would need a new connection fails at once with
//            DATABASE_UNAVAILABLE, and one caller at a time tries again when the moment is over.
// Guarantee: nobody waits longer than the deadline given or `timeout`; a broken connection is never
//            lent twice; an outage never ends the process and is over within `retry_max` of
//            PostgreSQL's return.
// Missing on purpose: a background thread. Everything happens on threads that want something from
// the pool.
//
//   closed circuit --connect fails--> open (fail at once) --time over--> one tries --ok--> closed
//                                        ^---------------------------------fails-----'
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "db/settings.hpp"
#include "db/statement.hpp"

namespace mortise::log {
class Log;
}

namespace mortise::db {

class Connection;
class Pool;

/// A connection on loan. Goes back when it is destroyed.
class Lease {
public:
    Lease() noexcept;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    explicit operator bool() const noexcept { return pool_ != nullptr; }
    Connection& connection() const noexcept { return *connection_; }
    /// Gives the connection back; a broken one, or one inside a transaction, is closed instead.
    void release() noexcept;

private:
    friend class Pool;
    Lease(Pool& pool, std::unique_ptr<Connection> connection, void* share) noexcept;

    Pool* pool_ = nullptr;
    std::unique_ptr<Connection> connection_;
    void* share_ = nullptr;  // The plugin's share this lease counts against.
};

class Pool {
public:
    struct Stats {
        unsigned open = 0;      ///< Connections that exist or are being opened.
        unsigned leased = 0;    ///< Of these, with somebody.
        unsigned waiting = 0;   ///< Threads waiting for a lease.
        bool available = true;  ///< False while the circuit is open.
    };

    Pool(PoolSettings settings, log::Log& log);
    /// All leases must be back.
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// A connection for `plugin`, the last one it used if possible. Any thread; waits.
    /// Throws Failure: POOL_TIMEOUT, DATABASE_UNAVAILABLE.
    Lease acquire(std::string_view plugin, Deadline deadline);

    /// True when PostgreSQL answered; when all connections are lent, when it answered somebody
    /// within the last second. Any thread; waits.
    bool ping(Deadline deadline) noexcept;

    Stats stats() const;

    /// Turns new callers and waiters away and closes what idles; true when all leases came back
    /// before the deadline. Later ones are closed as they come back.
    bool close(Deadline deadline);

private:
    friend class Lease;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::db
