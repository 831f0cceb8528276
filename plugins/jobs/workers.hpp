// Workers: the threads that claim jobs and run them, and the one that looks after leases and due times.
//
//   worker:  wait for a wake -> claim -> hand to the host, which runs the handler -> store the outcome -> claim again
//   keeper:  every round: prolong leases, store progress; make due jobs available; rescue abandoned ones; wake one worker
//
// PostgreSQL's notifications wake one worker per submission; a worker that found a job wakes the next one before it runs it, so
// a burst spreads without everybody asking at once. Notifications may be lost; the keeper's wake each round makes up for it.
//
// Guarantee: at least once. A job whose process dies, or whose outcome cannot be stored before the lease ends, runs again.
// start() makes the threads, resume() lets them claim, quiesce() takes that back while running jobs and their leases go on.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <mortise/db_notifications.hpp>
#include <mortise/jobs_queue.hpp>
#include <mortise/tasks.hpp>

#include "runs.hpp"
#include "settings.hpp"

namespace jobs {

class Workers {
public:
    Workers(const mortise::Host& host, Settings settings);

    /// Throws what the host refuses; nothing runs then.
    void start();
    void resume() noexcept;
    void quiesce() noexcept;
    /// Asks running jobs to end, gives them back and joins all threads. Throws HostError when one still runs at `deadline`.
    void stop(std::chrono::steady_clock::time_point deadline);

private:
    void work(const mortise::StopToken& stop);
    bool runNext();
    std::optional<mortise::JobClaim> claim();
    void runJob(mortise::JobClaim& claim);
    Ending end(const mortise::JobClaim& claim, const mortise::JobOutcome& outcome, Run& run);
    void report(const mortise::JobClaim& claim, const mortise::JobOutcome& outcome,
                const Ending& ending, std::chrono::steady_clock::duration duration);
    /// False when the job is not ours any more, or the database was away for too long.
    bool storeEnding(const mortise::JobClaim& claim, const Ending& ending);

    void keepUp(const mortise::StopToken& stop);
    void keepLeases();
    void keepQueue();

    void subscribe();
    void startThreads();
    void wakeOne() noexcept;
    bool waitForWake();
    bool isClaiming();
    double jitter() const;

    const mortise::Host& host_;
    const Settings settings_;
    /// Names this set of workers in the table, so that leases of another process or generation are never ours.
    std::string worker_;

    RunRegistry runs_;
    std::vector<mortise::Thread> threads_;
    std::vector<mortise::Subscription> subscriptions_;
    std::chrono::steady_clock::time_point prolonged_at_;
    std::chrono::steady_clock::time_point purged_at_;

    /// Read by runs without the lock, so atomic; relaxed, because nothing else hangs on it.
    std::atomic<bool> stopping_{false};

    /// Guards wakes_ and claiming_; changed_ tells of them and of stopping_.
    std::mutex mutex_;
    std::condition_variable changed_;
    int wakes_ = 0;
    bool claiming_ = false;
};

}  // namespace jobs
