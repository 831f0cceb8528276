// PluginCommands: what the control socket can be asked: the state of the plugins and changes to them.
//
//   {"command":"plugin.list"}                                  {"ok":true,"plugins":[...],"revision":3}
//   {"command":"plugin.status","name":"users"}                 {"ok":true,"plugin":{...}}
//   {"command":"plugin.apply","file":F,"dry_run":B,"confirm":B,"revision":N}    {"ok":B,"report":{...}}
//   {"command":"plugin.rollback"|"plugin.confirm"|"plugin.remove","name":N}     {"ok":B,"report":{...}}
//   {"command":"log.level","level":"debug"}                    {"ok":true}
//   {"command":"database.url"}                                 {"ok":true,"url":...}    the private server of development only
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

#include "admin/control_server.hpp"

namespace mortise::plugin {
class Registry;
class Swap;
struct ApplyOptions;
}  // namespace mortise::plugin

namespace mortise::admin {

/// What the commands need of the process besides the plugins.
struct CommandHooks {
    /// Called inside the change, with the staged file, before it is loaded: see plugin::ApplyOptions::migrate. Empty for nothing.
    std::function<void(const std::filesystem::path&)> before_apply;
    /// URL of the private database server, empty text when there is none.
    std::function<std::string()> embedded_url;
};

class PluginCommands final : public ControlHandler {
public:
    /// Both outlive this object.
    PluginCommands(plugin::Registry& registry, log::Log& log, CommandHooks hooks);

    /// Changes are possible from now on; nullptr ends that. `swap` outlives this object.
    void use(plugin::Swap* swap) noexcept { swap_.store(swap, std::memory_order_release); }

    std::string handle(const std::string& request) override;

private:
    plugin::Swap& swap() const;
    std::string apply(const std::string& file, plugin::ApplyOptions options);
    std::string setLevel(const std::string& name);
    std::string embeddedUrl() const;

    plugin::Registry& registry_;
    log::Log& log_;
    const CommandHooks hooks_;
    // Release/acquire: who sees it sees it built.
    std::atomic<plugin::Swap*> swap_{nullptr};
};

}  // namespace mortise::admin
