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

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/configuration.hpp"
#include "lifecycle/stages.hpp"
#include "plugin/swap.hpp"

namespace mortise {
class Clock;
}
namespace mortise::log {
class Sink;
}
namespace mortise::bridge {
class OperationStandIn;
}

namespace mortise::app {

struct Parts;

/// What is different in a host that is part of another program, as the testing kit makes it.
struct HostOptions {
    /// Control socket and listeners.
    bool has_edges = true;
    /// Where log lines go instead of where the configuration says; outlives the host.
    log::Sink* log_sink = nullptr;
    /// The plugins to load; without it those of plugins.directory.
    std::optional<std::vector<std::filesystem::path>> plugin_files{};
    /// Answers operations in place of plugins; outlives the host.
    bridge::OperationStandIn* stand_in = nullptr;
    /// Answers calls to other servers in place of the network; outlives the host.
    bridge::OutgoingStandIn* outgoing_stand_in = nullptr;
    /// What plugins are told the time by; outlives the host.
    const Clock* plugin_clock = nullptr;
    /// Plugins whose operations only the stand-in answers: calls to them are not judged.
    std::vector<std::string> played_plugins{};
};

class Host {
public:
    explicit Host(Configuration& configuration, HostOptions options = {});
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    /// Serves until a signal or requestStop(); the exit code of the process. Throws mortise::Error when a stage fails.
    int run();
    /// As the first SIGTERM. Any thread.
    void requestStop() noexcept;

    /// Start and stop of a host in another program, which has its own signals. start() throws as run() does; stop() returns what
    /// went wrong. While isOccupied() holds afterwards, threads are inside code of plugins and the host must not be destroyed.
    void start();
    std::vector<lifecycle::StageFailure> stop();
    bool isOccupied() const noexcept;

    /// The parts of this host; those made by a stage exist once start() returned.
    Parts& parts() noexcept;
    /// How the plugins came up. Valid once start() returned.
    const plugin::BootReport& bootReport() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::app
