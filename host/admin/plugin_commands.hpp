// PluginCommands: what the control socket can be asked: the state of the plugins and changes to them.
//
//   {"command":"plugin.list"}                                  {"ok":true,"plugins":[...],"revision":3}
//   {"command":"plugin.status","name":"users"}                 {"ok":true,"plugin":{...}}
//   {"command":"plugin.apply","file":F,"dry_run":B,"confirm":B,"revision":N}    {"ok":B,"report":{...}}
//   {"command":"plugin.rollback"|"plugin.confirm"|"plugin.remove","name":N}     {"ok":B,"report":{...}}
//   {"command":"log.level","level":"debug"}                    {"ok":true}
#pragma once

#include <atomic>
#include <string>

#include "admin/control_server.hpp"

namespace mortise::plugin {
class Registry;
class Swap;
}

namespace mortise::admin {

class PluginCommands final : public ControlHandler {
public:
    /// Both outlive this object.
    PluginCommands(plugin::Registry& registry, log::Log& log);

    /// Changes are possible from now on; nullptr ends that. `swap` outlives this object.
    void use(plugin::Swap* swap) noexcept { swap_.store(swap, std::memory_order_release); }

    std::string handle(const std::string& request) override;

private:
    plugin::Swap& swap() const;

    plugin::Registry& registry_;
    log::Log& log_;
    // Release/acquire: who sees it sees it built.
    std::atomic<plugin::Swap*> swap_{nullptr};
};

}  // namespace mortise::admin
