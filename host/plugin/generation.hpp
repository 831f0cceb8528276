// Generation: one loaded copy of one plugin version, from its first mapping to its last.
//
//   Staged -> Loaded -> Opened -> Configured -> Declared -> Prepared -> Active -> Draining -> Parked -> Stopped -> Unmapped
//                 \__________ Failed ___________/            ^                       /  \        \-> Retired  (still mapped, why)
//                                                            '------- rollback -----'    '--------> Stuck    (code did not return)
//
// Adding a state? Then also: stateName(), isMapped(), the picture above, docs of the status output.
//
// Calls into the plugin go through one guard: on the change thread, with a deadline, with nothing thrown past it. A call that
// outlives its deadline makes the generation Stuck: it is never called again and stays mapped, and the abandoned thread keeps this
// object alive for as long as it runs.
//
// Who dispatches work to a generation pins it: inside the read section in which it found it in the published table, or while it
// holds another pin of it. Once a generation is unpublished and the grace period is over, isIdle() is final.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/plugin.h"
#include "plugin/binding.hpp"
#include "plugin/ledger.hpp"
#include "plugin/library.hpp"
#include "plugin/manifest.hpp"
#include "run/epoch.hpp"

namespace mortise::plugin {

class ChangeThread;

/// Outcome of one guarded call into a plugin.
struct CallResult {
    enum class End : std::uint8_t { Ok, Refused, Threw, TimedOut };
    End end = End::Ok;
    mortise_status status = MORTISE_OK;
    std::string code;
    std::string message;

    bool ok() const noexcept { return end == End::Ok; }
    /// "STATUS CODE: message", lower case where it is ours.
    std::string text() const;
};

class Generation : public std::enable_shared_from_this<Generation> {
public:
    enum class State : std::uint8_t {
        Staged,
        Loaded,
        Opened,
        Configured,
        Declared,
        Prepared,
        Active,
        Draining,
        Parked,
        Stopped,
        Unmapped,
        Retired,
        Failed,
        Stuck,
    };

    struct Origin {
        /// Process-wide number of this load.
        std::uint64_t number = 0;
        Manifest manifest;
        std::string sha256;
        /// File in the store (or any file, in the probe).
        std::filesystem::path stored_path;
        /// File to be mapped.
        std::filesystem::path mapped_path;
        /// Remove mapped_path when it is no longer mapped.
        bool owns_mapped_path = true;
        std::vector<Finding> mapping_risks;
    };

    using Deadline = std::chrono::steady_clock::time_point;

    explicit Generation(Origin origin);
    /// Leaves the library mapped unless retire() ended well.
    ~Generation();
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    const std::string& name() const noexcept { return origin_.manifest.name; }
    std::string version() const { return origin_.manifest.version.text(); }
    const Manifest& manifest() const noexcept { return origin_.manifest; }
    const Origin& origin() const noexcept { return origin_; }
    std::uint64_t number() const noexcept { return origin_.number; }
    State state() const noexcept { return state_.load(std::memory_order_acquire); }
    std::chrono::steady_clock::time_point stateSince() const;
    /// Why it failed, is retired or stuck.
    std::vector<std::string> reasons() const;

    Ledger& ledger() noexcept { return ledger_; }
    const Ledger& ledger() const noexcept { return ledger_; }
    /// The bridge's object; exists from load() to the end of retire().
    HostInstance& instance() noexcept { return *instance_; }

    // Pins. Any thread.
    void pin() noexcept { pins_.enter(); }
    void unpin() noexcept { pins_.leave(); }
    std::uint64_t pinCount() const noexcept { return pins_.count(); }
    bool isIdle() const noexcept { return pins_.count() == 0; }
    /// A call of the host into it has not returned, and perhaps never will.
    bool isOccupied() const noexcept { return isHung() || !isIdle(); }

    // The life cycle, called by the one change in progress. Every call stops at its deadline.

    /// Maps the library, makes the host instance and calls open().
    CallResult load(ChangeThread& thread, HostBinding& binding, HostBinding::Purpose purpose,
                    Deadline deadline);
    CallResult configure(ChangeThread& thread, std::uint32_t mode, Deadline deadline);
    /// Seals the ledger, whatever the outcome. A refused add that the plugin ignored is a failure.
    CallResult declare(ChangeThread& thread, Deadline deadline);
    /// A refusal with UNAVAILABLE leaves it Declared, to be tried again; any other one is final.
    CallResult prepare(ChangeThread& thread, Deadline deadline);
    // These three leave the state alone: the generation serves, or is about to, whatever they answer.
    CallResult activate(ChangeThread& thread, Deadline deadline);
    CallResult quiesce(ChangeThread& thread, Deadline deadline);
    CallResult resume(ChangeThread& thread, Deadline deadline);

    /// Waits until nothing pins it. False at the deadline.
    bool drain(Deadline deadline) const;

    /// stop, destroy, unmap, checked; ends as Unmapped, Retired or Stuck, with reasons. For a drained one and for one that
    /// failed on its way up, however far it came.
    State retire(ChangeThread& thread, Deadline deadline);
    /// A call did not return; nothing is called any more, also when it still serves.
    bool isHung() const noexcept { return is_hung_.load(std::memory_order_acquire); }

    void setState(State state);
    void addReason(std::string reason);
    /// Never called again, stays mapped.
    void setStuck(std::string reason);

private:
    using Call = std::function<mortise_status(Generation&, mortise_error&)>;
    CallResult guarded(ChangeThread& thread, Deadline deadline, const char* what, Call call);
    CallResult settle(CallResult result, State next, const char* what);
    bool stopInside(ChangeThread& thread, Deadline deadline);
    bool isReleased(const ChangeThread& thread, Deadline deadline);
    bool destroyInside(ChangeThread& thread, Deadline deadline);
    State unmap(ChangeThread& thread, Deadline deadline);
    std::vector<std::string> strayThreads(int known_id) const;

    const Origin origin_;
    run::PinCount pins_;
    Ledger ledger_;
    // What the change thread and the waiting control thread touch in turns; ordered by ChangeThread's mailbox.
    Library library_;
    std::unique_ptr<HostInstance> instance_;
    mortise_plugin table_{};
    bool is_opened_ = false;
    bool was_prepared_ = false;
    std::set<int> threads_before_;  // Of the process, when the library was mapped.

    std::atomic<bool> is_hung_{false};
    std::atomic<State> state_{State::Staged};
    mutable std::mutex mutex_;  // Guards since_ and reasons_, which status output reads.
    std::chrono::steady_clock::time_point since_;
    std::vector<std::string> reasons_;
};

/// What load() failed with: LIBRARY_OPEN, ENTRY_MISSING, TABLE_INCOMPLETE, or OPEN_FAILED for whatever the plugin itself said.
std::string loadFailureCode(const CallResult& result);
std::string_view stateName(Generation::State state) noexcept;
/// True when the library may still be in the process.
bool isMapped(Generation::State state) noexcept;

}  // namespace mortise::plugin
