#include "testing/plugin_set.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <set>

#include "app/plugin_files.hpp"
#include "base/error.hpp"
#include "base/strings.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/manifest.hpp"

namespace mortise::testing {

namespace fs = std::filesystem;

namespace {

/// Where an installation has its plugins: <prefix>/lib/mortise/plugins, this library lying in <prefix>/lib/mortise.
fs::path installedPlugins() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&installedPlugins), &info) == 0 ||
        info.dli_fname == nullptr) {
        return {};
    }
    return fs::absolute(info.dli_fname).parent_path() / "plugins";
}

std::vector<fs::path> directoriesOf(const std::vector<fs::path>& files) {
    std::vector<fs::path> directories;
    for (const fs::path& file : files) {
        directories.push_back(fs::absolute(file).parent_path());
    }
    directories.push_back(installedPlugins());
    return directories;
}

/// The file that carries the migrations of `plugin`.
fs::path findPlugin(const std::string& plugin, const std::string& who_needs_it,
                    const std::vector<fs::path>& directories) {
    for (const fs::path& directory : directories) {
        const fs::path file = directory / (plugin + ".so");
        if (fs::exists(file)) {
            return file;
        }
    }
    throw Error(500, "TESTING_PLUGIN",
                "plugin " + who_needs_it + " requires the schema of " + plugin +
                    ", but there is no " + plugin +
                    ".so beside it; load that file into the app, too");
}

bool hasLine(const PluginSet& set, const std::string& plugin) {
    return std::any_of(set.lines.begin(), set.lines.end(),
                       [&](const db::MigrationLine& line) { return line.plugin == plugin; });
}

}  // namespace

PluginSet readPlugins(const std::vector<fs::path>& files) {
    PluginSet set;
    std::set<std::string> loaded;
    std::set<std::string> called;
    for (const fs::path& file : files) {
        try {
            const plugin::Manifest manifest = plugin::Manifest::read(plugin::ElfFile::open(file));
            loaded.insert(manifest.name);
            for (const plugin::RequiredCall& call : manifest.calls) {
                called.insert(call.provider());
            }
            set.lines.push_back(app::migrationLine(file));
        } catch (const Error& error) {
            throw Error(500, "TESTING_PLUGIN", "\"" + file.string() + "\"", error);
        }
    }
    std::set_difference(called.begin(), called.end(), loaded.begin(), loaded.end(),
                        std::back_inserter(set.played));
    const std::vector<fs::path> directories = directoriesOf(files);
    // Grows while it is walked: a required plugin may require others.
    for (std::size_t at = 0; at < set.lines.size(); ++at) {
        const db::MigrationLine line = set.lines[at];
        for (const db::MigrationLine::Requirement& need : line.requirements) {
            if (!hasLine(set, need.plugin)) {
                set.lines.push_back(
                    app::migrationLine(findPlugin(need.plugin, line.plugin, directories)));
            }
        }
    }
    std::erase_if(set.lines, [](const db::MigrationLine& line) { return line.files.empty(); });
    return set;
}

}  // namespace mortise::testing
