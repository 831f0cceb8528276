// Threads that run jobs. See workers.hpp.
#include "workers.hpp"

#include <algorithm>
#include <utility>

#include <mortise/identity.hpp>
#include <mortise/log.hpp>

namespace jobs {

namespace {

using mortise::field;
using std::chrono::steady_clock;

/// Time a statement of our own may take, waiting for a connection included.
constexpr std::chrono::seconds kStatementDeadline{10};
/// How often a thread without work looks whether it should stop.
constexpr std::chrono::seconds kIdleWait{1};
/// Finished jobs are looked for this often.
constexpr std::chrono::minutes kPurgeInterval{1};
/// Tries to store an outcome; with the pauses between them they last about as long as a short loss of the database.
constexpr int kFinishTriesMax = 8;
/// A job whose handler is not here waits this long, so that it does not go round in circles.
constexpr std::chrono::seconds kHandlerAwayDelay{5};

}  // namespace

Workers::Workers(const mortise::Host& host, Settings settings)
    : host_(host), settings_(std::move(settings)), worker_(host.identity().randomToken(12)) {}

void Workers::start() {
    if (settings_.workers == 0) {
        return;
    }
    try {
        subscribe();
        startThreads();
    } catch (
        ...) {  // half a set of workers is no use; whoever called start() is told and may try again
        stop(steady_clock::now() + kStatementDeadline);
        throw;
    }
    host_.log().info("jobs.workers_started", field("workers", settings_.workers));
}

void Workers::startThreads() {
    const mortise::PluginTasks tasks = host_.tasks();
    threads_.push_back(
        tasks.startThread("jobs-keeper", [this](const mortise::StopToken& stop) { keepUp(stop); }));
    for (int index = 1; index <= settings_.workers; ++index) {
        threads_.push_back(
            tasks.startThread("jobs-" + std::to_string(index),
                              [this](const mortise::StopToken& stop) { work(stop); }));
    }
}

void Workers::subscribe() {
    subscriptions_.push_back(host_.notifications().listen(
        "jobs_available", [this](std::string_view, std::string_view) { wakeOne(); }));
    // After a gap cancellations may have been missed; the next prolongation of the leases brings them.
    subscriptions_.push_back(host_.notifications().listen(
        "jobs_cancelled", [this](std::string_view, std::string_view payload) {
            if (const auto id = mortise::Uuid::parse(payload)) {
                runs_.cancel(*id);
            }
        }));
}

void Workers::resume() noexcept {
    const std::scoped_lock lock(mutex_);
    claiming_ = true;
    wakes_ = settings_.workers;
    changed_.notify_all();
}

void Workers::quiesce() noexcept {
    const std::scoped_lock lock(mutex_);
    claiming_ = false;
}

void Workers::stop(steady_clock::time_point deadline) {
    {
        const std::scoped_lock lock(mutex_);
        stopping_.store(true, std::memory_order_relaxed);
        claiming_ = false;
        changed_.notify_all();
    }
    subscriptions_.clear();
    for (mortise::Thread& thread : threads_) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
        thread.join(std::max(left, std::chrono::milliseconds(1)));
    }
    threads_.clear();
}

void Workers::work(const mortise::StopToken& stop) {
    while (!stop.stopRequested() && !stopping_.load(std::memory_order_relaxed)) {
        if (!waitForWake()) {
            continue;
        }
        while (isClaiming() && !stop.stopRequested() && runNext()) {
        }
    }
}

bool Workers::runNext() {
    std::optional<mortise::JobClaim> next;
    try {
        next = claim();
    } catch (const std::exception& error) {
        host_.log().warning("jobs.claim_failed", field("error", error.what()));
    }
    if (!next) {
        return false;
    }
    wakeOne();
    runJob(*next);
    return true;
}

std::optional<mortise::JobClaim> Workers::claim() {
    std::vector<std::string> job_types;
    for (mortise::JobTypeInfo& type : host_.jobQueue().types()) {
        job_types.push_back(std::move(type.job_type));
    }
    mortise::WorkUnit unit = host_.tasks().open(kStatementDeadline);
    const mortise::Db db = unit.db();
    std::optional<mortise::JobClaim> next = ClaimStore(db, worker_).claim(job_types, settings_);
    unit.commit();
    if (next) {
        next->deadline = settings_.attempt_timeout;
    }
    return next;
}

void Workers::runJob(mortise::JobClaim& claim) {
    const auto id = mortise::Uuid::parse(claim.job_id);
    if (!id) {
        return;  // the column is a uuid, so this cannot be; the lease would end by itself
    }
    Run run(*id, stopping_);
    const Registration registration(runs_, run);
    host_.log().info("job.started", field("job_id", claim.job_id),
                     field("job_type", claim.job_type), field("attempt", claim.attempt));
    const auto started_at = steady_clock::now();
    const mortise::JobOutcome outcome = host_.jobQueue().run(claim, run);
    const auto duration = steady_clock::now() - started_at;
    const Ending ending = end(claim, outcome, run);
    if (storeEnding(claim, ending)) {
        report(claim, outcome, ending, duration);
    }
}

