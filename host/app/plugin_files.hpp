// The plugin libraries of this host on disk, and the migrations they carry.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "db/migrator.hpp"
#include "plugin/binding.hpp"

namespace mortise::app {

/// `*.so` of plugins.directory without those in plugins.disabled, by name. Empty when there is no such directory.
std::vector<std::filesystem::path> pluginFiles(const config::Config& config);

/// The migration line of a library, read without running its code. Throws mortise::Error for a file that is no plugin.
db::MigrationLine migrationLine(const std::filesystem::path& file);

/// Lines of all files that carry migrations. Files that are no plugins are left out: whoever loads them says why.
std::vector<db::MigrationLine> migrationLines(const std::vector<std::filesystem::path>& files);

/// Every plugin of `files` as not serving yet, for the time before they are up.
plugin::ActiveSet startingSet(const std::vector<std::filesystem::path>& files);

}  // namespace mortise::app
