// Layers: what was written where. Raw assignments with their origin, before any schema looks at
// them.
//
//   defaults < etc/mortise.properties < conf.d/*.properties < .env < environment < command line
//
// They are kept after the start: the settings of a plugin are only known once its manifest is read,
// perhaps weeks later. Problems of form are collected, not thrown, so that the operator sees all of
// them at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mortise::config {

/// One value as it was found.
struct Assignment {
    /// A key (`database.url`) or, for `.env` and environment, a name (`APP_DATABASE_URL`).
    std::string name;
    std::string value;
    /// For people: `etc/mortise.properties`, `.env:12`, `environment APP_PORT`, `command line`.
    std::string origin;
    bool by_environment_name = false;
};

class Layers {
public:
    /// A properties file; a missing one is a problem only when `required`.
    void addFile(const std::filesystem::path& path, bool required);
    /// All `*.properties` of a directory in order of name; a missing directory is none.
    void addDirectory(const std::filesystem::path& path);
    /// A `.env` file; a missing one is none. Names without `APP_` are left alone.
    void addDotEnv(const std::filesystem::path& path);
    /// Pairs of name and value; only those starting with `APP_` (any case) count.
    void addEnvironment(std::span<const std::pair<std::string, std::string>> variables);
    /// `key=value` or `--key=value` each.
    void addCommandLine(std::span<const std::string> arguments);
    /// One value from the program itself, above everything before it.
    void addOverride(std::string key, std::string value, std::string origin);

    /// Lowest first; a later one wins.
    const std::vector<Assignment>& assignments() const noexcept { return assignments_; }
    const std::vector<std::string>& problems() const noexcept { return problems_; }

private:
    std::vector<Assignment> assignments_;
    std::vector<std::string> problems_;
};

/// The environment of this process, for Layers::addEnvironment.
std::vector<std::pair<std::string, std::string>> processEnvironment();

}  // namespace mortise::config