Ending Workers::end(const mortise::JobClaim& claim, const mortise::JobOutcome& outcome, Run& run) {
    const auto attempt = static_cast<int>(claim.attempt);
    Ending ending;
    ending.id = run.id();
    ending.attempt = attempt;
    ending.verdict =
        decide(outcome, attempt, static_cast<int>(claim.max_attempts), run.wasCancelled());
    bool is_news = false;
    const Heartbeat last = run.takeHeartbeat(&is_news);
    ending.progress_fraction = last.progress_fraction;
    ending.progress_message = last.progress_message;
    switch (ending.verdict) {
        case Verdict::Completed:
            ending.result = outcome.result;
            ending.progress_fraction = 1;
            break;
        case Verdict::Released:
            ending.delay = outcome.status == MORTISE_NOT_FOUND ? kHandlerAwayDelay
                                                               : std::chrono::milliseconds(0);
            break;
        case Verdict::Retryable:
            ending.delay = retryDelay(attempt, jitter(), settings_);
            ending.error = publicMessage(outcome);
            break;
        case Verdict::Discarded:
            ending.error = publicMessage(outcome);
            break;
        case Verdict::Cancelled:
            break;
    }
    return ending;
}

void Workers::report(const mortise::JobClaim& claim, const mortise::JobOutcome& outcome,
                     const Ending& ending, steady_clock::duration duration) {
    const mortise::Log log = host_.log();
    const mortise::LogField job_id = field("job_id", claim.job_id);
    const mortise::LogField attempt = field("attempt", claim.attempt);
    if (ending.verdict == Verdict::Retryable || ending.verdict == Verdict::Discarded) {
        const std::string error = outcome.error_code.empty()
                                      ? outcome.error_message
                                      : outcome.error_code + ": " + outcome.error_message;
        log.error("job.failed", job_id, field("error", error), attempt);
    }
    switch (ending.verdict) {
        case Verdict::Completed:
            log.info("job.completed", job_id, field("job_type", claim.job_type), attempt,
                     field("duration_ms", duration));
            break;
        case Verdict::Cancelled:
            log.info("job.cancelled", job_id);
            break;
        case Verdict::Released:
            log.info("job.released", job_id, attempt);
            break;
        case Verdict::Retryable:
            log.info("job.retry_scheduled", job_id, attempt, field("delay_ms", ending.delay));
            break;
        case Verdict::Discarded:
            log.warning("job.discarded", job_id, field("job_type", claim.job_type), attempt);
            break;
    }
}

bool Workers::storeEnding(const mortise::JobClaim& claim, const Ending& ending) {
    for (int tries = 1;; ++tries) {
        try {
            mortise::WorkUnit unit = host_.tasks().open(kStatementDeadline);
            const mortise::Db db = unit.db();
            const bool is_ours = ClaimStore(db, worker_).finish(ending);
            unit.commit();
            if (!is_ours) {
                host_.log().warning("job.outcome_lost", field("job_id", claim.job_id),
                                    field("attempt", claim.attempt));
            }
            return is_ours;
        } catch (const std::exception& error) {
            if (tries == kFinishTriesMax || stopping_.load(std::memory_order_relaxed)) {
                host_.log().error("jobs.finish_failed", field("job_id", claim.job_id),
                                  field("error", error.what()));
                return false;
            }
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, settings_.poll_interval * tries,
                          [this] { return stopping_.load(std::memory_order_relaxed); });
    }
}

void Workers::keepUp(const mortise::StopToken& stop) {
    const std::chrono::milliseconds interval =
        std::min<std::chrono::milliseconds>(settings_.poll_interval, settings_.lease / 3);
    while (!stop.stopRequested() && !stopping_.load(std::memory_order_relaxed)) {
        try {
            keepLeases();
            if (isClaiming()) {
                keepQueue();
                wakeOne();
            }
        } catch (const std::exception& error) {
            host_.log().warning("jobs.upkeep_failed", field("error", error.what()));
        }
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, interval,
                          [this] { return stopping_.load(std::memory_order_relaxed); });
    }
}

void Workers::keepLeases() {
    const auto now = steady_clock::now();
    const bool prolong = now - prolonged_at_ >= settings_.lease / 3;
    bool any_news = false;
    const std::vector<Heartbeat> heartbeats = runs_.takeHeartbeats(&any_news);
    if (heartbeats.empty() || (!any_news && !prolong)) {
        return;
    }
    mortise::WorkUnit unit = host_.tasks().open(kStatementDeadline);
    const mortise::Db db = unit.db();
    const std::vector<LeaseState> answers =
        ClaimStore(db, worker_).keep(heartbeats, prolong, settings_);
    unit.commit();
    runs_.apply(heartbeats, answers);
    if (prolong) {
        prolonged_at_ = now;
    }
}

void Workers::keepQueue() {
    mortise::WorkUnit unit = host_.tasks().open(kStatementDeadline);
    const mortise::Db db = unit.db();
    const ClaimStore claims(db, worker_);
    claims.promote();
    const std::vector<Rescue> rescued = claims.rescue(settings_);
    const auto now = steady_clock::now();
    if (now - purged_at_ >= kPurgeInterval) {
        claims.purge(settings_);
        purged_at_ = now;
    }
    unit.commit();
    for (const Rescue& rescue : rescued) {
        host_.log().warning("job.rescued", field("job_id", rescue.id),
                            field("attempt", rescue.attempt), field("state", rescue.state));
    }
}

void Workers::wakeOne() noexcept {
    const std::scoped_lock lock(mutex_);
    wakes_ = std::min(wakes_ + 1, settings_.workers);
    changed_.notify_all();
}

bool Workers::waitForWake() {
    std::unique_lock lock(mutex_);
    const bool woken = changed_.wait_for(lock, kIdleWait, [this] {
        return stopping_.load(std::memory_order_relaxed) || (claiming_ && wakes_ > 0);
    });
    if (!woken || stopping_.load(std::memory_order_relaxed)) {
        return false;
    }
    --wakes_;
    return true;
}

bool Workers::isClaiming() {
    const std::scoped_lock lock(mutex_);
    return claiming_;
}

double Workers::jitter() const {
    return static_cast<double>(host_.identity().randomBytes(1).front()) / 255.0;
}

}  // namespace jobs
