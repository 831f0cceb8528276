// Configuration: where the settings of this process come from, kept for the plugins that arrive later.
//
// Layers and schema stay, because the settings of a plugin are known only when its manifest is read, and a plugin may be applied
// weeks after the start.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bridge/binding.hpp"
#include "config/config.hpp"
#include "config/layers.hpp"
#include "config/schema.hpp"

namespace mortise::app {

/// Where settings come from.
enum class Sources {
    All,
    ArgumentsOnly,  ///< For a host inside a test, which must not depend on files and environment of the machine.
};

class Configuration {
public:
    /// Reads all layers: the file of `--config=FILE` (else /etc/mortise/mortise.properties when it is there) with conf.d beside
    /// it, `.env` (or `--env-file=FILE`), the environment, then `--key=value`. Throws mortise::Error with every problem.
    explicit Configuration(std::vector<std::string> arguments, Sources sources = Sources::All);

    const config::Config& host() const noexcept { return host_; }
    const config::Schema& schema() const noexcept { return schema_; }
    /// What the process was told, to hand to a child that must see the same.
    const std::vector<std::string>& arguments() const noexcept { return arguments_; }
    /// The directory for generated state, absolute.
    std::filesystem::path stateDirectory() const;
    std::filesystem::path controlSocket() const;

    /// Settings of one plugin; problems, empty when all is well. Any thread.
    std::vector<std::string> resolvePlugin(const std::string& plugin,
                                           const std::string& settings_json,
                                           bridge::Values& values);
    /// Once all plugins of the start are known: what nobody declared. Throws mortise::Error.
    std::vector<std::string> checkUnknown();

private:
    std::vector<std::string> arguments_;
    config::Layers layers_;
    std::mutex mutex_;  // Guards schema_ after construction: plugins add theirs.
    config::Schema schema_;
    config::Config host_;
};

}  // namespace mortise::app
