// "mortise.metrics/1" and "mortise.health/1".
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "metrics/registry.hpp"

namespace mortise::bridge {
namespace {

using Update = bool (metrics::Family::*)(std::size_t, double) noexcept;

template <Update kUpdate>
void update(const mortise_host* host, std::uint32_t metric, std::uint32_t series, double value) {
    HostInstance& instance = HostInstance::of(host);
    if (!instance.isServing() || instance.services().metrics == nullptr) {
        return;  // Nobody scrapes a probe.
    }
    metrics::Family* family = instance.observed().metric(metric);
    if (family == nullptr || !(family->*kUpdate)(series, value)) {
        instance.services().metrics->countDropped();
    }
}

}  // namespace

const mortise_metrics& metricsTable() noexcept {
    static constexpr mortise_metrics kTable{
        sizeof(mortise_metrics), 0, update<&metrics::Family::add>, update<&metrics::Family::set>,
        update<&metrics::Family::observe>};
    return kTable;
}

const mortise_health& healthTable() noexcept {
    static constexpr mortise_health kTable{sizeof(mortise_health), 0};
    return kTable;
}

}  // namespace mortise::bridge
