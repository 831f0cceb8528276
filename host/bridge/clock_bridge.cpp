// "mortise.clock/1".
#include <chrono>

#include "base/clock.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"

namespace mortise::bridge {
namespace {

const Clock& clockOf(const mortise_host* host) noexcept {
    const HostInstance& instance = HostInstance::of(host);
    return instance.isServing() ? *instance.services().clock : systemClock();
}

std::int64_t nowUs(const mortise_host* host) {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               clockOf(host).now().time_since_epoch())
        .count();
}

std::int64_t steadyNs(const mortise_host* host) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               clockOf(host).steadyNow().time_since_epoch())
        .count();
}

}  // namespace

const mortise_clock& clockTable() noexcept {
    static constexpr mortise_clock kTable{sizeof(mortise_clock), 0, nowUs, steadyNs};
    return kTable;
}

}  // namespace mortise::bridge
