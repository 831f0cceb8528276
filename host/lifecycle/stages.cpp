#include "lifecycle/stages.hpp"

#include <algorithm>
#include <exception>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "log/log.hpp"

namespace mortise::lifecycle {

namespace {

// Of what is thrown without being an exception.
constexpr const char* kUnknownReason = "unknown exception";

std::int64_t millisecondsBetween(Deadline begin, Deadline end) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(end - begin).count();
}

}  // namespace

Stages::Stages(log::Log& log, const Clock& clock) : log_(log), clock_(clock) {}

Stages::~Stages() {
    stop(Deadline::max());
}

void Stages::add(Stage stage) {
    MORTISE_ASSERT(started_count_ == 0, "stages are added before the start");
    stages_.push_back(std::move(stage));
}

void Stages::start() {
    while (started_count_ < stages_.size()) {
        // Counted before it starts: what it began before it failed has to be undone too.
        const Stage& stage = stages_[started_count_++];
        const Deadline begin = clock_.steadyNow();
        try {
            stage.start();
        } catch (const Error& reason) {
            rollBack(stage, reason.what());
            throw Error(reason.httpStatus(), reason.code(), "could not start " + stage.name,
                        reason);
        } catch (const std::exception& reason) {
            rollBack(stage, reason.what());
            throw Error(500, "INTERNAL_ERROR", "could not start " + stage.name, reason);
        } catch (...) {
            rollBack(stage, kUnknownReason);
            throw Error::internal("could not start " + stage.name + ": " + kUnknownReason);
        }
        log_.debug("lifecycle.stage_started",
                   {{"stage", stage.name},
                    {"duration_ms", millisecondsBetween(begin, clock_.steadyNow())}});
    }
}

void Stages::rollBack(const Stage& failed, std::string_view reason) {
    log_.error("lifecycle.stage_failed", {{"stage", failed.name}, {"reason", reason}});
    stop(Deadline::max());
}

std::vector<StageFailure> Stages::stop(Deadline deadline) {
    std::vector<StageFailure> failures;
    while (started_count_ > 0) {
        --started_count_;
        stopOne(stages_[started_count_], deadline, failures);
    }
    return failures;
}

void Stages::stopOne(const Stage& stage, Deadline deadline, std::vector<StageFailure>& failures) {
    if (!stage.stop) {
        return;
    }
    const Deadline begin = clock_.steadyNow();
    // However late it is, a stage gets a moment to stop in order.
    const Deadline until =
        std::max(std::min(deadline, begin + stage.stop_deadline), begin + limits::kStageStopMin);
    std::string reason;
    try {
        stage.stop(until);
    } catch (const std::exception& error) {
        reason = error.what();
    } catch (...) {
        reason = kUnknownReason;
    }
    const Deadline end = clock_.steadyNow();
    if (reason.empty() && end > until) {
        reason = "took " + std::to_string(millisecondsBetween(begin, end)) + " ms, " +
                 std::to_string(millisecondsBetween(begin, until)) + " ms were allowed";
    }
    if (reason.empty()) {
        log_.debug("lifecycle.stage_stopped",
                   {{"stage", stage.name}, {"duration_ms", millisecondsBetween(begin, end)}});
        return;
    }
    log_.error("lifecycle.stop_failed", {{"stage", stage.name}, {"reason", reason}});
    failures.push_back({stage.name, std::move(reason)});
}

}  // namespace mortise::lifecycle
