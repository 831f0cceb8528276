// semaphore: how much of one thing a plugin does at the same time.
//
// Problem: what a plugin calls (a renderer, a small service, a file) often bears a few users at once and no more; the executor and
//          the reactors bring many.
// Choice:  a counter of permits with one queue, in which threads and coroutines wait in the order they came. Whoever gives a permit
//          back hands it to the first in the queue, so nobody who comes later can be faster. A coroutine holds no thread while it
//          waits and goes on on its own reactor.
// Guarantee: nobody waits longer than the deadline of the unit of work, or when that was cancelled; when the queue is full the
//          answer is 503 at once. A permit comes back however the handler ends.
//
//   Semaphore renderings_{4};                                     a member of the plugin
//   Semaphore::Permit permit = renderings_.acquire(deadline);     in a blocking handler that takes Deadline
//   auto permit = co_await renderings_.acquireAsync(deadline);    in a coroutine
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "mortise/deadline.hpp"
#include "mortise/host.hpp"
#include "mortise/tasks.h"

namespace mortise {

/// Any thread. Outlives its permits and whoever waits.
class Semaphore {
    /// One place in the queue; lives in the frame of whoever waits.
    struct Waiter {
        Waiter* previous = nullptr;
        Waiter* next = nullptr;
        bool is_queued = false;
        bool has_permit = false;
        /// Of a thread that waits.
        std::condition_variable* granted = nullptr;
        /// Of a coroutine that waits.
        const Host* host = nullptr;
        mortise_handle wait = 0;
    };

public:
    /// The right to be one of those at work, until its end. Any thread may end it.
    class [[nodiscard("a permit is given back when it goes")]] Permit {
    public:
        explicit Permit(Semaphore & owner) noexcept : owner_(&owner) {}
        Permit(Permit && other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
        Permit& operator=(Permit&& other) noexcept {
            if (this != &other) {
                release();
                owner_ = std::exchange(other.owner_, nullptr);
            }
            return *this;
        }
        ~Permit() {
            release();
        }

        /// Gives it back early.
        void release() noexcept {
            if (Semaphore* const owner = std::exchange(owner_, nullptr)) {
                owner->giveBack();
            }
        }
        bool isHeld() const noexcept {
            return owner_ != nullptr;
        }

    private:
        Semaphore* owner_;
    };

    class Awaiter;

    /// At most `permit_count` at work, at most `waiting_max` more in the queue.
    explicit Semaphore(std::size_t permit_count, std::size_t waiting_max = 256)
        : free_count_(permit_count), waiting_max_(waiting_max) {}
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;

    /// Nothing when all permits are out.
    std::optional<Permit> tryAcquire() {
        const std::lock_guard lock(mutex_);
        return takeFree() ? std::optional<Permit>(Permit(*this)) : std::nullopt;
    }

    /// Waits on this thread. Throws HostError with EXHAUSTED when the queue is full, DEADLINE_EXCEEDED and CANCELLED when no
    /// permit came free in time. `Deadline(200ms)` waits for less than the unit of work may take.
    Permit acquire(const Deadline& deadline) {
        detail::refuseOnReactor(deadline.unit(), "acquire()");
        std::condition_variable granted;
        Waiter waiter;
        waiter.granted = &granted;
        std::unique_lock lock(mutex_);
        if (takeFree()) {
            return Permit(*this);
        }
        append(waiter);
        while (!waiter.has_permit) {
            const std::chrono::milliseconds left = deadline.remaining();
            const bool is_cancelled = deadline.isCancelled();
            if (left == std::chrono::milliseconds(0) || is_cancelled) {
                remove(waiter);
                throwLate(is_cancelled ? MORTISE_CANCELLED : MORTISE_DEADLINE_EXCEEDED);
            }
            // In pieces, because nobody signals that the unit was cancelled.
            granted.wait_for(lock, std::min(left, kPatience));
        }
        return Permit(*this);
    }

    /// As acquire(), to be awaited by a coroutine with the Deadline it took as a parameter.
    Awaiter acquireAsync(const Deadline& deadline);

    std::size_t freeCount() const {
        const std::lock_guard lock(mutex_);
        return free_count_;
    }
    std::size_t waitingCount() const {
        const std::lock_guard lock(mutex_);
        return waiting_count_;
    }

private:
    static constexpr std::chrono::milliseconds kPatience{100};

