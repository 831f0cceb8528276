// EmbeddedPostgres: a private PostgreSQL made from the installed binaries, so that development and
// tests need no set-up.
//
// initdb on first use, a UNIX socket only (no port, reachable by its owner), and a session of its
// own so that Ctrl-C in the terminal reaches the host alone and the database is still there while
// the host drains.
//
//   directory/
//     data/       the cluster; data/postmaster.pid says who runs it (PostgreSQL's own file)
//     socket/     where it listens; in /tmp, recorded in `run`, when this path is too long for one
//     server.log  what postgres says
//     lock        held by the living host, so that a second one does not adopt its server
//
// After a crash of the host the server runs on; the next start() finds it in postmaster.pid, makes
// sure that it is this cluster and adopts it. A pid file whose process is gone, or is somebody else
// now, is left to postgres, which replaces it. PostgreSQL refuses root: a host that runs as root
// starts it as `postgres`, or `nobody`, who then own the directory.
#pragma once

#include <memory>
#include <string>

#include "db/settings.hpp"

namespace mortise::log {
class Log;
}

namespace mortise::db {

class EmbeddedPostgres {
public:
    EmbeddedPostgres(EmbeddedSettings settings, log::Log& log);
    /// Stops the server if it runs.
    ~EmbeddedPostgres();
    EmbeddedPostgres(const EmbeddedPostgres&) = delete;
    EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

    /// Returns when the server answers. Throws mortise::Error: EMBEDDED_MISSING (no PostgreSQL
    /// installed), EMBEDDED_FAILED (with the end of the server's log).
    void start();
    /// Fast shutdown: sessions that are still open are ended; immediate when the time is over.
    void stop() noexcept;
    /// Leaves the server running and forgets it; the next start() on this directory adopts it.
    void abandon() noexcept;

    /// The same server, as libpq URL. Valid after start().
    const std::string& url() const noexcept;
    /// URL of another database of this server.
    std::string urlOf(const std::string& database) const;
    /// Process id of the postmaster, 0 when it does not run.
    int processId() const noexcept;
    /// True when the last start() found a running server.
    bool wasAdopted() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::db
