// Host: the composition root. Builds every part of a running server, owns it, reloads it, and takes it down again.
//
// Parts start in the order of the stages below and stop in reverse; a stage that fails stops the earlier ones:
//
//   threads -> control socket -> listeners (only /health and a 503 /ready) -> database -> identity -> schema (development)
//           -> plugins -> ready
//
// SIGTERM and SIGINT end run(): /ready turns 503, answers carry "Connection: close" for `shutdown.drain_delay_ms`, then the
// listeners close, what is in flight ends, plugins stop, the database goes last. A second signal ends the process at once.
#pragma once

#include <memory>
#include <string>

#include "app/configuration.hpp"

namespace mortise::app {

class Host {
public:
    explicit Host(Configuration& configuration);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    /// Serves until a signal or requestStop(); the exit code of the process. Throws mortise::Error when a stage fails.
    int run();
    /// As the first SIGTERM. Any thread.
    void requestStop() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::app