    [[noreturn]] static void throwLate(mortise_status status) {
        throw HostError(status, "",
                        status == MORTISE_CANCELLED
                            ? "the unit of work was cancelled while it waited for a permit"
                            : "no permit came free before the deadline");
    }

    // With the lock held. While anybody waits none is free: a permit that comes back is handed on.
    bool takeFree() noexcept {
        if (free_count_ == 0) {
            return false;
        }
        --free_count_;
        return true;
    }
    void append(Waiter& waiter) {
        if (waiting_count_ >= waiting_max_) {
            throw HostError(MORTISE_EXHAUSTED, "", "too many wait for a permit already");
        }
        waiter.previous = last_;
        (last_ == nullptr ? first_ : last_->next) = &waiter;
        last_ = &waiter;
        waiter.is_queued = true;
        ++waiting_count_;
    }
    void remove(Waiter& waiter) noexcept {
        (waiter.previous == nullptr ? first_ : waiter.previous->next) = waiter.next;
        (waiter.next == nullptr ? last_ : waiter.next->previous) = waiter.previous;
        waiter.is_queued = false;
        --waiting_count_;
    }

    void giveBack() noexcept {
        const Host* host = nullptr;
        mortise_handle wait = 0;
        {
            const std::lock_guard lock(mutex_);
            if (first_ == nullptr) {
                ++free_count_;
                return;
            }
            Waiter& next = *first_;
            remove(next);
            next.has_permit = true;
            if (next.granted != nullptr) {
                next.granted->notify_one();  // With the lock held: afterwards it may be gone.
                return;
            }
            host = next.host;
            wait = next.wait;
        }
        // STALE: the coroutine goes on already, because of its deadline, and finds the permit.
        static_cast<void>(host->tables().tasks->wake(host->raw(), wait));
    }

    mutable std::mutex mutex_;  // Guards what follows and all waiters in the queue.
    std::size_t free_count_;
    std::size_t waiting_count_ = 0;
    const std::size_t waiting_max_;
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

/// Waits for a permit without holding a thread.
class Semaphore::Awaiter {
public:
    Awaiter(Semaphore& owner, const Unit& unit) : owner_(&owner), unit_(unit) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine) {
        coroutine_ = coroutine;
        {
            const std::lock_guard lock(owner_->mutex_);
            if (owner_->takeFree()) {
                waiter_.has_permit = true;
                return false;
            }
        }
        const mortise_tasks& tasks =
            detail::need(unit_.host->tables().tasks, MORTISE_TASKS_INTERFACE);
        detail::check(tasks.wait_async(unit_.context, &done, this, &waiter_.wait, failure_.out()),
                      failure_);
        waiter_.host = unit_.host;
        if (!queue()) {
            // The wait has begun, so the way back leads through its end.
            static_cast<void>(tasks.wake(unit_.host->raw(), waiter_.wait));
        }
        return true;
    }
    Permit await_resume() {
        const std::lock_guard lock(owner_->mutex_);
        if (waiter_.has_permit) {
            return Permit(*owner_);
        }
        if (waiter_.is_queued) {
            owner_->remove(waiter_);
        }
        if (status_ == MORTISE_DEADLINE_EXCEEDED || status_ == MORTISE_CANCELLED) {
            throwLate(status_);
        }
        detail::check(status_, failure_);
        throw HostError(MORTISE_EXHAUSTED, "", "too many wait for a permit already");
    }

private:
    /// False when there is nothing to wait for: a permit came free meanwhile, or the queue is full.
    bool queue() {
        const std::lock_guard lock(owner_->mutex_);
        waiter_.has_permit = owner_->takeFree();
        if (waiter_.has_permit || owner_->waiting_count_ >= owner_->waiting_max_) {
            return false;
        }
        owner_->append(waiter_);
        return true;
    }

    static void done(void* self, mortise_status status, const mortise_error* error) {
        auto& awaiter = *static_cast<Awaiter*>(self);
        awaiter.status_ = status;
        detail::copyFailure(awaiter.failure_, error);
        awaiter.coroutine_.resume();
    }

    Semaphore* owner_;
    Unit unit_;
    Waiter waiter_;
    mortise_status status_ = MORTISE_OK;
    detail::Failure failure_;
    std::coroutine_handle<> coroutine_;
};

inline Semaphore::Awaiter Semaphore::acquireAsync(const Deadline& deadline) {
    if (deadline.unit().host == nullptr) {
        throw std::logic_error("acquireAsync() needs the Deadline the handler was given");
    }
    return Awaiter(*this, deadline.unit());
}

}  // namespace mortise
