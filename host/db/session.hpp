// Session: the database side of one unit of work (a request, an operation, a job attempt).
//
// It begins a transaction at its first statement, holds one lease until commit or rollback, and
// gives it back before the answer is sent. BEGIN, the search path, the statement timeout, the
// preparation and the statement itself travel together in one pipelined round trip; later
// statements take one each, commit one more.
//
//   idle --execute--> in transaction --commit / commitNow / rollback--> idle (lease is back)
//     \--execute(Single)--> one statement on a lease of its own --> idle
//
// Statements see schema `plugin` first, then `mortise` and `public`. They end at the deadline:
// PostgreSQL stops them itself (statement_timeout), and a server that does not answer loses its
// connection shortly after.
//
// A unit of work moves between threads but is used by one at a time, so nothing is locked here.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "db/pool.hpp"
#include "db/result.hpp"
#include "db/statement.hpp"

namespace mortise::db {

struct ConnectionScope;

class Session {
public:
    /// `access` ReadOnly makes the transaction READ ONLY. A Single statement is none: it may write, and
    /// is sent again after a lost connection only when it says itself that it changes nothing.
    Session(Pool& pool, std::string_view plugin, Deadline deadline,
            Access access = Access::ReadWrite);
    /// For work without a deadline of its own: `transaction_limit` is the time each transaction, and
    /// each Single statement, may take from its first statement on.
    Session(Pool& pool, std::string_view plugin, std::chrono::milliseconds transaction_limit,
            Access access = Access::ReadWrite);
    /// Rolls back what was not committed.
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// Runs one statement and waits. Throws Failure. After a failed statement of a transaction
    /// PostgreSQL refuses the following ones (SQL_ERROR 25P02) until rollback(); after one that lost
    /// its connection they are refused here (DATABASE_UNAVAILABLE), so that no half of the work is
    /// committed. A Single statement while hasLease() is the caller's mistake: the pool would be
    /// asked for a second lease; it throws mortise::Error LEASE_NESTED.
    Result execute(const Statement& statement);

    /// Makes what was written permanent and gives the lease back; nothing to do without a
    /// transaction. Throws Failure, and the session is idle again; then nothing was committed,
    /// except that after DATABASE_UNAVAILABLE and STATEMENT_TIMEOUT nobody knows.
    void commit();
    /// As commit(), for writes that must survive whatever becomes of the unit of work.
    void commitNow() { commit(); }
    /// Undoes what was written since the last commit and gives the lease back. Never fails: a
    /// connection that cannot roll back is closed, which has the same effect.
    void rollback() noexcept;

    /// True while a transaction is open.
    bool hasLease() const noexcept { return static_cast<bool>(lease_); }

private:
    void startClock();
    std::chrono::milliseconds remaining() const;
    Result executeSingle(const Statement& statement);
    Result executeFirst(const Statement& statement);
    Result executeFresh(Connection& connection, const Statement& statement);
    ConnectionScope scopeOf(Mode mode);
    Result executeNext(const Statement& statement);

    Pool& pool_;
    std::string plugin_;
    Deadline deadline_;
    std::chrono::milliseconds transaction_limit_{0};  // 0: the deadline is that of the work.
    Access access_;
    Lease lease_;
    bool is_lost_ = false;  // The connection died inside the transaction; until rollback().
    std::chrono::milliseconds timeout_set_{0};  // statement_timeout of the open transaction.
};

}  // namespace mortise::db
