#include "db/pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "db/engine/backoff.hpp"
#include "db/engine/connection.hpp"
#include "log/log.hpp"

namespace mortise::db {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// What one plugin holds.
struct Share {
    std::string plugin;
    unsigned leased = 0;
};

enum class Grant { None, Idle, Open, Refused };

struct Waiter {
    Share& share;
    Grant grant = Grant::None;
    std::unique_ptr<Connection> connection = nullptr;
    bool needs_ping = false;
    std::condition_variable granted = {};
};

struct IdleConnection {
    std::unique_ptr<Connection> connection;
    Deadline since;
    bool is_suspect = false;  // Another connection died since it came back.
};

}  // namespace

struct Pool::State {
    State(PoolSettings pool_settings, log::Log& pool_log)
        : settings(std::move(pool_settings)),
          log(pool_log),
          open_max(settings.size + settings.overflow),
          share_max(std::max(1U, open_max * settings.plugin_share_percent / 100)),
          backoff(settings.connection.retry_min, settings.connection.retry_max) {}

    Lease acquire(Pool& pool, std::string_view plugin, Deadline deadline);
    void giveBack(std::unique_ptr<Connection> connection, Share& share) noexcept;

    // All below: with `mutex` held.
    Share& shareOf(std::string_view plugin);
    void dispatch();
    bool mayOpen(Deadline now);
    void grantIdle(Waiter& waiter, Deadline now);
    void grantOpen(Waiter& waiter, Deadline now);
    void await(std::unique_lock<std::mutex>& lock, Waiter& waiter, Deadline limit);
    Deadline nextChange(Deadline limit) const;
    void requeue(Waiter& waiter);
    void trip(const Failure& failure);
    void recover();
    void suspectAll() noexcept;

    // Without it, as they wait.
    bool isUsable(Waiter& waiter, Deadline limit);
    bool open(Waiter& waiter, Deadline limit);

    const PoolSettings settings;
    log::Log& log;
    const unsigned open_max;
    const unsigned share_max;

    mutable std::mutex mutex;  // Guards everything below.
    std::condition_variable all_back;
    std::list<Waiter*> waiters;  // First come, first served. Bounded by the number of threads.
    std::vector<IdleConnection> idle;  // The most recently used at the end.
    std::list<Share> shares;           // One per plugin name ever seen; leases point to them.
    unsigned open_count = 0;
    unsigned leased_count = 0;
    unsigned opening_count = 0;
    bool closed = false;
    // The circuit: closed while `backoff` is reset.
    Backoff backoff;
    Deadline retry_at{};
    Deadline probe_since{};
    Failure trouble{FailureKind::DatabaseUnavailable, "the database is unavailable"};
    Deadline answered_at{};
};

Share& Pool::State::shareOf(std::string_view plugin) {
    for (Share& share : shares) {
        if (share.plugin == plugin) {
            return share;
        }
    }
    return shares.emplace_back(Share{std::string(plugin)});
}

// Gives what there is to those who wait, in their order.
void Pool::State::dispatch() {
    const auto now = steady_clock::now();
    for (auto place = waiters.begin(); place != waiters.end();) {
        Waiter& waiter = **place;
        if (!closed && waiter.share.leased >= share_max) {
            ++place;  // Its own plugin must return one first; others may pass.
            continue;
        }
        if (closed) {
            waiter.grant = Grant::Refused;
        } else if (!idle.empty()) {
            grantIdle(waiter, now);
        } else if (open_count >= open_max) {
            return;
        } else if (backoff.isReset() || mayOpen(now)) {
            grantOpen(waiter, now);
        } else if (wire::isTooManyConnections(trouble) && open_count > 0) {
            return;  // No outage: connections will come back.
        } else if (now >= retry_at && now < probe_since + limits::kPoolProbePatience) {
            return;  // Somebody tries right now.
        } else {
            waiter.grant = Grant::Refused;
        }
        place = waiters.erase(place);
        waiter.granted.notify_one();
    }
}

// While the circuit is open one caller at a time tries, and only when the moment is over.
bool Pool::State::mayOpen(Deadline now) {
    return now >= retry_at && opening_count == 0;
}

