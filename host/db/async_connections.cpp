#include "db/async_connections.hpp"

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "db/engine/async_connection.hpp"
#include "db/engine/backoff.hpp"
#include "log/log.hpp"
#include "run/reactor.hpp"

namespace mortise::db {

namespace {

/// Receives the passing of a job's deadline.
class Job;
class JobOwner {
public:
    virtual void onDeadline(Job& job) noexcept = 0;

protected:
    ~JobOwner() = default;
};

/// One statement on its way: queued, running on a connection, or finished and waiting for delivery.
class Job final : public run::Timer {
public:
    Job(JobOwner& job_owner, const Statement& statement, Completion& job_completion)
        : owner(job_owner),
          sql(statement.sql),
          is_repeatable(statement.access == Access::ReadOnly),
          completion(job_completion) {}
    void onTimer() noexcept override { owner.onDeadline(*this); }

    JobOwner& owner;
    const std::string sql;
    wire::Params params;
    const bool is_repeatable;
    bool was_repeated = false;
    Completion& completion;
    // The outcome, once there is one.
    Result result;
    std::optional<Failure> failure;
};

using JobPointer = std::unique_ptr<Job>;

}  // namespace

struct AsyncConnections::State final : AsyncConnection::Owner, JobOwner {
    /// One connection, used again and again.
    struct Slot {
        std::unique_ptr<AsyncConnection> connection;
        JobPointer job = nullptr;        // What it runs.
        JobPointer abandoned = nullptr;  // What it still runs although the deadline passed.
    };

    /// Calls the completions in a later pass, so that none runs inside execute().
    class Delivery final : public run::Work {
    public:
        explicit Delivery(State& state) : state_(state) {}
        void run() noexcept override {
            state_.delivery_posted = false;
            state_.deliver();
        }

    private:
        State& state_;
    };

    State(run::Reactor& state_reactor, AsyncSettings async_settings, std::string_view plugin_name,
          log::Log& state_log)
        : reactor(state_reactor),
          settings(std::move(async_settings)),
          plugin(plugin_name),
          log(state_log),
          backoff(settings.connection.retry_min, settings.connection.retry_max) {}

    void onConnected(AsyncConnection& connection) noexcept override;
    void onResult(AsyncConnection& connection, Result result) noexcept override;
    void onFailure(AsyncConnection& connection, const Failure& failure,
                   bool stale) noexcept override;
    void onLost(AsyncConnection& connection, const Failure& failure,
                bool was_connecting) noexcept override;
    void onDeadline(Job& job) noexcept override;

    Slot& slotOf(const AsyncConnection& connection) noexcept;
    Slot* idleSlot() noexcept;
    std::size_t countOf(AsyncConnection::State wanted) const noexcept;
    bool isAnyAlive() const noexcept;
    void dispatch();
    void openOne();
    void failQueue(const Failure& failure);
    void retryOrFinish(JobPointer job, const Failure& failure, bool again);
    void finish(JobPointer job, const Failure& failure);
    void post(JobPointer job);
    void deliver();

