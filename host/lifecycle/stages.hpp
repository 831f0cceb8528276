// Stages: start parts of the host in order; stop them in reverse; undo the started ones when one
// fails.
//
// Each part of the host says in two functions how it starts and stops. A start that throws is
// followed by the stop of the same stage, which therefore copes with half of it, and of the stages
// before it, newest first; the reason reaches the caller with the stage's name. A
// stop that throws or takes longer than its deadline never keeps the others from stopping; what
// went wrong is collected. A stop function gets its deadline and must respect it: a thread that
// hangs in it cannot be taken away safely, so the last resort is the second signal
// (lifecycle/signals.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "limits.hpp"

namespace mortise::log {
class Log;
}

namespace mortise::lifecycle {

using Deadline = std::chrono::steady_clock::time_point;

struct Stage {
    std::string name;
    std::function<void()> start{};
    /// Empty when there is nothing to stop.
    std::function<void(Deadline)> stop{};
    std::chrono::milliseconds stop_deadline = limits::kStageStopDeadline;
};

struct StageFailure {
    std::string stage;
    std::string reason;
};

class Stages {
public:
    explicit Stages(log::Log& log, const Clock& clock = systemClock());
    /// Stops what still runs.
    ~Stages();
    Stages(const Stages&) = delete;
    Stages& operator=(const Stages&) = delete;

    /// Before start().
    void add(Stage stage);

    /// Starts all in order. Throws mortise::Error naming the stage that failed after it and the
    /// earlier ones were stopped.
    void start();

    /// Stops what was started, newest first; none gets more time than is left until `deadline`, but
    /// each gets kStageStopMin.
    /// Returns what went wrong.
    std::vector<StageFailure> stop(Deadline deadline);

    std::size_t startedCount() const noexcept { return started_count_; }

private:
    void rollBack(const Stage& failed, std::string_view reason);
    void stopOne(const Stage& stage, Deadline deadline, std::vector<StageFailure>& failures);

    log::Log& log_;
    const Clock& clock_;
    std::vector<Stage> stages_;
    std::size_t started_count_ = 0;
};

}  // namespace mortise::lifecycle