void Pool::State::grantIdle(Waiter& waiter, Deadline now) {
    auto choice = std::find_if(idle.rbegin(), idle.rend(), [&](const IdleConnection& candidate) {
        return candidate.connection->plugin() == waiter.share.plugin;
    });
    const auto taken = choice == idle.rend() ? std::prev(idle.end()) : std::prev(choice.base());
    waiter.needs_ping = taken->is_suspect || now - taken->since > settings.ping_after_idle;
    waiter.connection = std::move(taken->connection);
    waiter.grant = Grant::Idle;
    idle.erase(taken);
    ++leased_count;
    ++waiter.share.leased;
}

void Pool::State::grantOpen(Waiter& waiter, Deadline now) {
    waiter.grant = Grant::Open;
    probe_since = now;
    ++open_count;
    ++opening_count;
    ++leased_count;
    ++waiter.share.leased;
}

// The next moment at which a waiter has to look again although nobody wakes it.
Deadline Pool::State::nextChange(Deadline limit) const {
    if (backoff.isReset()) {
        return limit;
    }
    const auto now = steady_clock::now();
    Deadline next = limit;
    for (const Deadline moment : {retry_at, probe_since + limits::kPoolProbePatience}) {
        next = moment > now ? std::min(next, moment) : next;
    }
    return next;
}

void Pool::State::await(std::unique_lock<std::mutex>& lock, Waiter& waiter, Deadline limit) {
    while (waiter.grant == Grant::None) {
        if (steady_clock::now() >= limit) {
            waiters.remove(&waiter);
            dispatch();  // The others may have stood behind this one.
            throw Failure(FailureKind::PoolTimeout, "no database connection came free in time");
        }
        dispatch();
        if (waiter.grant == Grant::None) {
            waiter.granted.wait_until(lock, nextChange(limit));
        }
    }
}

// After a grant that came to nothing: first in line again, with everything given back.
void Pool::State::requeue(Waiter& waiter) {
    --open_count;
    --leased_count;
    --waiter.share.leased;
    waiter.grant = Grant::None;
    waiters.push_front(&waiter);
}

void Pool::State::trip(const Failure& failure) {
    const auto now = steady_clock::now();
    const bool was_closed = backoff.isReset();
    if (was_closed || now >= retry_at) {
        // Several connects that fail together count as one.
        retry_at = now + backoff.next();
    }
    trouble = failure;
    suspectAll();
    if (was_closed) {
        log.error("database.unavailable", {{"reason", failure.what()}});
    }
}

void Pool::State::recover() {
    if (!backoff.isReset()) {
        backoff.reset();
        log.info("database.recovered");
    }
}

void Pool::State::suspectAll() noexcept {
    for (IdleConnection& candidate : idle) {
        candidate.is_suspect = true;
    }
}

bool Pool::State::isUsable(Waiter& waiter, Deadline limit) {
    Connection& connection = *waiter.connection;
    const auto liveness = connection.isBroken() ? Connection::Liveness::Dead : connection.peek();
    if (liveness == Connection::Liveness::Quiet && !waiter.needs_ping) {
        return true;
    }
    if (liveness == Connection::Liveness::Dead) {
        return false;
    }
    try {
        const auto patience = steady_clock::now() + limits::kDatabasePingDeadline;
        connection.query("SELECT 1", std::min(limit - limits::kStatementGrace, patience));
        return true;
    } catch (const Failure&) {
        return false;  // The next one is tried; why this one died is of no interest.
    }
}

// True when the waiter has a connection; false when it is in the queue again.
bool Pool::State::open(Waiter& waiter, Deadline limit) {
    const auto started = steady_clock::now();
    const auto patience = started + settings.connection.connect_timeout;
    std::optional<Failure> failure;
    try {
        waiter.connection = Connection::open(settings.connection, std::min(limit, patience));
    } catch (const Failure& reason) {
        failure = reason;
    } catch (const std::exception& reason) {
        failure = Failure(FailureKind::DatabaseUnavailable, reason.what());
    }
    const std::lock_guard lock(mutex);
    --opening_count;
    if (!failure) {
        recover();
        dispatch();
        return true;
    }
    requeue(waiter);
    // A caller in a hurry that got no answer proves nothing about the server.
    const bool hurried = limit < patience && steady_clock::now() >= limit &&
                         limit - started < limits::kPoolConnectPatience;
    if (!hurried) {
        trip(*failure);
    }
    return false;
}

