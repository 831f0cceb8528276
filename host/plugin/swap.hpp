// Swap: changes the set of plugins of a running host, one change at a time.
//
// Problem: hosts crash when they unload, and hosts that remove the old before the new is proven leave nothing serving.
// Choice:  publish new, drain old, keep old warm; unmapping is the last step, verified, and may be given up.
//
//   stage -> preflight -> probe -> judge (-> migrate) -> load -> configure -> declare -> prepare -> quiesce old -> COMMIT -> activate
//     \________________________ any failure: dropped, the old one never noticed _____________________/   -> drain old
//                                                                                                       -> park or unmap old
//
// Guarantee: a failure before the commit changes nothing; after it the new one serves. When apply() returned Done, no request that
// arrives later reaches the old generation. One that fails or hangs in activate serves too, but the change is reported as failed,
// the old one stays parked whatever was asked for, and the next start brings the old one.
// Missing on purpose: change sets, canaries, probation.
//
// Every function blocks until the change is over and may be called from any one thread; a second change meanwhile gets
// Error 409 CHANGE_IN_PROGRESS. Plugin code runs on the change thread (change_thread.hpp), no lock of the host held.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "limits.hpp"
#include "plugin/binding.hpp"
#include "plugin/change_slot.hpp"
#include "plugin/desired_state.hpp"
#include "plugin/preflight.hpp"
#include "plugin/probe.hpp"
#include "plugin/registry.hpp"
#include "plugin/report.hpp"
#include "plugin/store.hpp"

namespace mortise::log {
class Log;
}

namespace mortise::plugin {

struct SwapSettings {
    /// Holds `store/` and `plugins.json`.
    std::filesystem::path state_directory;
    ProbeSettings probe;
    /// dlopen, open, configure, declare, activate, quiesce, resume, destroy, dlclose: each.
    std::chrono::milliseconds call_deadline = limits::kCallDeadline;
    std::chrono::milliseconds prepare_deadline = limits::kPrepareDeadline;
    std::chrono::milliseconds stop_deadline = limits::kStopDeadline;
    /// Until what is in flight on the old generation is cancelled, and the same again until it is given up.
    std::chrono::milliseconds drain_deadline = limits::kDrainDeadline;
    /// Plugins that are played by somebody else, as in a test: at boot, calls to their operations are not judged.
    std::vector<std::string> played_plugins{};
};

struct ApplyOptions {
    /// Ends after the judgement; nothing changes.
    bool dry_run = false;
    /// Stops and unmaps the old generation at once instead of parking it.
    bool confirm = false;
    /// Refuse with 409 REVISION_CHANGED unless the desired state has this revision.
    std::optional<std::uint64_t> expected_revision;
    /// Brings the database to the schema of the staged file it gets, once the file is found fit in every other way; the schema is
    /// judged after it. Not called in a dry run. Empty: the schema has to fit already. Throws Error to refuse.
    std::function<void(const std::filesystem::path&)> migrate = {};
};

struct BootReport {
    /// One per plugin, in the order they were brought up.
    std::vector<ChangeReport> plugins;
    /// Why a file of the desired state or of the directory was not taken.
    std::vector<std::string> notes;

    /// True when no plugin failed in any step, activate included.
    bool allServing() const noexcept;
};

class Change;

class Swap {
public:
    /// Throws Error when the state directory cannot be used.
    Swap(SwapSettings settings, HostBinding& binding, Publisher& publisher, Registry& registry,
         log::Log& log);
    ~Swap();
    Swap(const Swap&) = delete;
    Swap& operator=(const Swap&) = delete;

    /// Brings up the wanted plugins and publishes once. `files` are those of plugins.directory; the desired state goes first. A
    /// plugin that fails degrades alone. No probe.
    BootReport boot(const std::vector<std::filesystem::path>& files);
    /// Prepares again what failed for lack of a dependency. Returns how many retriable ones are left; the owner backs off. A
    /// change in progress counts as nothing done.
    std::size_t retryDegraded();

