#include "run/cpu_pool.hpp"

#include <algorithm>
#include <limits>

#include "run/executor.hpp"

namespace mortise::run {

// An executor with one lane as wide as its threads: the same queue, the same shutdown.
struct CpuPool::State {
    State(std::string thread_name, unsigned thread_count, unsigned queue_max)
        : executor(std::move(thread_name), thread_count),
          lane(executor, "cpu", executor.threadCount(), queue_max) {}

    Executor executor;
    Lane lane;
};

CpuPool::CpuPool(std::string thread_name, unsigned thread_count, std::size_t queue_max)
    : state_(std::make_unique<State>(std::move(thread_name), thread_count,
                                     static_cast<unsigned>(std::min<std::size_t>(
                                         queue_max, std::numeric_limits<int>::max())))) {}

CpuPool::~CpuPool() {
    stop();
}

bool CpuPool::submit(Work& work) noexcept {
    return state_->executor.submit(state_->lane, work);
}

bool CpuPool::submit(std::unique_ptr<Work>& work) noexcept {
    return state_->executor.submit(state_->lane, work);
}

void CpuPool::stop() {
    state_->executor.stop();
}

unsigned CpuPool::threadCount() const noexcept {
    return state_->executor.threadCount();
}

std::size_t CpuPool::queued() const noexcept {
    return state_->lane.queued();
}

}  // namespace mortise::run
