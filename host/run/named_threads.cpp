#include "run/named_threads.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "run/thread_kind.hpp"
#include "run/thread_name.hpp"

namespace mortise::run {

struct NamedThreads::State {
    struct Entry {
        std::string name;
        std::thread thread;
        bool stop_requested = false;
        bool ended = false;
    };

    mutable std::mutex mutex;  // Guards everything below.
    mutable std::condition_variable changed;
    std::size_t count_max = 0;
    Handle last_handle = 0;
    std::map<Handle, Entry> entries;

    bool isStopRequested(Handle handle) const {
        const auto found = entries.find(handle);
        return found == entries.end() || found->second.stop_requested;
    }
    void end(Handle handle) {
        {
            const std::lock_guard lock(mutex);
            const auto found = entries.find(handle);
            if (found != entries.end()) {
                found->second.ended = true;
            }
        }
        changed.notify_all();
    }
};

NamedThreads::NamedThreads(std::size_t count_max) : state_(std::make_shared<State>()) {
    state_->count_max = count_max;
}

NamedThreads::~NamedThreads() {
    const std::lock_guard lock(state_->mutex);
    for (auto& [handle, entry] : state_->entries) {
        entry.stop_requested = true;
        // A body that does not return cannot be joined and must not end the process; what it still uses it shares.
        entry.thread.detach();
    }
    state_->changed.notify_all();
}

NamedThreads::Handle NamedThreads::start(std::string_view name, Body body) {
    const std::lock_guard lock(state_->mutex);
    if (state_->entries.size() >= state_->count_max) {
        return 0;
    }
    const Handle handle = ++state_->last_handle;
    State::Entry& entry = state_->entries[handle];
    entry.name = std::string(name.substr(0, 15));
    try {
        // The body dies before its thread counts as ended: what it captured may belong to the library to be unmapped.
        entry.thread = std::thread(
            [state = state_, handle, thread_name = entry.name, call = std::move(body)]() mutable {
                nameThread(thread_name);
                setThreadKind(ThreadKind::Request);
                call(handle);
                call = nullptr;
                state->end(handle);
            });
    } catch (const std::system_error&) {
        state_->entries.erase(handle);  // Out of threads; the caller hears it by the 0.
        return 0;
    }
    return handle;
}

bool NamedThreads::isStopRequested(Handle handle) const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->isStopRequested(handle);
}

bool NamedThreads::waitForStop(Handle handle,
                               std::chrono::steady_clock::time_point deadline) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_until(lock, deadline,
                                      [&] { return state_->isStopRequested(handle); });
}

void NamedThreads::requestStop(Handle handle) noexcept {
    {
        const std::lock_guard lock(state_->mutex);
        const auto found = state_->entries.find(handle);
        if (found != state_->entries.end()) {
            found->second.stop_requested = true;
        }
    }
    state_->changed.notify_all();
}

NamedThreads::Joined NamedThreads::join(Handle handle,
                                        std::chrono::steady_clock::time_point deadline) {
    requestStop(handle);
    std::thread ended;
    {
        std::unique_lock lock(state_->mutex);
        auto found = state_->entries.find(handle);
        if (found == state_->entries.end() ||
            found->second.thread.get_id() == std::this_thread::get_id()) {
            return Joined::Unknown;
        }
        state_->changed.wait_until(lock, deadline, [&] {
            found = state_->entries.find(handle);
            return found == state_->entries.end() || found->second.ended;
        });
        if (found == state_->entries.end()) {
            return Joined::Unknown;  // Somebody else joined it meanwhile.
        }
        if (!found->second.ended) {
            return Joined::Late;
        }
        ended = std::move(found->second.thread);
        state_->entries.erase(found);
    }
    ended.join();  // It has only its last return left.
    return Joined::Done;
}

bool NamedThreads::joinAll(std::chrono::steady_clock::time_point deadline) {
    std::vector<Handle> handles;
    {
        const std::lock_guard lock(state_->mutex);
        for (auto& [handle, entry] : state_->entries) {
            entry.stop_requested = true;
            handles.push_back(handle);
        }
    }
    state_->changed.notify_all();
    bool all = true;
    for (const Handle handle : handles) {
        all = join(handle, deadline) != Joined::Late && all;
    }
    return all;
}

std::size_t NamedThreads::count() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->entries.size();
}

std::vector<std::string> NamedThreads::names() const {
    const std::lock_guard lock(state_->mutex);
    std::vector<std::string> names;
    for (const auto& [handle, entry] : state_->entries) {
        names.push_back(entry.name);
    }
    return names;
}

}  // namespace mortise::run
