// AsyncConnections: statements of one plugin on one reactor, without a thread that waits for them.
//
// A few libpq connections in non-blocking mode, watched by the reactor, opened as they are needed
// with the plugin's search path set at connect. Each runs one statement at a time; what finds all
// of them busy waits in a bounded queue. Every statement is Single: outside a transaction,
// committed by itself.
//
// Guarantee: a completion is called exactly once, never inside execute(), on the reactor. At its
// deadline a statement completes with STATEMENT_TIMEOUT and what PostgreSQL says later is dropped.
// A statement whose connection dies fails with DATABASE_UNAVAILABLE; a read-only one is sent once
// more first. During an outage statements fail at once.
// Missing on purpose: cancelling at the server; the connection's statement_timeout bounds what runs
// on there.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "db/failure.hpp"
#include "db/result.hpp"
#include "db/settings.hpp"
#include "db/statement.hpp"

namespace mortise::log {
class Log;
}
namespace mortise::run {
class Reactor;
}

namespace mortise::db {

/// Receives the outcome of one statement. Lives until one of the two was called; may delete itself
/// there.
class Completion {
public:
    virtual void onResult(Result result) noexcept = 0;
    virtual void onFailure(const Failure& failure) noexcept = 0;

protected:
    ~Completion() = default;
};

/// All member functions: on the reactor's thread only.
class AsyncConnections {
public:
    enum class Admission {
        Accepted,
        QueueFull,  ///< The bound is reached; the completion is not called.
        Stopped,    ///< After stop(); the completion is not called.
    };

    struct Stats {
        std::size_t open = 0;
        std::size_t running = 0;
        std::size_t queued = 0;
    };

    AsyncConnections(run::Reactor& reactor, AsyncSettings settings, std::string_view plugin,
                     log::Log& log);
    /// stop() must have been called, or nothing ever executed.
    ~AsyncConnections();
    AsyncConnections(const AsyncConnections&) = delete;
    AsyncConnections& operator=(const AsyncConnections&) = delete;

    /// Queues or sends `statement`, which is copied; its mode is taken as Single.
    [[nodiscard]] Admission execute(const Statement& statement, Deadline deadline,
                                    Completion& completion);

    /// Fails everything that is under way with CANCELLED (the completions run inside this call) and
    /// closes the connections.
    void stop();

    Stats stats() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::db
