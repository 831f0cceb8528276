// Observed: what operators see of one generation: its metrics and the outcome of its health checks.
//
// Metrics are made while declare() runs, on one thread, and only read afterwards, so updates need no lock. Checks run as timers of
// the instance on the executor, one at a time each, while the generation serves; a parked one is left in peace. Who asks for the
// outcome never waits for plugin code.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "metrics/family.hpp"

namespace mortise::plugin {
struct DeclaredHealthCheck;
struct DeclaredMetric;
class Generation;
}  // namespace mortise::plugin

namespace mortise::bridge {

class HostInstance;

class Observed {
public:
    enum class Health { Unknown, Ok, Failing };

    explicit Observed(HostInstance& instance);
    ~Observed();

    /// [control], while declare() runs. In the probe child nothing is kept.
    void addMetric(const plugin::DeclaredMetric& declared);
    void addCheck(const plugin::DeclaredHealthCheck& declared);
    /// Null when there is none of this number.
    metrics::Family* metric(std::uint32_t index) noexcept {
        return index < metrics_.size() ? metrics_[index].get() : nullptr;
    }

    /// The generation is Active from now on: its metrics are shown, first round of checks at once. Again after it was parked.
    void begin() noexcept;

    struct CheckOutcome {
        std::string name;
        Health health = Health::Unknown;
    };
    /// Any thread, once declare() returned.
    std::vector<CheckOutcome> outcomes() const;

private:
    struct Check;
    static void runCheck(void* check);
    bool isActive() const noexcept;
    void schedule(Check& check, std::chrono::milliseconds delay) noexcept;

    HostInstance& instance_;
    std::vector<std::shared_ptr<metrics::Family>> metrics_;
    std::vector<std::unique_ptr<Check>> checks_;
};

/// Of a generation that serves.
std::vector<Observed::CheckOutcome> healthOf(plugin::Generation& generation);

}  // namespace mortise::bridge
