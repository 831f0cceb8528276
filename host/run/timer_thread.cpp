#include "run/timer_thread.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/assert.hpp"
#include "run/thread_name.hpp"

namespace mortise::run {

struct TimerThread::State {
    using Time = std::chrono::steady_clock::time_point;
    // Equal times keep the order in which they were set, because handles only grow.
    using Key = std::pair<Time, Handle>;

    std::string thread_name;
    std::size_t count_max = 0;
    std::chrono::milliseconds patience{0};
    mutable std::mutex mutex;  // Guards everything below.
    std::condition_variable changed;
    std::condition_variable ended;  // A work has run.
    std::map<Key, std::unique_ptr<Work>> waiting;
    std::unordered_map<Handle, Time> times;
    Handle last_handle = 0;
    Handle running = 0;  // 0: none.
    bool stops = false;
    std::thread thread;

    void loop();
};

void TimerThread::State::loop() {
    nameThread(thread_name);
    std::unique_lock lock(mutex);
    while (!stops) {
        if (waiting.empty()) {
            changed.wait(lock);
            continue;
        }
        const auto first = waiting.begin();
        const Time due = first->first.first;
        if (due > std::chrono::steady_clock::now()) {
            changed.wait_until(lock, due);
            continue;
        }
        std::unique_ptr<Work> work = std::move(first->second);
        running = first->first.second;
        times.erase(running);
        waiting.erase(first);
        lock.unlock();
        work.release()->run();
        lock.lock();
        running = 0;
        ended.notify_all();
    }
}

TimerThread::TimerThread(std::string thread_name, std::size_t count_max,
                         std::chrono::milliseconds patience)
    : state_(std::make_unique<State>()) {
    state_->thread_name = std::move(thread_name);
    state_->count_max = count_max;
    state_->patience = patience;
    state_->thread = std::thread([state = state_.get()] { state->loop(); });
}

TimerThread::~TimerThread() {
    stop();
}

TimerThread::Handle TimerThread::at(std::chrono::steady_clock::time_point due,
                                    std::unique_ptr<Work>& work, Bound bound) {
    MORTISE_ASSERT(work != nullptr, "no work");
    Handle handle = 0;
    bool is_soonest = false;
    {
        const std::lock_guard lock(state_->mutex);
        const bool is_full = bound == Bound::Counted && state_->waiting.size() >= state_->count_max;
        if (state_->stops || is_full) {
            return 0;
        }
        handle = ++state_->last_handle;
        const auto place = state_->waiting.emplace(State::Key{due, handle}, nullptr).first;
        state_->times.emplace(handle, due);
        place->second = std::move(work);
        is_soonest = place == state_->waiting.begin();
    }
    if (is_soonest) {
        state_->changed.notify_one();
    }
    return handle;
}

bool TimerThread::again(std::chrono::steady_clock::time_point due,
                        std::unique_ptr<Work>& work) noexcept {
    MORTISE_ASSERT(std::this_thread::get_id() == state_->thread.get_id(),
                   "only a work that runs is put back");
    const std::lock_guard lock(state_->mutex);
    if (state_->stops) {
        return false;
    }
    try {
        const auto place = state_->waiting.emplace(State::Key{due, state_->running}, nullptr).first;
        state_->times.emplace(state_->running, due);
        place->second = std::move(work);
    } catch (const std::bad_alloc&) {
        state_->waiting.erase({due, state_->running});
        return false;
    }
    return true;
}

std::unique_ptr<Work> TimerThread::cancel(Handle handle) noexcept {
    std::unique_lock lock(state_->mutex);
    if (std::this_thread::get_id() != state_->thread.get_id()) {
        // First, because one that runs may put itself back.
        state_->ended.wait_for(lock, state_->patience, [&] { return state_->running != handle; });
    }
    const auto found = state_->times.find(handle);
    if (found == state_->times.end() || state_->running == handle) {
        return nullptr;
    }
    const auto place = state_->waiting.find({found->second, handle});
    std::unique_ptr<Work> work = std::move(place->second);
    state_->waiting.erase(place);
    state_->times.erase(found);
    return work;
}

void TimerThread::stop() {
    std::map<State::Key, std::unique_ptr<Work>> dropped;  // Destroyed outside the lock.
    {
        const std::lock_guard lock(state_->mutex);
        state_->stops = true;
        state_->times.clear();
        dropped.swap(state_->waiting);
    }
    state_->changed.notify_all();
    if (state_->thread.joinable()) {
        state_->thread.join();
    }
}

std::size_t TimerThread::count() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->waiting.size();
}

}  // namespace mortise::run
