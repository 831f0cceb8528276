// Process: a child of a test. It ends with the test whatever ends that one, and no wait is without
// a deadline.
//
// What it writes goes to a file, so nothing in the test has to read while the child runs. The
// environment is the test's own without APP_*, which would change the settings of the host under
// test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mortise::test {

using namespace std::chrono_literals;

struct Launch {
    /// The program, by path or to be found in PATH, and its arguments.
    std::vector<std::string> command;
    /// NAME=value, besides the environment of the test.
    std::vector<std::string> environment = {};
    /// Takes standard output and standard error.
    std::filesystem::path output = "/dev/null";
};

class Process {
public:
    explicit Process(const Launch& launch);
    /// Kills it when it still runs.
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    Process(const Process&) = delete;

    pid_t id() const noexcept { return id_; }
    bool isRunning() { return !wait(0ms); }
    void signal(int number) const;
    /// Exit status, or 128 + the signal that ended it; nullopt when it still runs at the deadline.
    std::optional<int> wait(std::chrono::milliseconds time);

private:
    pid_t id_ = 0;
    std::optional<int> status_;
};

struct Finished {
    int exit_code = 0;
    std::string output;
};

/// Runs a command to its end. Throws when it takes longer.
Finished run(const std::vector<std::string>& command,
             const std::vector<std::string>& environment = {},
             std::chrono::milliseconds time = 60s);

/// Processes that work in the directory or below it, or name it on their command line; not those of
/// this process.
std::vector<pid_t> processesIn(const std::filesystem::path& directory);

std::string readFile(const std::filesystem::path& path);

}  // namespace mortise::test
