// PluginSet: what the files of an app need besides themselves: migrations of other plugins, and operations nobody here offers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "db/migrator.hpp"

namespace mortise::testing {

struct PluginSet {
    /// Migrations of the plugins and of those whose schema they require.
    std::vector<db::MigrationLine> lines;
    /// Plugins that are called and not loaded.
    std::vector<std::string> played;
};

/// A required plugin that is not among `files` is looked for beside them and where an installation keeps plugins. Throws
/// mortise::Error for a file that is no plugin and for a required one that is nowhere.
PluginSet readPlugins(const std::vector<std::filesystem::path>& files);

}  // namespace mortise::testing
