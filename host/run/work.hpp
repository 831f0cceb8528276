// Work: something to be run once on another thread, queued without an allocation.
//
// Requests, completions and timers derive from it, so handing one over costs a pointer, not a std::function.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace mortise::run {

class Work {
public:
    Work() = default;
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    virtual ~Work() = default;

    /// Runs, and may delete itself: the queue does not touch the object afterwards. A work given away as a unique_ptr is
    /// released before its run, so it owns itself then and must delete itself (makeWork() does).
    virtual void run() noexcept = 0;

private:
    friend class WorkQueue;
    friend class Mailbox;
    Work* next_ = nullptr;  // Owned by the queue the work stands in.
};

/// Works in the order they came. Not safe for threads: its owner locks.
class WorkQueue {
public:
    bool isEmpty() const noexcept { return first_ == nullptr; }
    void push(Work& work) noexcept {
        work.next_ = nullptr;
        (first_ == nullptr ? first_ : last_->next_) = &work;
        last_ = &work;
    }
    /// nullptr when empty.
    Work* pop() noexcept {
        Work* work = first_;
        if (work != nullptr) {
            first_ = std::exchange(work->next_, nullptr);
        }
        return work;
    }

private:
    friend class Mailbox;
    Work* first_ = nullptr;
    Work* last_ = nullptr;  // Only meaningful while first_ is set.
};

/// Many threads push, one takes all. A stack of one atomic pointer; the taker restores the order.
class Mailbox {
public:
    /// seq_cst, because a reactor decides by it and its sleep flag whether somebody must wake it.
    void push(Work& work) noexcept {
        Work* top = top_.load(std::memory_order_relaxed);
        do {
            work.next_ = top;
        } while (!top_.compare_exchange_weak(top, &work, std::memory_order_seq_cst,
                                             std::memory_order_relaxed));
    }
    bool isEmpty() const noexcept { return top_.load(std::memory_order_seq_cst) == nullptr; }
    /// Everything pushed so far, oldest first.
    WorkQueue takeAll() noexcept {
        WorkQueue queue;
        Work* work = top_.exchange(nullptr, std::memory_order_acquire);
        if (work != nullptr) {
            queue.last_ = work;
        }
        while (work != nullptr) {
            Work* below = std::exchange(work->next_, queue.first_);
            queue.first_ = work;
            work = below;
        }
        return queue;
    }

private:
    std::atomic<Work*> top_{nullptr};
};

/// Work from a callable, deleting itself after the run; for paths that are not hot.
template <typename Function>
std::unique_ptr<Work> makeWork(Function function) {
    class Call final : public Work {
    public:
        explicit Call(Function call) : function_(std::move(call)) {}
        void run() noexcept override {
            std::unique_ptr<Call> self(this);
            function_();
        }

    private:
        Function function_;
    };
    return std::make_unique<Call>(std::move(function));
}

}  // namespace mortise::run
