// The jobs this process is running right now: their progress on the way to the table, and cancellation on the way to them.
//
// A handler reports progress as often as it likes; only the newest report counts and is written once per round of upkeep. A
// cancellation arrives by notification or with the next prolongation of the lease and is a flag the handler asks for.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "claims.hpp"

namespace jobs {

/// One running attempt. The worker's thread writes progress, upkeep reads it, anybody cancels.
class Run final : public mortise::JobObserver {
public:
    /// `stopping` becomes true when the plugin stops; then every run is asked to end.
    Run(const mortise::Uuid& id, const std::atomic<bool>& stopping)
        : id_(id), stopping_(stopping) {}

    void progress(double fraction, std::string_view message) noexcept override;
    bool isCancelled() noexcept override;

    const mortise::Uuid& id() const noexcept { return id_; }
    void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
    /// Somebody cancelled this job; a stop of the plugin does not count.
    bool wasCancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

    /// The newest progress; `*is_news` tells whether it was taken before.
    Heartbeat takeHeartbeat(bool* is_news);

private:
    const mortise::Uuid id_;
    const std::atomic<bool>& stopping_;
    // Relaxed: the flag carries no data with it, and handlers ask again and again.
    std::atomic<bool> cancelled_{false};

    /// Guards the three below.
    std::mutex mutex_;
    double fraction_ = 0;
    std::string message_;
    bool is_news_ = false;
};

/// All runs of this process by job id. The runs belong to the workers.
class RunRegistry {
public:
    void add(Run& run);
    void remove(Run& run);
    void cancel(const mortise::Uuid& id);

    /// The newest progress of every run; `*any_news` tells whether there is any since the last call.
    std::vector<Heartbeat> takeHeartbeats(bool* any_news);
    /// Cancels runs whose job the table does not give to us any more, or whose cancellation was asked for. `asked` are the
    /// heartbeats that were sent; a run that began later is not judged.
    void apply(const std::vector<Heartbeat>& asked, const std::vector<LeaseState>& answers);

private:
    /// Guards the map and the life of the runs in it.
    std::mutex mutex_;
    std::unordered_map<mortise::Uuid, Run*> runs_;
};

/// Keeps a run in the registry for as long as it lives.
class Registration {
public:
    Registration(RunRegistry& registry, Run& run) : registry_(registry), run_(run) {
        registry_.add(run_);
    }
    ~Registration() { registry_.remove(run_); }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

private:
    RunRegistry& registry_;
    Run& run_;
};

}  // namespace jobs
