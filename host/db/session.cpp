#include "db/session.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "db/engine/connection.hpp"
#include "db/failure.hpp"

namespace mortise::db {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

Failure lostFailure() {
    return {FailureKind::DatabaseUnavailable, "the connection was lost inside the transaction"};
}

}  // namespace

Session::Session(Pool& pool, std::string_view plugin, Deadline deadline, Access access)
    : pool_(pool), plugin_(plugin), deadline_(deadline), access_(access) {}

Session::Session(Pool& pool, std::string_view plugin, milliseconds transaction_limit, Access access)
    : pool_(pool), plugin_(plugin), transaction_limit_(transaction_limit), access_(access) {}

Session::~Session() {
    rollback();
}

void Session::startClock() {
    if (transaction_limit_.count() > 0) {
        deadline_ = steady_clock::now() + transaction_limit_;
    }
}

milliseconds Session::remaining() const {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
    if (left.count() <= 0) {
        throw Failure(FailureKind::StatementTimeout, "the deadline passed before the statement");
    }
    return left;
}

Result Session::execute(const Statement& statement) {
    if (is_lost_) {
        throw lostFailure();
    }
    if (statement.mode == Mode::Single) {
        if (hasLease()) {
            throw Error(500, "LEASE_NESTED",
                        "a single statement inside a transaction would need a second lease");
        }
        startClock();
        return executeSingle(statement);
    }
    if (hasLease()) {
        return executeNext(statement);
    }
    startClock();
    return executeFirst(statement);
}

Result Session::executeSingle(const Statement& statement) {
    // Only the statement itself knows: where transactions are read-only, a single one may write all the same.
    const bool repeatable = statement.access == Access::ReadOnly;
    for (int attempt = 1;; ++attempt) {
        Lease lease = pool_.acquire(plugin_, deadline_);
        try {
            return executeFresh(lease.connection(), statement);
        } catch (const Failure& failure) {
            if (!repeatable || !failure.isConnectionLost() || attempt > 1) {
                throw;
            }
        }
    }
}

// Until COMMIT nothing lasts, so when the connection proves dead the statement may be sent again, a
// write too.
Result Session::executeFirst(const Statement& statement) {
    for (int attempt = 1;; ++attempt) {
        lease_ = pool_.acquire(plugin_, deadline_);
        try {
            return executeFresh(lease_.connection(), statement);
        } catch (const Failure& failure) {
            const bool open =
                !lease_.connection().isBroken() && lease_.connection().isInTransaction();
            if (!open) {
                lease_.release();
            }
            if (open || !failure.isConnectionLost() || attempt > 1) {
                throw;
            }
        }
    }
}

// A stale plan failed before it did anything, so the statement is sent again, whatever it does.
Result Session::executeFresh(Connection& connection, const Statement& statement) {
    try {
        return connection.execute(statement, scopeOf(statement.mode), deadline_);
    } catch (const Failure&) {
        if (!connection.isPlanStale()) {
            throw;
        }
    }
    if (connection.isInTransaction()) {
        connection.query("ROLLBACK", deadline_);
    }
    return connection.execute(statement, scopeOf(statement.mode), deadline_);
}

ConnectionScope Session::scopeOf(Mode mode) {
    ConnectionScope scope{.plugin = plugin_, .timeout = remaining()};
    if (mode == Mode::Transaction) {
        timeout_set_ = scope.timeout;
        scope.begin = access_ == Access::ReadOnly ? Begin::ReadOnly : Begin::ReadWrite;
    }
    return scope;
}

Result Session::executeNext(const Statement& statement) {
    ConnectionScope scope{.plugin = plugin_};
    const milliseconds left = remaining();
    if (left < timeout_set_ / 2) {
        // The server would otherwise run well past the deadline before it notices.
        scope.timeout = timeout_set_ = left;
    }
    Connection& connection = lease_.connection();
    try {
        return connection.execute(statement, scope, deadline_);
    } catch (const Failure&) {
        if (connection.isBroken()) {
            lease_.release();
            is_lost_ = true;
        }
        throw;
    }
}

void Session::commit() {
    if (is_lost_) {
        is_lost_ = false;
        throw lostFailure();
    }
    if (!hasLease()) {
        return;
    }
    Connection& connection = lease_.connection();
    if (connection.isTransactionFailed()) {
        rollback();
        throw Failure::fromServer("25P02", "", "a statement of the transaction failed");
    }
    try {
        remaining();
        connection.query("COMMIT", deadline_);
    } catch (const Failure&) {
        rollback();
        throw;
    }
    lease_.release();
}

void Session::rollback() noexcept {
    is_lost_ = false;
    if (!hasLease()) {
        return;
    }
    Connection& connection = lease_.connection();
    if (!connection.isBroken() && connection.isInTransaction()) {
        try {
            connection.query("ROLLBACK", steady_clock::now() + limits::kRollbackDeadline);
        } catch (const std::exception&) {
            // The pool closes a connection that is still inside its transaction; PostgreSQL then
            // rolls back.
        }
    }
    lease_.release();
}

}  // namespace mortise::db
