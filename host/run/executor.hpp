// Executor: the threads on which plain, blocking handlers run, with a bulkhead per plugin.
//
// One slow plugin must not take all threads, so every plugin has a lane: at most `concurrency_max` of its works run at once,
// at most `queue_max` wait, and the next one is turned away (the pipeline answers 503 with Retry-After).
#pragma once

#include <memory>
#include <string>

#include "run/work.hpp"

namespace mortise::run {

class Executor;

/// The bulkhead of one plugin. May go as soon as its last work unpinned the generation: what the executor still needs of it is
/// shared.
class Lane {
public:
    /// At most `concurrency_max` (at least 1) works run, at most `queue_max` more wait. `executor` outlives the lane.
    Lane(Executor& executor, std::string name, unsigned concurrency_max, unsigned queue_max);
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    /// Takes a slot for work that runs on the calling thread (an operation call). Never waits and never refuses: waiting for a
    /// slot while holding another one would deadlock; the caller's own lane bounds how many there can be.
    void enterInline() noexcept;
    void leaveInline() noexcept;

    const std::string& name() const noexcept;
    unsigned running() const noexcept;
    unsigned queued() const noexcept;

private:
    friend class Executor;
    struct State;
    std::shared_ptr<State> state_;
};

class Executor {
public:
    /// Starts `thread_count` threads (at least one).
    Executor(std::string thread_name, unsigned thread_count);
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    /// Queues `work`; false when the lane is full or the executor stops (then nothing happened). Any thread. Works of one lane
    /// start in their order; lanes take turns.
    [[nodiscard]] bool submit(Lane& lane, Work& work) noexcept;
    /// As above; takes `work` over (it deletes itself in run()) only when it returns true.
    [[nodiscard]] bool submit(Lane& lane, std::unique_ptr<Work>& work) noexcept;

    /// Runs what is queued and joins; submit() refuses from now on. Calling it again does nothing.
    void stop();
    unsigned threadCount() const noexcept;

private:
    friend class Lane;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::run
