// Shutdown: the last change. No other one begins or goes live after it.
#include <algorithm>

#include "limits.hpp"
#include "log/log.hpp"
#include "plugin/change.hpp"
#include "plugin/swap.hpp"

namespace mortise::plugin {

using Clock = std::chrono::steady_clock;

namespace {

// When a call has to be over. A plugin gets a moment to give its things back also when another one used up the time.
Clock::time_point momentFor(Clock::time_point deadline, std::chrono::milliseconds patience) {
    const auto now = Clock::now();
    return std::max(std::min(deadline, now + patience), now + limits::kStageStopMin);
}

}  // namespace

std::vector<ChangeReport> Swap::shutdown(Clock::time_point deadline) {
    const auto turn = changing_.close(deadline);
    if (!turn) {
        return {leaveAll()};
    }
    const ActiveSet set = registry_.activeSet();
    const bool graceful = publisher_.publish({});
    std::vector<std::shared_ptr<Generation>> all;
    for (auto at = set.serving.rbegin(); at != set.serving.rend(); ++at) {
        all.push_back(*at);
        if (const auto parked = registry_.parked((*at)->name())) {
            all.push_back(parked);
        }
    }
    for (const auto& degraded : set.degraded) {
        if (degraded.generation) {
            all.push_back(degraded.generation);
        }
    }
    std::vector<ChangeReport> reports;
    reports.reserve(all.size());
    for (const auto& generation : all) {
        reports.push_back(stopOne(generation, graceful, deadline));
    }
    return reports;
}

// The change may be inside any of them, so none can be stopped; marked as stuck they are not called any more, and the owner sees
// that this process must end without their destructors.
ChangeReport Swap::leaveAll() {
    constexpr const char* kReason =
        "a change was still in progress at the deadline of the shutdown; nothing was stopped";
    for (const auto& generation : registry_.activeSet().serving) {
        generation->setStuck(kReason);
    }
    ChangeReport report;
    report.kind = "shutdown";
    report.code = "CHANGE_IN_PROGRESS";
    report.reason = kReason;
    report.revision = revision();
    record(report);
    return report;
}

ChangeReport Swap::stopOne(const std::shared_ptr<Generation>& generation, bool graceful,
                           Clock::time_point deadline) {
    const std::string name = generation->name();
    Change change(*this, "shutdown", name);
    return change.run([&] {
        change.report().version_before = generation->version();
        if (registry_.serving(name) == generation) {
            change.step("quiesce", [&] {
                const auto call_end = momentFor(deadline, settings_.call_deadline);
                return generation->isHung() ? std::string("hangs")
                                            : generation->quiesce(change.thread(), call_end).text();
            });
            registry_.setServing(name, nullptr);
        } else if (registry_.parked(name) == generation) {
            registry_.setParked(name, nullptr);
        }
        registry_.clearDegraded(name);
        registry_.addLeaving(name, generation);
        change.step("drain", [&] {
            if (!graceful) {
                generation->setStuck("the grace period after it was unpublished did not end");
                return std::string("given up");
            }
            if (!generation->drain(deadline)) {
                generation->instance().cancel();
            }
            return std::string();
        });
        const auto stop_end = momentFor(deadline, settings_.stop_deadline);
        change.step("unmap", [&] {
            change.report().previous = stateName(change.retire(generation, stop_end));
            change.report().previous_reasons = generation->reasons();
            return change.report().previous;
        });
        registry_.forget(name);
    });
}

}  // namespace mortise::plugin
