#include "db/engine/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace mortise::db {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Remaining times differ by microseconds from request to request. Rounding up to steps of a quarter
// to an eighth keeps the session's timeout the same for most of them, so that it need not be set
// anew.
milliseconds rounded(milliseconds timeout) noexcept {
    milliseconds::rep step = 1;
    while (step * 8 < timeout.count()) {
        step *= 2;
    }
    return milliseconds((timeout.count() + step - 1) / step * step);
}

// poll() counts in whole milliseconds; rounding up avoids a busy last millisecond.
int millisecondsUntil(Deadline limit) noexcept {
    const auto left = std::chrono::ceil<milliseconds>(limit - steady_clock::now()).count();
    return static_cast<int>(std::clamp<milliseconds::rep>(left, 0, 3'600'000));
}

}  // namespace

Connection::Connection(wire::Handle handle, const ConnectionSettings& settings)
    : handle_(std::move(handle)), exchange_(settings) {
    wire::tame(handle_.get());
}

std::unique_ptr<Connection> Connection::open(const ConnectionSettings& settings,
                                             Deadline deadline) {
    wire::Handle handle = wire::startConnect(settings);
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        pollfd descriptor{PQsocket(handle.get()), POLLIN, 0};
        if (state == PGRES_POLLING_WRITING) {
            descriptor.events = POLLOUT;
        }
        const int wait = millisecondsUntil(deadline);
        if (wait == 0) {
            throw Failure(FailureKind::DatabaseUnavailable,
                          "could not connect to the database: no answer in time");
        }
        if (::poll(&descriptor, 1, wait) > 0) {
            state = PQconnectPoll(handle.get());
        }
        if (state == PGRES_POLLING_FAILED) {
            throw wire::connectFailure(handle.get());
        }
    }
    return std::unique_ptr<Connection>(new Connection(std::move(handle), settings));
}

bool Connection::isBroken() const noexcept {
    return broken_ || PQstatus(handle_.get()) != CONNECTION_OK;
}

bool Connection::isInTransaction() const noexcept {
    return PQtransactionStatus(handle_.get()) != PQTRANS_IDLE;
}

bool Connection::isTransactionFailed() const noexcept {
    return PQtransactionStatus(handle_.get()) == PQTRANS_INERROR;
}

Connection::Liveness Connection::peek() const noexcept {
    char byte = 0;
    const auto size = ::recv(socket(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size > 0) {
        return Liveness::HasInput;
    }
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Liveness::Quiet : Liveness::Dead;
}

int Connection::socket() const noexcept {
    return PQsocket(handle_.get());
}

bool Connection::takeInput() noexcept {
    return PQconsumeInput(handle_.get()) == 1 && PQstatus(handle_.get()) == CONNECTION_OK;
}

bool Connection::nextNotification(Notification& notification) {
    const std::unique_ptr<PGnotify, void (*)(void*)> next(PQnotifies(handle_.get()), PQfreemem);
    if (next == nullptr) {
        return false;
    }
    notification.channel = next->relname;
    notification.payload = next->extra;
    return true;
}

Result Connection::execute(const Statement& statement, const ConnectionScope& scope,
                           Deadline deadline) {
    params_.assign(statement.params);
    exchange_.clear();
    if (scope.begin != Begin::None) {
        addBegin(scope);
    } else if (!isInTransaction()) {
        addSession(scope);
    } else if (scope.timeout.count() > 0) {
        addTimeout(scope);
    }
    exchange_.addStatement(Exchange::Role::Statement, scope.plugin, statement.sql, params_);
    return run(deadline);
}

Result Connection::query(const std::string& sql, Deadline deadline) {
    exchange_.clear();
    exchange_.addScript(sql);
    return run(deadline);
}

void Connection::addSession(const ConnectionScope& scope) {
    const milliseconds timeout = rounded(scope.timeout);
    if (session_plugin_ == scope.plugin && session_timeout_ == timeout) {
        return;
    }
    const std::string path = wire::searchPathOf(scope.plugin);
    const std::string timeout_text = std::to_string(timeout.count());
    const Value values[] = {Value::of(path), Value::of(timeout_text)};
    scope_params_.assign(values);
    exchange_.addStatement(Exchange::Role::Scope, {}, wire::kSetSession, scope_params_);
    exchange_.addSync();  // What follows must not undo it.
    session_plugin_ = scope.plugin;
    session_timeout_ = timeout;
}

void Connection::addBegin(const ConnectionScope& scope) {
    if (session_plugin_ != scope.plugin) {
        addSession(scope);
    }
    exchange_.addQuery(scope.begin == Begin::ReadOnly ? "BEGIN READ ONLY" : "BEGIN");
    // SET and not set_config(): a query would forbid the plugin to choose the isolation level with
    // its first statement.
    addTimeout(scope);
}

void Connection::addTimeout(const ConnectionScope& scope) {
    exchange_.addQuery("SET LOCAL statement_timeout = " + std::to_string(scope.timeout.count()));
}

Result Connection::run(Deadline deadline) {
    const Deadline limit = deadline + limits::kStatementGrace;
    pg_conn* connection = handle_.get();
    bool done = !exchange_.send(connection) || exchange_.advance(connection);
    while (!done) {
        // Reads while it writes: the server may be unable to take more because nobody takes its
        // answers.
        waitFor(exchange_.wantsWrite() ? POLLIN | POLLOUT : POLLIN, limit);
        PQconsumeInput(connection);  // A failure shows in the results.
        done = exchange_.advance(connection);
    }
    broken_ = broken_ || exchange_.isBroken();
    if (exchange_.failure()) {
        throw Failure(*exchange_.failure());
    }
    return exchange_.takeResult();
}

void Connection::waitFor(short poll_events, Deadline limit) {
    pollfd descriptor{PQsocket(handle_.get()), poll_events, 0};
    for (;;) {
        const int wait = millisecondsUntil(limit);
        if (wait == 0) {
            giveUp(Failure(FailureKind::StatementTimeout,
                           "the statement did not end before its deadline"));
        }
        const int ready = ::poll(&descriptor, 1, wait);
        if (ready > 0) {
            return;
        }
        if (ready < 0 && errno != EINTR) {
            giveUp(wire::lostFailure(handle_.get()));
        }
    }
}

void Connection::giveUp(const Failure& failure) {
    broken_ = true;
    throw Failure(failure);
}

}  // namespace mortise::db
