// `mortise config`: checks and shows the settings, and writes what is generated from their declarations.
#include "app/configuration.hpp"
#include "app/plugin_files.hpp"
#include "cli/command.hpp"
#include "config/documents.hpp"
#include "config/host_schema.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/manifest.hpp"

#include "base/error.hpp"

namespace mortise::cli {
namespace {

/// Host and all plugins of plugins.directory, whose settings stand in their manifests.
std::vector<std::string> resolvePlugins(app::Configuration& configuration) {
    std::vector<std::string> problems;
    for (const auto& file : app::pluginFiles(configuration.host())) {
        try {
            const auto manifest = plugin::Manifest::read(plugin::ElfFile::open(file));
            bridge::Values values;
            const auto found =
                configuration.resolvePlugin(manifest.name, manifest.settings_json, values);
            problems.insert(problems.end(), found.begin(), found.end());
        } catch (const Error& error) {
            problems.push_back(file.string() + ": " + error.what());
        }
    }
    return problems;
}

int check(app::Configuration& configuration) {
    std::vector<std::string> problems = resolvePlugins(configuration);
    if (problems.empty()) {
        for (const std::string& warning : configuration.checkUnknown()) {
            print("warning: " + warning + "\n");
        }
        print("the configuration is fine\n");
        return kExitOk;
    }
    for (const std::string& problem : problems) {
        printError("mortise: " + problem + "\n");
    }
    return kExitConfig;
}

}  // namespace

int runConfig(Arguments& arguments) {
    const std::vector<std::string>& words = arguments.words();
    const std::string what = words.size() == 1 ? words[0] : "";
    if (what == "reference") {
        print(config::referenceDocument(config::hostSchema()));
        return kExitOk;
    }
    if (what == "env-example") {
        print(config::dotEnvExample(config::hostSchema()));
        return kExitOk;
    }
    if (what == "properties") {
        print(config::propertiesDocument(config::hostSchema()));
        return kExitOk;
    }
    if (what != "check" && what != "show") {
        throw UsageError{"config needs one of check, show, reference, env-example, properties"};
    }
    app::Configuration configuration(arguments.options());
    if (what == "show") {
        print(configuration.host().show());
        return kExitOk;
    }
    return check(configuration);
}

}  // namespace mortise::cli
