// Change: one change of the plugin set in progress: its steps, its report and the thread the plugin's code runs on.
//
// A step that fails throws Error; run() turns it into the report. Whether that means Refused or Failed depends on how far the
// change came: before any code of the plugin ran in this process it was refused.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "plugin/change_thread.hpp"
#include "plugin/generation.hpp"
#include "plugin/swap.hpp"

namespace mortise::plugin {

class Change {
public:
    Change(Swap& swap, std::string kind, std::string plugin);

    ChangeReport& report() noexcept { return report_; }
    ChangeThread& thread() noexcept { return thread_; }

    /// Runs the body, fills outcome, code, reason and duration, and logs.
    ChangeReport run(const std::function<void()>& body);
    /// Times one step; `body` returns what there is to say about it and throws Error when it fails.
    void step(const char* name, const std::function<std::string()>& body);

    /// A generation of a stored file, mapped from a private copy. Nothing of it has run.
    std::shared_ptr<Generation> make(const StoredFile& file, const Manifest& manifest,
                                     std::vector<Finding> mapping_risks);
    /// load, configure, declare. `expected_ledger` is compared when it is not empty. Throws Error; the caller discards. This and
    /// prepare() throw SHUTTING_DOWN when the host is stopping, before they call the plugin.
    void bringUp(Generation& generation, const std::string& expected_ledger);
    /// Throws Error PREPARE_FAILED, or PREPARE_UNAVAILABLE when it may be tried again.
    void prepare(Generation& generation);
    /// Throws Error CLASH or OPERATION_MISSING, with the clashes in the report.
    void judge(const Manifest& manifest, const Ledger& ledger);
    /// Throws Error DEPENDENCY with the findings in the report.
    void judgeDependencies(const Manifest& manifest);

    void quiesce(const std::shared_ptr<Generation>& old);
    /// Takes quiesce() back after the change was given up. A failure is recorded and logged; `old` serves on all the same.
    void goOn(const std::shared_ptr<Generation>& old);
    /// Publishes `next` in the place of what `name` serves with. False: the grace period did not end.
    bool commit(const std::string& name, const std::shared_ptr<Generation>& next);
    // After the commit there is no way back: a failure of these two is recorded but does not end the change, so that what was
    // replaced is still drained. The caller ends it with lateFailure().
    CallResult activate(Generation& generation);
    CallResult resume(Generation& generation);

    /// What follows the commit for the generation that was replaced. `graceful` is what commit() returned.
    void drain(const std::shared_ptr<Generation>& old, bool graceful);
    /// Keeps it warm for a rollback, unless it can no longer serve: then it is retired as by unmap().
    void park(const std::shared_ptr<Generation>& old);
    /// Stops and unmaps; keeps it listed when it cannot be unmapped.
    Generation::State retire(const std::shared_ptr<Generation>& generation);
    Generation::State retire(const std::shared_ptr<Generation>& generation,
                             Generation::Deadline deadline);
    /// As retire(), with step and report for the generation that was replaced.
    void unmap(const std::shared_ptr<Generation>& old);
    /// Drops one that failed on its way up.
    void discard(const std::shared_ptr<Generation>& generation) noexcept;

private:
    Generation::Deadline soon() const;
    CallResult lateStep(const char* name, const std::function<CallResult()>& call);
    void retirePrevious(const std::shared_ptr<Generation>& old);
    void requireOperations(const Manifest& manifest, const std::vector<const Ledger*>& others,
                           const Ledger& ledger) const;

    Swap& swap_;
    ChangeThread thread_;
    ChangeReport report_;
    bool has_run_code_ = false;
    std::chrono::steady_clock::time_point begin_;
};

/// ACTIVATE_FAILED or RESUME_FAILED: `step` did not end well, and `generation` serves all the same.
Error lateFailure(const std::string& step, const CallResult& result, const Generation& generation);

}  // namespace mortise::plugin
