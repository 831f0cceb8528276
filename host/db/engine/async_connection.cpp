#include "db/engine/async_connection.hpp"

#include <libpq-fe.h>
#include <sys/epoll.h>

#include <utility>

#include "base/assert.hpp"

namespace mortise::db {

AsyncConnection::AsyncConnection(run::Reactor& reactor, const ConnectionSettings& settings,
                                 std::string plugin, Owner& owner)
    : reactor_(reactor),
      settings_(settings),
      plugin_(std::move(plugin)),
      owner_(owner),
      exchange_(settings) {}

void AsyncConnection::connect() noexcept {
    MORTISE_ASSERT(state_ == State::Closed, "only a closed connection connects");
    state_ = State::Connecting;
    // What fails at once is told by the timer, so that the owner is never called inside its own
    // call.
    auto due = reactor_.now() + settings_.connect_timeout;
    try {
        handle_ = wire::startConnect(settings_);
        watchSocket(EPOLLOUT);
    } catch (const std::exception&) {
        handle_.reset();
        due = reactor_.now();
    }
    reactor_.arm(*this, due);
}

void AsyncConnection::start(std::string_view sql, const wire::Params& params) noexcept {
    MORTISE_ASSERT(state_ == State::Idle, "only an idle connection starts a statement");
    state_ = State::Busy;
    exchange_.clear();
    auto due = reactor_.now() + limits::kAsyncStatementTimeout + limits::kStatementGrace;
    try {
        exchange_.addStatement(Exchange::Role::Statement, plugin_, sql, params);
        sendExchange();
    } catch (const std::exception&) {
        due = reactor_.now();  // The timer tells that it is lost.
    }
    reactor_.arm(*this, due);
}

void AsyncConnection::close() noexcept {
    if (watched_socket_ >= 0) {
        reactor_.unwatch(watched_socket_);
        watched_socket_ = -1;
    }
    if (isArmed()) {
        reactor_.disarm(*this);
    }
    handle_.reset();
    state_ = State::Closed;
}

void AsyncConnection::onEvents(std::uint32_t) noexcept {
    try {
        goOn();
    } catch (const Failure& failure) {
        lose(failure);
    } catch (const std::exception& error) {
        lose(Failure(FailureKind::DatabaseUnavailable, error.what()));
    }
}

void AsyncConnection::onTimer() noexcept {
    // Either too much time passed, or connect() or start() failed at once and left the reason to
    // libpq.
    const bool connecting = state_ == State::Connecting;
    lose(Failure(FailureKind::DatabaseUnavailable, connecting
                                                       ? "could not connect to the database"
                                                       : "the database does not answer any more"));
}

void AsyncConnection::goOn() {
    switch (state_) {
        case State::Closed:
            return;
        case State::Connecting:
            continueConnect();
            return;
        case State::Idle:
            // A farewell, a notice or a changed setting; only the first ends the connection.
            if (PQconsumeInput(handle_.get()) == 0 || PQstatus(handle_.get()) != CONNECTION_OK) {
                lose(wire::lostFailure(handle_.get()));
            }
            return;
        case State::Preparing:
        case State::Busy:
            PQconsumeInput(handle_.get());  // A failure shows in the results.
            continueExchange();
            return;
    }
}

void AsyncConnection::continueConnect() {
    // libpq may close its socket and open another one, even under the same number; the old one must
    // be unknown by then.
    reactor_.unwatch(std::exchange(watched_socket_, -1));
    switch (PQconnectPoll(handle_.get())) {
        case PGRES_POLLING_READING:
            watchSocket(EPOLLIN);
            return;
        case PGRES_POLLING_WRITING:
            watchSocket(EPOLLOUT);
            return;
        case PGRES_POLLING_OK:
            break;
        default:
            lose(wire::connectFailure(handle_.get()));
            return;
    }
    state_ = State::Preparing;
    wire::tame(handle_.get());
    exchange_.reset();
    const std::string path = wire::searchPathOf(plugin_);
    const std::string timeout = std::to_string(limits::kAsyncStatementTimeout.count());
    const Value values[] = {Value::of(path), Value::of(timeout)};
    session_params_.assign(values);
    exchange_.addStatement(Exchange::Role::Scope, {}, wire::kSetSession, session_params_);
    sendExchange();
}

void AsyncConnection::sendExchange() {
    if (!exchange_.send(handle_.get())) {
        throw Failure(*exchange_.failure());
    }
    // Sends what fits into the socket. Nothing can have arrived, so a known outcome is a dead
    // connection.
    if (exchange_.advance(handle_.get()) && exchange_.failure()) {
        throw Failure(*exchange_.failure());
    }
    watchSocket(exchange_.wantsWrite() ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void AsyncConnection::continueExchange() {
    if (!exchange_.advance(handle_.get())) {
        watchSocket(exchange_.wantsWrite() ? EPOLLIN | EPOLLOUT : EPOLLIN);
        return;
    }
    if (exchange_.isBroken()) {
        lose(*exchange_.failure());
        return;
    }
    finishExchange();
}

void AsyncConnection::finishExchange() {
    const bool was_preparing = state_ == State::Preparing;
    if (was_preparing && exchange_.failure()) {
        lose(*exchange_.failure());
        return;
    }
    if (PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) {
        lose(Failure(FailureKind::DatabaseUnavailable,
                     "a single statement left a transaction open"));
        return;
    }
    state_ = State::Idle;
    reactor_.disarm(*this);
    watchSocket(EPOLLIN);
    if (was_preparing) {
        owner_.onConnected(*this);
    } else if (exchange_.failure()) {
        owner_.onFailure(*this, Failure(*exchange_.failure()), exchange_.isPlanStale());
    } else {
        owner_.onResult(*this, exchange_.takeResult());
    }
}

void AsyncConnection::watchSocket(std::uint32_t epoll_events) {
    const int socket = PQsocket(handle_.get());
    if (socket < 0) {
        throw wire::lostFailure(handle_.get());
    }
    if (watched_socket_ < 0) {
        reactor_.watch(socket, epoll_events, *this);
    } else if (watched_events_ != epoll_events) {
        reactor_.rewatch(socket, epoll_events, *this);
    }
    watched_socket_ = socket;
    watched_events_ = epoll_events;
}

void AsyncConnection::lose(const Failure& failure) noexcept {
    const bool was_connecting = state_ == State::Connecting || state_ == State::Preparing;
    close();
    owner_.onLost(*this, failure, was_connecting);
}

}  // namespace mortise::db