    ChangeReport apply(const std::filesystem::path& file, const ApplyOptions& options);
    /// Publishes the parked generation again and unmaps the one it replaces, or parks that when resume fails or hangs. Error 404
    /// PLUGIN_NOT_FOUND, 409 NOTHING_PARKED.
    ChangeReport rollback(const std::string& name);
    /// Stops and unmaps the parked generation; the next start brings what serves. Errors as above.
    ChangeReport confirm(const std::string& name);
    /// Takes the plugin away. Error 404 PLUGIN_NOT_FOUND; Refused when another plugin calls it.
    ChangeReport remove(const std::string& name);

    /// Publishes the empty set, then stops and unmaps all in reverse order. From its beginning no change begins or goes live:
    /// the others get Error 503 SHUTTING_DOWN. Waits for one in progress until the deadline, and stops nothing when that is not
    /// over by then. Check registry.occupiedCount() afterwards.
    std::vector<ChangeReport> shutdown(std::chrono::steady_clock::time_point deadline);

    std::uint64_t revision() const;
    DesiredState desired() const;
    const Store& store() const noexcept { return store_; }

private:
    friend class Change;
    struct BootCandidate;

    ChangeSlot::Turn beginChange();
    /// Throws Error SHUTTING_DOWN.
    void requireOpen() const;
    /// As Publisher::publish(); throws Error SHUTTING_DOWN when the host is stopping.
    bool publish(const ActiveSet& next);
    std::uint64_t nextNumber() noexcept { return ++last_number_; }
    void requireRevision(const ApplyOptions& options) const;
    void setDesired(const std::string& name, const DesiredPlugin& wanted, ChangeReport& report);
    /// Raises the revision and writes the file.
    void saveDesired(DesiredState next, ChangeReport& report);
    /// True when the next start would bring this version.
    bool isWanted(const Generation& generation) const;
    void record(const ChangeReport& report);

    void applyIn(Change& change, const std::filesystem::path& file, const ApplyOptions& options);
    PreflightReport preflightIn(Change& change, const std::filesystem::path& file,
                                SchemaCheck schema);
    /// The ledger as JSON.
    std::string probeIn(Change& change, const std::filesystem::path& file);
    void migrateIn(Change& change, const std::filesystem::path& file, const Manifest& manifest,
                   const ApplyOptions& options);
    void replaceIn(Change& change, const std::shared_ptr<Generation>& next,
                   const std::string& ledger_json, bool confirm);
    /// `what` one would do with it completes the message when there is none.
    std::shared_ptr<Generation> requireParked(const std::string& name, const char* what) const;
    void rollbackIn(Change& change, const std::shared_ptr<Generation>& parked);
    void removeIn(Change& change, const std::string& name);
    bool retryOne(const Degradation& degraded);
    bool giveUp(Change& change, Degradation degraded);
    ChangeReport leaveAll();
    ChangeReport stopOne(const std::shared_ptr<Generation>& generation, bool graceful,
                         std::chrono::steady_clock::time_point deadline);

    std::vector<BootCandidate> bootCandidates(const std::vector<std::filesystem::path>& files,
                                              BootReport& report);
    void addWanted(std::vector<BootCandidate>& candidates, BootReport& report);
    void addFile(const std::filesystem::path& file, std::vector<BootCandidate>& candidates,
                 BootReport& report);
    ChangeReport bootOne(BootCandidate& candidate, const std::vector<Neighbour>& neighbours);
    void bringUpAtBoot(Change& change, BootCandidate& candidate,
                       std::shared_ptr<Generation>& generation);
    void publishAtBoot(BootReport& report);
    void addFailure(ChangeReport& plugin, const Error& failure);
    void degrade(Degradation degradation);

    SwapSettings settings_;
    HostBinding& binding_;
    Publisher& publisher_;
    Registry& registry_;
    log::Log& log_;
    Store store_;
    Preflight preflight_;
    Probe probe_;
    std::filesystem::path desired_path_;

    ChangeSlot changing_;  // Taken for the whole of a change, which alone touches last_number_.
    std::uint64_t last_number_ = 0;
    mutable std::mutex desired_mutex_;  // Guards desired_.
    DesiredState desired_;
};

}  // namespace mortise::plugin
