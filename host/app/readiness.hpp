// Readiness: whether this host should get traffic, and if not, what fails.
//
// Only what makes the whole host useless counts: database, schema, shutdown. A plugin that is degraded is shown and nothing more,
// since the others serve on.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bridge/observed.hpp"
#include "lifecycle/gate.hpp"

namespace mortise::db {
class Pool;
}
namespace mortise::plugin {
class Registry;
}

namespace mortise::app {

struct ReadinessReport {
    bool is_ready = false;
    /// Empty when ready: SHUTTING_DOWN, SERVICE_UNAVAILABLE or SCHEMA_BEHIND.
    std::string code;
    /// Checks of plugins are called `<plugin>.<check>`.
    std::map<std::string, std::string> checks;
    std::map<std::string, std::string> plugins;
    /// Names of failing checks with a text for the client.
    std::map<std::string, std::string> failures;

    std::string dataJson() const;
    std::string errorsJson() const;
};

/// Outcomes of the checks of the generation that serves under a name.
using HealthSource = std::function<std::vector<bridge::Observed::CheckOutcome>(const std::string&)>;

/// Asks the database, so it may block, bounded by limits::kReadyCheckDeadline. `pool` is nullptr before the database stage.
ReadinessReport checkReadiness(const lifecycle::Gate& gate, db::Pool* pool,
                               const plugin::Registry& registry, const HealthSource& health);

}  // namespace mortise::app
