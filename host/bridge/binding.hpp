// Binding: makes the host's side of a generation and answers what preflight asks of host, configuration and database.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "bridge/services.hpp"
#include "plugin/binding.hpp"

namespace mortise::bridge {

/// Where settings of plugins and versions of their schemas come from; implemented by app.
class PluginSource {
public:
    virtual ~PluginSource() = default;
    /// Resolves the settings a manifest declares; problems, one sentence each, empty when all is well.
    virtual std::vector<std::string> resolveSettings(const std::string& plugin,
                                                     const std::string& settings_json,
                                                     Values& values) = 0;
    /// Applied migration per plugin; nullopt when the database cannot be asked.
    virtual std::optional<std::map<std::string, unsigned>> schemaVersions() = 0;
};

class Binding final : public plugin::HostBinding {
public:
    /// `services` is nullptr in the probe child and for offline checks.
    Binding(Services* services, PluginSource& source);

    std::unique_ptr<plugin::HostInstance> makeInstance(plugin::Generation& generation,
                                                       Purpose purpose) override;
    std::optional<std::uint32_t> interfaceSize(std::string_view interface_id) const override;
    std::vector<std::string> settingProblems(const plugin::Manifest& manifest) override;
    std::vector<std::string> schemaProblems(const plugin::Manifest& manifest) override;
    std::vector<std::string> migrationProblems(
        const plugin::Manifest& manifest,
        const std::vector<plugin::Migration>& migrations) override;
    std::vector<std::string> grantProblems(const plugin::Manifest& manifest) override;

private:
    Services* services_;
    PluginSource& source_;
};

}  // namespace mortise::bridge
