#include "cli/command.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace mortise::cli {
namespace {

constexpr std::array<Command, 9> kCommands{{
    {"serve", "serve [--config=FILE] [--KEY=VALUE...]", "run the server", runServe},
    {"migrate", "migrate up|down|status|history [FILE.so...] [--plugin=NAME] [--count=N] [--to=N]",
     "bring the database schemas of the plugins up or down", runMigrate},
    {"plugin",
     "plugin list|status NAME|inspect FILE|check FILE...|apply FILE|rollback NAME|confirm "
     "NAME|remove "
     "NAME\n"
     "             [--dry-run] [--confirm] [--revision=N] [--strict] [--json] [--socket=PATH]",
     "look at plugins and change those of a running host", runPlugin},
    {"config", "config check|show|reference|env-example|properties", "look at the settings",
     runConfig},
    {"new", "new plugin NAME [--directory DIR] [--maintainer \"NAME <MAIL>\"]",
     "write a new plugin with one resource; asks for what is missing on a terminal", runNew},
    {"openapi", "openapi [diff OLD NEW [--meant=FILE] [--json]]",
     "print the API document of the plugins in plugins.directory, or what a change of it breaks",
     runOpenApi},
    {"health", "health [--KEY=VALUE...]", "ask a running host whether it lives", runHealth},
    {"version", "version", "print the version", runVersion},
    {"plugin-probe", "plugin-probe FILE", "used by the host itself to try out a plugin",
     runPluginProbe},
}};

void writeAll(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

Arguments::Arguments(const std::vector<std::string>& all) : all_(all) {
    split();
}

void Arguments::split() {
    words_.clear();
    options_.clear();
    for (const std::string& argument : all_) {
        (argument.starts_with("--") ? options_ : words_).push_back(argument);
    }
}

bool Arguments::takeFlag(std::string_view name) {
    const bool was_there = std::erase(all_, "--" + std::string(name)) > 0;
    split();
    return was_there;
}

std::string Arguments::takeValue(std::string_view name, std::string fallback) {
    const std::string option = "--" + std::string(name);
    std::string value = std::move(fallback);
    for (auto at = all_.begin(); at != all_.end();) {
        if (at->starts_with(option + "=")) {
            value = at->substr(option.size() + 1);
            at = all_.erase(at);
        } else if (*at == option && std::next(at) != all_.end() &&
                   !std::next(at)->starts_with("--")) {
            value = *std::next(at);
            at = all_.erase(at, at + 2);
        } else {
            ++at;
        }
    }
    split();
    return value;
}

std::span<const Command> commands() noexcept {
    return kCommands;
}

std::string usageText() {
    std::string text = "Usage: mortise <command> [options]\n\n";
    for (const Command& command : kCommands) {
        text +=
            "  " + std::string(command.usage) + "\n      " + std::string(command.summary) + "\n";
    }
    return text +
           "\nSettings are read from the file of --config, conf.d beside it, .env, the environment "
           "(APP_...) and\n"
           "the command line (--KEY=VALUE), the later over the earlier; `mortise config reference` "
           "lists them.\n";
}

void print(std::string_view text) {
    writeAll(STDOUT_FILENO, text);
}

void printError(std::string_view text) {
    writeAll(STDERR_FILENO, text);
}

}  // namespace mortise::cli
