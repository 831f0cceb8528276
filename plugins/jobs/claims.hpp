// The table of jobs as the workers use it: claiming, keeping the lease, storing the outcome, looking after what is due.
//
// A claim is a lease in time. Whoever runs a job prolongs the lease; when nobody does, the job is taken for abandoned and given
// to another worker. Every later statement about a claimed job names worker and attempt, so a worker that was thought dead
// and comes back changes nothing any more.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <mortise/db.hpp>
#include <mortise/jobs_queue.hpp>

#include "service.hpp"

namespace jobs {

/// A running job whose lease is to be prolonged, with its newest progress.
struct Heartbeat {
    mortise::Uuid id;
    double progress_fraction = 0;
    std::string progress_message;
};

/// What the table says about a running job of ours. A job that is missing among the answers is ours no more.
struct LeaseState {
    mortise::Uuid id;
    bool cancel_requested = false;

    static auto columns() {
        return std::make_tuple(&LeaseState::id, &LeaseState::cancel_requested);
    }
};

/// How an attempt ends in the table.
struct Ending {
    mortise::Uuid id;
    int attempt = 0;
    Verdict verdict = Verdict::Completed;
    /// JSON object; empty keeps what there is.
    std::string result;
    /// Empty adds no error.
    std::string error;
    /// Before the next attempt.
    std::chrono::milliseconds delay{0};
    double progress_fraction = 0;
    std::string progress_message;
};

/// A job taken from a worker that went away.
struct Rescue {
    mortise::Uuid id;
    int attempt = 0;
    std::string state;

    static auto columns() { return std::make_tuple(&Rescue::id, &Rescue::attempt, &Rescue::state); }
};

class ClaimStore {
public:
    ClaimStore(const mortise::Db& db, const std::string& worker) : db_(db), worker_(worker) {}

    /// The next available job of these types; `deadline` of the claim is left to the caller.
    std::optional<mortise::JobClaim> claim(const std::vector<std::string>& job_types,
                                           const Settings& settings) const;
    /// Stores progress and, when asked to, prolongs the leases.
    std::vector<LeaseState> keep(const std::vector<Heartbeat>& heartbeats, bool prolong,
                                 const Settings& settings) const;
    /// False when the job is not ours any more.
    bool finish(const Ending& ending) const;

    /// Makes due jobs available; gives their number.
    std::uint64_t promote() const;
    std::vector<Rescue> rescue(const Settings& settings) const;
    /// Deletes finished jobs past their retention, a bounded number.
    std::uint64_t purge(const Settings& settings) const;

private:
    const mortise::Db& db_;
    const std::string& worker_;
};

}  // namespace jobs
