#include "app/plugin_files.hpp"

#include <algorithm>

#include "app/settings.hpp"
#include "base/error.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/manifest.hpp"

namespace mortise::app {

std::vector<std::filesystem::path> pluginFiles(const config::Config& config) {
    const std::vector<std::string> disabled = config.list("plugins.disabled");
    std::vector<std::filesystem::path> files;
    std::error_code missing;
    for (const auto& entry :
         std::filesystem::directory_iterator(pluginDirectory(config), missing)) {
        const std::filesystem::path& path = entry.path();
        const bool is_disabled =
            std::find(disabled.begin(), disabled.end(), path.stem().string()) != disabled.end();
        if (path.extension() == ".so" && !is_disabled) {
            files.push_back(path);
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

db::MigrationLine migrationLine(const std::filesystem::path& file) {
    const plugin::ElfFile elf = plugin::ElfFile::open(file);
    const plugin::Manifest manifest = plugin::Manifest::read(elf);
    db::MigrationLine line;
    line.plugin = manifest.name;
    for (plugin::Migration& migration : plugin::readMigrations(elf)) {
        line.files.push_back({std::move(migration.name), std::move(migration.body)});
    }
    for (const plugin::RequiredSchema& need : manifest.schema_needs) {
        line.requirements.push_back({need.plugin, need.min});
    }
    return line;
}

std::vector<db::MigrationLine> migrationLines(const std::vector<std::filesystem::path>& files) {
    std::vector<db::MigrationLine> lines;
    for (const std::filesystem::path& file : files) {
        try {
            db::MigrationLine line = migrationLine(file);
            if (!line.files.empty()) {
                lines.push_back(std::move(line));
            }
        } catch (const Error&) {
            // Loading the same file reports the reason; a broken file must not keep the others from being migrated.
            continue;
        }
    }
    return lines;
}

plugin::ActiveSet startingSet(const std::vector<std::filesystem::path>& files) {
    plugin::ActiveSet set;
    for (const std::filesystem::path& file : files) {
        try {
            const plugin::Manifest manifest = plugin::Manifest::read(plugin::ElfFile::open(file));
            plugin::Degradation starting;
            starting.plugin = manifest.name;
            starting.route_grants = manifest.route_grants;
            set.degraded.push_back(std::move(starting));
        } catch (const Error&) {
            // As above: the boot says what is wrong with it.
            continue;
        }
    }
    return set;
}

}  // namespace mortise::app
