// CpuPool: a few threads for work that burns a core for milliseconds (password hashes, compression).
//
// Such work on an executor thread would let one login storm starve all plugins, and on more threads than cores it only gets
// slower. So it has threads of its own and one bounded queue; who is turned away answers 503.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "limits.hpp"
#include "run/work.hpp"

namespace mortise::run {

class CpuPool {
public:
    /// Starts `thread_count` threads (at least one). `queue_max` bounds the works that wait.
    CpuPool(std::string thread_name, unsigned thread_count,
            std::size_t queue_max = limits::kCpuQueueMax);
    ~CpuPool();
    CpuPool(const CpuPool&) = delete;
    CpuPool& operator=(const CpuPool&) = delete;

    /// Queues `work`, which lives until its run() was called; false when the queue is full or the pool stops (then nothing
    /// happened). Any thread.
    [[nodiscard]] bool submit(Work& work) noexcept;
    /// As above; takes `work` over (it deletes itself in run()) only when it returns true.
    [[nodiscard]] bool submit(std::unique_ptr<Work>& work) noexcept;

    /// Runs what is queued and joins. Calling it again does nothing.
    void stop();

    unsigned threadCount() const noexcept;
    std::size_t queued() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::run
