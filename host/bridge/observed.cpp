#include "bridge/observed.hpp"

#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "log/log.hpp"
#include "metrics/registry.hpp"
#include "plugin/generation.hpp"
#include "plugin/ledger.hpp"

namespace mortise::bridge {
namespace {

using Clock = std::chrono::steady_clock;

metrics::Kind kindOf(std::uint32_t kind) noexcept {
    return kind == MORTISE_METRIC_COUNTER ? metrics::Kind::Counter
           : kind == MORTISE_METRIC_GAUGE ? metrics::Kind::Gauge
                                          : metrics::Kind::Histogram;
}

std::int64_t nowMs() noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch())
        .count();
}

}  // namespace

struct Observed::Check {
    Check(Observed& observed, const plugin::DeclaredHealthCheck& given)
        : owner(observed), declared(given) {}

    Observed& owner;
    const plugin::DeclaredHealthCheck declared;
    // Written by the one run that is under way, read by whoever asks; each is a value of its own, so nothing is ordered.
    std::atomic<Health> last{Health::Unknown};
    std::atomic<std::int64_t> began_ms{0};  // 0 while none is under way.
    std::atomic<bool> is_scheduled{false};
};

Observed::Observed(HostInstance& instance) : instance_(instance) {}
Observed::~Observed() = default;

void Observed::addMetric(const plugin::DeclaredMetric& declared) {
    if (!instance_.isServing() || instance_.services().metrics == nullptr) {
        return;
    }
    metrics::Spec spec{kindOf(declared.kind),
                       "mortise_" + std::string(instance_.pluginName()) + "_" + declared.name,
                       declared.help,
                       {},
                       declared.bounds};
    for (const plugin::DeclaredLabel& label : declared.labels) {
        spec.labels.push_back({label.name, label.values});
    }
    metrics_.push_back(instance_.services().metrics->acquire(spec));
}

void Observed::addCheck(const plugin::DeclaredHealthCheck& declared) {
    if (instance_.isServing()) {
        checks_.push_back(std::make_unique<Check>(*this, declared));
    }
}

void Observed::begin() noexcept {
    for (const auto& family : metrics_) {
        instance_.services().metrics->show(family);
    }
    for (const auto& check : checks_) {
        if (!check->is_scheduled.exchange(true)) {
            schedule(*check, std::chrono::milliseconds(0));
        }
    }
}

bool Observed::isActive() const noexcept {
    return instance_.generation().state() == plugin::Generation::State::Active;
}

/// Only an instance that closes, or memory that is out, refuses it: checks are bounded by their declaration, so a plugin that used
/// up its timers is still looked at.
void Observed::schedule(Check& check, std::chrono::milliseconds delay) noexcept {
    if (instance_.startTimer(delay, &Observed::runCheck, &check, run::TimerThread::Bound::Exempt) ==
        0) {
        check.is_scheduled.store(false);
    }
}

/// Runs as a timer of the instance: pinned, and never after close().
void Observed::runCheck(void* raw) {
    Check& check = *static_cast<Check*>(raw);
    HostInstance& instance = check.owner.instance_;
    if (!check.owner.isActive()) {
        // A rollback may have made it Active since, and then left a check that was scheduled alone: look again. The exchanges
        // of both sides order their looks.
        check.is_scheduled.exchange(false);
        if (check.owner.isActive() && !check.is_scheduled.exchange(true)) {
            check.owner.schedule(check, std::chrono::milliseconds(0));
        }
        return;
    }
    check.began_ms.store(nowMs(), std::memory_order_relaxed);
    mortise_error error = blankError();
    const mortise_status status = callPlugin(
        error, [&] { return check.declared.check(check.declared.check_context, &error); });
    check.began_ms.store(0, std::memory_order_relaxed);
    const Health health = status == MORTISE_OK ? Health::Ok : Health::Failing;
    if (check.last.exchange(health, std::memory_order_relaxed) != health &&
        health == Health::Failing) {
        instance.services().log.warning("plugin.health_failing",
                                        {{"plugin", instance.pluginName()},
                                         {"check", std::string_view(check.declared.name)},
                                         {"reason", std::string_view(error.message)}});
    }
    check.owner.schedule(check, std::chrono::milliseconds(check.declared.interval_ms));
}

std::vector<Observed::CheckOutcome> Observed::outcomes() const {
    std::vector<CheckOutcome> outcomes;
    for (const auto& check : checks_) {
        const std::int64_t began = check->began_ms.load(std::memory_order_relaxed);
        const bool is_late = began != 0 && nowMs() - began > check->declared.timeout_ms;
        outcomes.push_back(
            {check->declared.name,
             is_late ? Health::Failing : check->last.load(std::memory_order_relaxed)});
    }
    return outcomes;
}

std::vector<Observed::CheckOutcome> healthOf(plugin::Generation& generation) {
    return static_cast<HostInstance&>(generation.instance()).observed().outcomes();
}

}  // namespace mortise::bridge
