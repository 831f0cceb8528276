// Server: the real binary as a child process, with a state directory, a port and, unless told
// otherwise, a fresh database of its own in the PostgreSQL that the test executable shares.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/artifacts.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/json.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/process.hpp"

namespace mortise::test {

inline constexpr const char* kAdminEmail = "admin@example.com";
inline constexpr const char* kAdminPassword = "correct horse battery";

struct ServerOptions {
    /// `--key=value`; they win over the defaults below.
    std::vector<std::string> settings = {};
    /// Starts the server through another program, which gets the command as its last arguments.
    std::vector<std::string> wrapper = {};
    std::vector<std::string> environment = {};
    std::filesystem::path binary = hostBinary();
    std::filesystem::path plugins = pluginDirectory();
    /// False: the server starts a PostgreSQL of its own, in its directory.
    bool uses_shared_postgres = true;
};

class Server {
public:
    /// Returns when the server is ready; throws with its output when it does not get there.
    explicit Server(ServerOptions options = {});
    /// Stops it when it still runs, and ends the test when it does not end cleanly.
    ~Server();
    Server(const Server&) = delete;

    /// Starts again with the same state and database, after it ended; with further settings when
    /// given.
    void start(const std::vector<std::string>& more = {});
    /// Asks it to end and waits; its exit status. 143 and the like: it was ended by the signal
    /// itself.
    int stop(int signal = SIGTERM);

    std::uint16_t port() const noexcept { return port_; }
    HttpClient client() const { return HttpClient(port_); }
    Process& process() { return *process_; }
    const std::filesystem::path& directory() const { return directory_.path(); }
    std::filesystem::path stateDirectory() const { return directory() / "state"; }
    std::filesystem::path embeddedDirectory() const { return directory() / "postgres"; }
    TestDatabase& database() { return *database_; }

    /// `mortise <words>` with the settings of this server.
    Finished runCommand(const std::vector<std::string>& words);
    /// `mortise plugin <words> --json` on the control socket.
    Json askPlugins(const std::vector<std::string>& words);
    /// Requests the serving generation of a plugin has not ended yet.
    std::size_t inFlightCount(const std::string& plugin);
    /// Applies and requires success. Returns the report.
    Json apply(const std::filesystem::path& file, bool confirm = true);

    /// How many copies of a plugin's library are mapped into the process.
    std::size_t mappedCount(const std::string& plugin) const;
    /// Everything it wrote.
    std::string output() const;
    /// The records of one event so far.
    std::vector<Json> events(const std::string& name) const;

private:
    std::vector<std::string> settings() const;
    std::vector<std::string> environment() const;
    Json awaitReady();

    ServerOptions options_;
    TestDirectory directory_;
    std::unique_ptr<TestDatabase> database_;
    std::optional<Process> process_;
    std::uint16_t port_ = 0;
};

/// Asks `condition` until it is true; false when the time is over.
bool within(std::chrono::milliseconds time, const std::function<bool()>& condition);

}  // namespace mortise::test
