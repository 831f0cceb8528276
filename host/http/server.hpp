// Server: the listening sockets and the connections of one host.
//
//   Listener (one per address, on the first reactor) --accepted--> Shard (one per reactor, the least loaded) --> Connection
//
// Life: start() -> serving -> stopAccepting() -> drain(deadline) -> destroyed. The parts it works with (reactors, pipeline, log)
// outlive it, and it is destroyed while the reactors still run, after the executor stopped: a handler that is still running owns
// its exchange and completes it on the reactor.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "http/settings.hpp"

namespace mortise::log {
class Log;
}
namespace mortise::run {
class ReactorGroup;
}

namespace mortise::http {

class Pipeline;

class Server {
public:
    Server(run::ReactorGroup& reactors, Pipeline& pipeline, log::Log& log, ServerSettings settings);
    /// Stops accepting and closes what is left.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds all addresses and begins to accept; the reactors run. Throws mortise::Error naming the address and the reason.
    void start();

    /// The port all addresses share; 0 before start().
    std::uint16_t port() const noexcept;
    /// "127.0.0.1:8000" for each listening socket.
    std::vector<std::string> addresses() const;

    /// Accepts what the kernel has queued, then closes the listening sockets. Returns when done. Not on a reactor.
    void stopAccepting();

    /// Closes idle connections, lets the others finish their request with "Connection: close", and cuts those that are left at
    /// the deadline. True when none had to be cut. Not on a reactor.
    bool drain(std::chrono::steady_clock::time_point deadline);

    /// Any thread.
    std::size_t connectionCount() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;  // A stalled reactor may still hold it when the server is gone.
};

}  // namespace mortise::http
