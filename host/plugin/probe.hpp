// Probe: runs a plugin's first steps in a child process that may die.
//
// Problem: the first code of an unknown library to run may crash, hang or print, and must not take the host with it.
// Choice:  the host's own executable is started again with `plugin-probe FILE`; it loads, opens, configures (dry run), declares
//          and answers with the ledger on its standard output, after a line for each step it enters. The parent waits until a deadline, reads a bounded answer, and reports
//          an exit code or a signal by name, with the last words from standard error.
// Missing on purpose: prepare(); it opens connections, which belong to the real host.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "limits.hpp"

namespace mortise::plugin {

class HostBinding;

struct ProbeSettings {
    std::filesystem::path executable = "/proc/self/exe";
    /// Before the file's name. App adds what makes the child read the same configuration.
    std::vector<std::string> arguments = {"plugin-probe"};
    std::chrono::milliseconds deadline = limits::kProbeDeadline;
};

struct ProbeResult {
    bool ok = false;
    /// Ledger::toJson() of the child when ok.
    std::string ledger_json;
    /// PROBE_SIGNAL, PROBE_EXIT, PROBE_DEADLINE, PROBE_OUTPUT, PROBE_START, or what the plugin said: OPEN_FAILED, ...
    std::string code;
    std::string reason;
};

/// Begins the lines before the answer; the rest of such a line is the step the child enters.
inline constexpr char kProbeProgress = '#';

class Probe {
public:
    explicit Probe(ProbeSettings settings);
    ProbeResult run(const std::filesystem::path& file) const;

private:
    ProbeSettings settings_;
};

/// The child's side: what the subcommand `plugin-probe FILE` does. Writes the answer to standard output, sends what the plugin
/// prints to standard error, and returns the exit code. The plugin's code runs in this process.
int probeMain(const std::filesystem::path& file, HostBinding& binding);

/// As above but returns the answer `{"ok":true,"ledger":{...}}` or `{"ok":false,"code":"...","reason":"..."}`.
std::string probeFile(const std::filesystem::path& file, HostBinding& binding);

}  // namespace mortise::plugin
