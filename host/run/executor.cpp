#include "run/executor.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "run/thread_kind.hpp"
#include "run/thread_name.hpp"

namespace mortise::run {

// Everything but the constants is guarded by the mutex of the executor.
struct Lane::State {
    State(Executor::State& lane_executor, std::string lane_name, unsigned running_max,
          unsigned waiting_max)
        : executor(lane_executor),
          name(std::move(lane_name)),
          concurrency_max(running_max),
          queue_max(waiting_max) {}

    Executor::State& executor;
    const std::string name;
    const unsigned concurrency_max;
    const unsigned queue_max;

    WorkQueue works;
    unsigned queued = 0;
    unsigned running = 0;
    bool stands_ready = false;  // In the executor's list of lanes that could start a work.

    bool isReady() const noexcept { return queued > 0 && running < concurrency_max; }
    bool isFull() const noexcept { return running + queued >= concurrency_max + queue_max; }
};

struct Executor::State {
    std::string thread_name;
    mutable std::mutex mutex;  // Guards everything below and all lanes.
    std::condition_variable wake;
    // Lanes with a work that may start. A worker takes one work of the first and sends the lane to the back, so a lane with a
    // long queue does not keep the others waiting.
    std::deque<std::shared_ptr<Lane::State>> ready;
    unsigned sleeping = 0;
    std::size_t queued = 0;  // In all lanes; threads leave only when it is 0.
    bool stops = false;
    std::vector<std::thread> threads;

    void makeReady(const std::shared_ptr<Lane::State>& lane) {
        if (lane->isReady() && !lane->stands_ready) {
            lane->stands_ready = true;
            ready.push_back(lane);
        }
    }
    void work(unsigned number);
};

void Executor::State::work(unsigned number) {
    nameThread(thread_name + "-" + std::to_string(number));
    setThreadKind(ThreadKind::Request);
    std::unique_lock lock(mutex);
    for (;;) {
        while (ready.empty()) {
            if (stops && queued == 0) {
                return;
            }
            ++sleeping;
            wake.wait(lock);
            --sleeping;
        }
        const std::shared_ptr<Lane::State> lane = std::move(ready.front());
        ready.pop_front();
        lane->stands_ready = false;
        if (!lane->isReady()) {
            continue;  // An inline call took its last slot meanwhile; leaving it makes the lane ready again.
        }
        Work* const work = lane->works.pop();
        --lane->queued;
        --queued;
        if (stops && queued == 0) {
            wake.notify_all();
        }
        ++lane->running;
        makeReady(lane);
        lock.unlock();
        work->run();
        lock.lock();
        --lane->running;
        makeReady(lane);
    }
}

Lane::Lane(Executor& executor, std::string name, unsigned concurrency_max, unsigned queue_max)
    : state_(std::make_shared<State>(*executor.state_, std::move(name),
                                     std::max(concurrency_max, 1U), queue_max)) {}

Lane::~Lane() = default;

void Lane::enterInline() noexcept {
    const std::lock_guard lock(state_->executor.mutex);
    ++state_->running;
}

void Lane::leaveInline() noexcept {
    const std::lock_guard lock(state_->executor.mutex);
    MORTISE_ASSERT(state_->running > 0, "leaveInline() without enterInline()");
    --state_->running;
    state_->executor.makeReady(state_);
    if (!state_->executor.ready.empty() && state_->executor.sleeping > 0) {
        state_->executor.wake.notify_one();
    }
}

const std::string& Lane::name() const noexcept {
    return state_->name;
}

unsigned Lane::running() const noexcept {
    const std::lock_guard lock(state_->executor.mutex);
    return state_->running;
}

unsigned Lane::queued() const noexcept {
    const std::lock_guard lock(state_->executor.mutex);
    return state_->queued;
}

Executor::Executor(std::string thread_name, unsigned thread_count)
    : state_(std::make_unique<State>()) {
    state_->thread_name = std::move(thread_name);
    for (unsigned i = 0; i < std::max(thread_count, 1U); ++i) {
        state_->threads.emplace_back([state = state_.get(), i] { state->work(i); });
    }
}

Executor::~Executor() {
    stop();
}

bool Executor::submit(Lane& lane, Work& work) noexcept {
    State& state = *state_;
    bool someone_sleeps = false;
    {
        const std::lock_guard lock(state.mutex);
        if (state.stops || lane.state_->isFull()) {
            return false;
        }
        lane.state_->works.push(work);
        ++lane.state_->queued;
        ++state.queued;
        state.makeReady(lane.state_);
        someone_sleeps = state.sleeping > 0 && !state.ready.empty();
    }
    if (someone_sleeps) {
        state.wake.notify_one();
    }
    return true;
}

bool Executor::submit(Lane& lane, std::unique_ptr<Work>& work) noexcept {
    MORTISE_ASSERT(work != nullptr, "no work");
    Work* const given = work.release();
    if (submit(lane, *given)) {
        return true;
    }
    work.reset(given);
    return false;
}

void Executor::stop() {
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock(state_->mutex);
        state_->stops = true;
        threads.swap(state_->threads);
    }
    state_->wake.notify_all();
    for (std::thread& thread : threads) {
        thread.join();
    }
}

unsigned Executor::threadCount() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return static_cast<unsigned>(state_->threads.size());
}

}  // namespace mortise::run
