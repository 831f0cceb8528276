// Command: one subcommand of `mortise`. The table in commands.cpp lists them all.
//
// Exit codes: 0 done, 1 failed, 2 refused (the operator can mend it), 64 wrong usage, 78 wrong configuration.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitRefused = 2;
inline constexpr int kExitUsage = 64;   // EX_USAGE of sysexits.h
inline constexpr int kExitConfig = 78;  // EX_CONFIG of sysexits.h

/// Words and options after the subcommand's name: `--x` and `--x=y` are options.
class Arguments {
public:
    explicit Arguments(const std::vector<std::string>& all);

    const std::vector<std::string>& words() const noexcept { return words_; }
    /// Removes the option and tells whether it was there.
    bool takeFlag(std::string_view name);
    /// Removes `--name=value`, or `--name` and the word behind it, and returns the value, else `fallback`.
    std::string takeValue(std::string_view name, std::string fallback = {});
    /// What is left: settings and the options of Configuration.
    const std::vector<std::string>& options() const noexcept { return options_; }

private:
    void split();

    std::vector<std::string> all_;  // In their order; the other two follow from it.
    std::vector<std::string> words_;
    std::vector<std::string> options_;
};

struct Command {
    std::string_view name;
    std::string_view usage;
    std::string_view summary;
    int (*run)(Arguments& arguments);
};

std::span<const Command> commands() noexcept;
std::string usageText();

/// Wrong words on the command line; becomes exit code 64 with the usage of the command.
struct UsageError {
    std::string message;
};

/// Writes a text to standard output or standard error: the answer of a command, which is no log.
void print(std::string_view text);
void printError(std::string_view text);

// The subcommands, by file.
int runServe(Arguments& arguments);    // serve_command.cpp
int runMigrate(Arguments& arguments);  // migrate_command.cpp
int runPlugin(Arguments& arguments);   // plugin_command.cpp
int runCheck(Arguments& arguments, const std::vector<std::string>& files,
             bool as_json);                // check_command.cpp, for runPlugin()
int runPluginProbe(Arguments& arguments);  // plugin_command.cpp
int runConfig(Arguments& arguments);       // config_command.cpp
int runNew(Arguments& arguments);          // new_command.cpp
int runOpenApi(Arguments& arguments);      // openapi_command.cpp
int runHealth(Arguments& arguments);       // inspect_commands.cpp
int runVersion(Arguments& arguments);      // inspect_commands.cpp

}  // namespace mortise::cli
