#include "app/configuration.hpp"

#include <string_view>

#include "base/error.hpp"
#include "config/host_schema.hpp"

namespace mortise::app {
namespace {

constexpr std::string_view kConfigOption = "--config=";
constexpr std::string_view kEnvFileOption = "--env-file=";
constexpr std::string_view kPackagedConfig = "/etc/mortise/mortise.properties";

/// The last value of an option that is no setting; those are taken out of `settings`.
std::optional<std::string> takeOption(std::vector<std::string>& settings, std::string_view name) {
    std::optional<std::string> value;
    std::erase_if(settings, [&](const std::string& argument) {
        if (!argument.starts_with(name)) {
            return false;
        }
        value = argument.substr(name.size());
        return true;
    });
    return value;
}

config::Layers readLayers(const std::vector<std::string>& arguments, Sources sources) {
    config::Layers layers;
    if (sources == Sources::ArgumentsOnly) {
        layers.addCommandLine(arguments);
        return layers;
    }
    std::vector<std::string> settings = arguments;
    const auto named = takeOption(settings, kConfigOption);
    const auto env_file = takeOption(settings, kEnvFileOption);
    const std::filesystem::path file = named ? *named : std::string(kPackagedConfig);
    layers.addFile(file, named.has_value());
    layers.addDirectory(file.parent_path() / "conf.d");
    layers.addDotEnv(env_file ? *env_file : ".env");
    layers.addEnvironment(config::processEnvironment());
    layers.addCommandLine(settings);
    return layers;
}

}  // namespace

Configuration::Configuration(std::vector<std::string> arguments, Sources sources)
    : arguments_(std::move(arguments)),
      layers_(readLayers(arguments_, sources)),
      schema_(config::hostSchema()),
      host_(config::Config::resolve(schema_, layers_, config::Unknown::PluginsLater)) {}

std::filesystem::path Configuration::stateDirectory() const {
    return std::filesystem::absolute(host_.text("plugins.state_directory")).lexically_normal();
}

std::filesystem::path Configuration::controlSocket() const {
    const std::string& path = host_.text("control.socket");
    return path.empty() ? stateDirectory() / "control.sock" : std::filesystem::path(path);
}

std::vector<std::string> Configuration::resolvePlugin(const std::string& plugin,
                                                      const std::string& settings_json,
                                                      bridge::Values& values) {
    const std::lock_guard lock(mutex_);
    try {
        schema_.addPlugin(plugin, settings_json);
        const config::Config config =
            config::Config::resolve(schema_, layers_, config::Unknown::PluginsLater);
        values = config.plugin(plugin);
        return {};
    } catch (const Error& error) {
        schema_.removePlugin(plugin);
        return {error.what()};
    }
}

std::vector<std::string> Configuration::checkUnknown() {
    const std::lock_guard lock(mutex_);
    return config::Config::resolve(schema_, layers_, config::Unknown::Report).warnings();
}

}  // namespace mortise::app