Lease Pool::State::acquire(Pool& pool, std::string_view plugin, Deadline deadline) {
    const Deadline limit = std::min(deadline, steady_clock::now() + settings.timeout);
    std::unique_lock lock(mutex);
    Waiter waiter{shareOf(plugin)};
    waiters.push_back(&waiter);
    for (;;) {
        await(lock, waiter, limit);
        if (waiter.grant == Grant::Refused) {
            throw closed ? Failure(FailureKind::DatabaseUnavailable, "the database pool is closed")
                         : Failure(trouble);
        }
        // Without the lock only the copy is safe: a waiter that open() queued again may be granted
        // something else at any moment.
        const Grant grant = waiter.grant;
        lock.unlock();
        if (grant == Grant::Idle ? isUsable(waiter, limit) : open(waiter, limit)) {
            return Lease(pool, std::move(waiter.connection), &waiter.share);
        }
        if (grant == Grant::Idle) {
            waiter.connection.reset();
        }
        lock.lock();
        if (grant == Grant::Idle) {
            requeue(waiter);
            suspectAll();
        }
    }
}

void Pool::State::giveBack(std::unique_ptr<Connection> connection, Share& share) noexcept {
    const bool broken = connection->isBroken();
    const bool usable = !broken && !connection->isInTransaction();
    std::vector<std::unique_ptr<Connection>>
        to_close;  // Closing talks to the server: not under the lock.
    {
        const std::lock_guard lock(mutex);
        --leased_count;
        --share.leased;
        const auto now = steady_clock::now();
        if (usable && !closed) {
            idle.push_back({std::move(connection), now});
            answered_at = now;
        } else {
            --open_count;
            to_close.push_back(std::move(connection));
        }
        if (broken) {
            suspectAll();
        }
        dispatch();
        while (open_count > settings.size && !idle.empty()) {
            --open_count;
            to_close.push_back(std::move(idle.front().connection));
            idle.erase(idle.begin());
        }
        if (leased_count == 0) {
            all_back.notify_all();
        }
    }
}

Lease::Lease() noexcept = default;

Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection, void* share) noexcept
    : pool_(&pool), connection_(std::move(connection)), share_(share) {}

Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      connection_(std::move(other.connection_)),
      share_(other.share_) {}

Lease& Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        release();
        pool_ = std::exchange(other.pool_, nullptr);
        connection_ = std::move(other.connection_);
        share_ = other.share_;
    }
    return *this;
}

Lease::~Lease() {
    release();
}

void Lease::release() noexcept {
    if (Pool* pool = std::exchange(pool_, nullptr)) {
        pool->state_->giveBack(std::move(connection_), *static_cast<Share*>(share_));
    }
}

Pool::Pool(PoolSettings settings, log::Log& log)
    : state_(std::make_unique<State>(std::move(settings), log)) {}

Pool::~Pool() {
    close(steady_clock::now());
    MORTISE_ASSERT(stats().leased == 0, "a lease outlives its pool");
}

Lease Pool::acquire(std::string_view plugin, Deadline deadline) {
    return state_->acquire(*this, plugin, deadline);
}

bool Pool::ping(Deadline deadline) noexcept {
    try {
        Lease lease = acquire("mortise", deadline);
        lease.connection().query("SELECT 1", deadline);
        return true;
    } catch (const Failure& failure) {
        const std::lock_guard lock(state_->mutex);
        // Everything lent out and coming back says that PostgreSQL works.
        return failure.kind() == FailureKind::PoolTimeout &&
               steady_clock::now() - state_->answered_at < limits::kDatabasePingDeadline;
    } catch (const std::exception&) {
        return false;  // Out of memory: certainly not ready.
    }
}

Pool::Stats Pool::stats() const {
    const std::lock_guard lock(state_->mutex);
    return {state_->open_count, state_->leased_count, static_cast<unsigned>(state_->waiters.size()),
            state_->backoff.isReset()};
}

bool Pool::close(Deadline deadline) {
    std::vector<IdleConnection> to_close;
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    state_->dispatch();
    to_close.swap(state_->idle);
    state_->open_count -= static_cast<unsigned>(to_close.size());
    return state_->all_back.wait_until(lock, deadline,
                                       [this] { return state_->leased_count == 0; });
}

}  // namespace mortise::db