    run::Reactor& reactor;
    const AsyncSettings settings;
    const std::string plugin;
    log::Log& log;
    std::vector<Slot> slots;
    std::list<JobPointer> queue;
    std::deque<JobPointer> finished;
    Delivery delivery{*this};
    bool delivery_posted = false;
    bool stopped = false;
    Backoff backoff;  // Reset while the database is believed to be there.
    Deadline retry_at{};
    Failure trouble{FailureKind::DatabaseUnavailable, "the database is unavailable"};
};

AsyncConnections::State::Slot& AsyncConnections::State::slotOf(
    const AsyncConnection& connection) noexcept {
    for (Slot& slot : slots) {
        if (slot.connection.get() == &connection) {
            return slot;
        }
    }
    MORTISE_ASSERT(false, "a connection tells its own owner");
    return slots.front();
}

AsyncConnections::State::Slot* AsyncConnections::State::idleSlot() noexcept {
    for (Slot& slot : slots) {
        if (slot.connection->state() == AsyncConnection::State::Idle) {
            return &slot;
        }
    }
    return nullptr;
}

std::size_t AsyncConnections::State::countOf(AsyncConnection::State wanted) const noexcept {
    std::size_t count = 0;
    for (const Slot& slot : slots) {
        count += slot.connection->state() == wanted ? 1 : 0;
    }
    return count;
}

bool AsyncConnections::State::isAnyAlive() const noexcept {
    return countOf(AsyncConnection::State::Closed) < slots.size();
}

// Gives what waits to connections that are idle, and opens one more when that is not enough.
void AsyncConnections::State::dispatch() {
    while (!queue.empty() && !stopped) {
        Slot* slot = idleSlot();
        if (slot == nullptr) {
            openOne();
            return;
        }
        slot->job = std::move(queue.front());
        queue.pop_front();
        slot->connection->start(slot->job->sql, slot->job->params);
    }
}

void AsyncConnections::State::openOne() {
    if (!backoff.isReset() && reactor.now() < retry_at) {
        if (!isAnyAlive()) {
            failQueue(trouble);
        }
        return;
    }
    const std::size_t opening =
        countOf(AsyncConnection::State::Connecting) + countOf(AsyncConnection::State::Preparing);
    // During an outage one connection finds out whether it is over.
    if (opening >= queue.size() || (!backoff.isReset() && opening > 0)) {
        return;
    }
    for (Slot& slot : slots) {
        if (slot.connection->state() == AsyncConnection::State::Closed) {
            slot.connection->connect();
            return;
        }
    }
    if (slots.size() < settings.connection_count) {
        slots.push_back(
            {std::make_unique<AsyncConnection>(reactor, settings.connection, plugin, *this)});
        slots.back().connection->connect();
    }
}

void AsyncConnections::State::onConnected(AsyncConnection&) noexcept {
    if (!backoff.isReset()) {
        backoff.reset();
        log.info("database.async_recovered", {{"plugin", plugin}});
    }
    dispatch();
}

void AsyncConnections::State::onResult(AsyncConnection& connection, Result result) noexcept {
    Slot& slot = slotOf(connection);
    slot.abandoned.reset();
    if (JobPointer job = std::move(slot.job)) {
        job->result = std::move(result);
        post(std::move(job));
    }
    dispatch();
}

void AsyncConnections::State::onFailure(AsyncConnection& connection, const Failure& failure,
                                        bool stale) noexcept {
    Slot& slot = slotOf(connection);
    slot.abandoned.reset();
    // A stale plan failed before it did anything: repeated whatever it does, on the same
    // connection, which is idle now.
    retryOrFinish(std::move(slot.job), failure, stale);
    dispatch();
}

void AsyncConnections::State::onLost(AsyncConnection& connection, const Failure& failure,
                                     bool was_connecting) noexcept {
    Slot& slot = slotOf(connection);
    slot.abandoned.reset();
    if (was_connecting) {
        if (backoff.isReset()) {
            log.error("database.async_unavailable",
                      {{"plugin", plugin}, {"reason", failure.what()}});
        }
        retry_at = reactor.now() + backoff.next();
        trouble = failure;
    }
    JobPointer job = std::move(slot.job);
    const bool again = job != nullptr && job->is_repeatable && failure.isConnectionLost();
    retryOrFinish(std::move(job), failure, again);
    dispatch();
}

void AsyncConnections::State::retryOrFinish(JobPointer job, const Failure& failure, bool again) {
    if (job == nullptr) {
        return;
    }
    if (again && !job->was_repeated && !stopped) {
        job->was_repeated = true;
        queue.push_front(std::move(job));
        return;
    }
    finish(std::move(job), failure);
}

void AsyncConnections::State::onDeadline(Job& job) noexcept {
    const Failure failure(FailureKind::StatementTimeout,
                          "the statement did not end before its deadline");
    for (Slot& slot : slots) {
        if (slot.job.get() == &job) {
            // The exchange refers to the job's texts until its last result, so the job stays and
            // another one tells the outcome.
            slot.abandoned = std::move(slot.job);
            finish(std::make_unique<Job>(*this, Statement{}, job.completion), failure);
            return;
        }
    }
    for (auto place = queue.begin(); place != queue.end(); ++place) {
        if (place->get() == &job) {
            JobPointer outcome = std::move(*place);
            queue.erase(place);
            finish(std::move(outcome), failure);
            return;
        }
    }
}

void AsyncConnections::State::failQueue(const Failure& failure) {
    while (!queue.empty()) {
        JobPointer job = std::move(queue.front());
        queue.pop_front();
        finish(std::move(job), failure);
    }
}

void AsyncConnections::State::finish(JobPointer job, const Failure& failure) {
    job->failure = failure;
    post(std::move(job));
}

void AsyncConnections::State::post(JobPointer job) {
    if (job->isArmed()) {
        reactor.disarm(*job);
    }
    finished.push_back(std::move(job));
    if (!delivery_posted) {
        delivery_posted = true;
        reactor.post(delivery);
    }
}

// A completion may execute() again or stop(); the queue is looked at anew each time.
void AsyncConnections::State::deliver() {
    while (!finished.empty()) {
        const JobPointer job = std::move(finished.front());
        finished.pop_front();
        if (job->failure) {
            job->completion.onFailure(*job->failure);
        } else {
            job->completion.onResult(std::move(job->result));
        }
    }
}

AsyncConnections::AsyncConnections(run::Reactor& reactor, AsyncSettings settings,
                                   std::string_view plugin, log::Log& log)
    : state_(std::make_unique<State>(reactor, std::move(settings), plugin, log)) {}

AsyncConnections::~AsyncConnections() {
    MORTISE_ASSERT(state_->queue.empty() && state_->finished.empty() && !state_->isAnyAlive(),
                   "stop() comes before the end");
    // The reactor may still hold events of this pass, and the delivery, for objects in here.
    run::Reactor& reactor = state_->reactor;
    reactor.post(run::makeWork([state = std::shared_ptr<State>(std::move(state_))] {}));
}

AsyncConnections::Admission AsyncConnections::execute(const Statement& statement, Deadline deadline,
                                                      Completion& completion) {
    State& state = *state_;
    if (state.stopped) {
        return Admission::Stopped;
    }
    if (state.queue.size() >= state.settings.queue_max) {
        return Admission::QueueFull;
    }
    auto job = std::make_unique<Job>(state, statement, completion);
    try {
        job->params.assign(statement.params);
    } catch (const Failure& failure) {
        state.finish(std::move(job), failure);
        return Admission::Accepted;
    }
    state.reactor.arm(*job, deadline);
    state.queue.push_back(std::move(job));
    state.dispatch();
    return Admission::Accepted;
}

void AsyncConnections::stop() {
    State& state = *state_;
    state.stopped = true;
    const Failure failure(FailureKind::Cancelled, "the statement was cancelled");
    for (State::Slot& slot : state.slots) {
        slot.connection->close();
        slot.abandoned.reset();
        if (slot.job != nullptr) {
            state.finish(std::move(slot.job), failure);
        }
    }
    state.failQueue(failure);
    state.deliver();
}

AsyncConnections::Stats AsyncConnections::stats() const {
    const std::size_t busy = state_->countOf(AsyncConnection::State::Busy);
    return {busy + state_->countOf(AsyncConnection::State::Idle), busy, state_->queue.size()};
}

}  // namespace mortise::db
