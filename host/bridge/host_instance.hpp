// HostInstance: the host as one generation of one plugin sees it, and everything that generation holds of the host.
//
// Problem: when a generation goes, nothing of it may be left anywhere: no timer, thread, subscription, queued task, connection.
// Choice:  all of these are made through this object and stand in its tables, so undo is one walk, and what is left can be named.
// Guarantee: after close() nothing new starts; holdings() is empty exactly when no thread can still run the plugin's code.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.hpp"
#include "bridge/cache_waits.hpp"
#include "bridge/observed.hpp"
#include "bridge/open_spans.hpp"
#include "bridge/services.hpp"
#include "bridge/waits.hpp"
#include "http/route.hpp"
#include "mortise/db.h"
#include "mortise/declare.h"
#include "mortise/tasks.h"
#include "plugin/binding.hpp"
#include "run/executor.hpp"
#include "run/named_threads.hpp"
#include "run/timer_thread.hpp"

struct mortise_declaration {};

namespace mortise::cache {
class Space;
}
namespace mortise::db {
class AsyncConnections;
}
namespace mortise::plugin {
struct DeclaredRoute;
}

namespace mortise::bridge {

class HostInstance final : public plugin::HostInstance {
public:
    /// `services` is nullptr in the probe child: there is no database, no thread, and their functions answer UNAVAILABLE.
    HostInstance(plugin::Generation& generation, Services* services, Values settings);
    ~HostInstance() override;

    static HostInstance& of(const mortise_host* host) noexcept;
    static HostInstance& of(mortise_declaration* declaration) noexcept;

    // plugin::HostInstance
    const mortise_host* host() const noexcept override { return &handle_; }
    const mortise_declare* declareTable() const noexcept override;
    mortise_declaration* declaration() noexcept override { return &declaration_; }
    void onActive() noexcept override { observed_.begin(); }
    void cancel() noexcept override;
    bool isCancelled() const noexcept override {
        return cancelled_.load(std::memory_order_relaxed);
    }
    void close() noexcept override;
    std::vector<std::string> holdings() override;

    plugin::Generation& generation() const noexcept { return generation_; }
    std::string_view pluginName() const noexcept { return name_; }
    bool isServing() const noexcept { return services_ != nullptr; }
    Services& services() const noexcept { return *services_; }
    const Values& settings() const noexcept { return settings_; }
    /// Empty in the probe child.
    const Values& facts() const noexcept { return facts_; }
    bool isClosed() const noexcept { return closed_.load(std::memory_order_seq_cst); }
    run::Lane& lane() noexcept { return *lane_; }
    Observed& observed() noexcept { return observed_; }
    /// That of the plugin's name; nullptr where there is none.
    cache::Space* cache() const noexcept { return cache_.get(); }
    CacheWaits& cacheWaits() noexcept { return cache_waits_; }

    /// Routes of the ledger with their targets, made at the first call; they live as long as this object.
    const std::vector<const http::Route*>& routes();

    /// Pins the generation; false once it is closed.
    bool pin() noexcept;
    void unpin() noexcept;

    /// Runs a task of the plugin on the executor, pinned meanwhile; dropped and logged when the lane is full.
    void runTask(mortise_task task, void* task_context) noexcept;

    /// Connections of the calling reactor, made at first use; nullptr after close().
    db::AsyncConnections* asyncDb();

    run::NamedThreads& threads() noexcept { return threads_; }
    /// 0 when a bound is reached or the instance is closed. A task that finds the plugin's queue full waits for room.
    mortise_handle startTimer(
        std::chrono::milliseconds delay, mortise_task task, void* task_context,
        run::TimerThread::Bound bound = run::TimerThread::Bound::Counted) noexcept;
    /// Which bound refuses a timer now.
    std::string describeTimerBound();
    bool cancelTimer(mortise_handle timer) noexcept;
    mortise_handle subscribe(std::string_view channel, mortise_notification notify,
                             void* notification_context);
    bool unsubscribe(mortise_handle subscription) noexcept;
    Waits& waits() noexcept { return waits_; }
    OpenSpans& openSpans() noexcept { return open_spans_; }

private:
    struct Handle : mortise_host {
        HostInstance* instance = nullptr;
    };
    struct Declaration : mortise_declaration {
        HostInstance* instance = nullptr;
    };
    struct PinnedTask;
    struct TimerTask;

    enum class Submission : std::uint8_t { Taken, Refused, Closed };

    void stopAsyncDb() noexcept;
    /// Hands a task to the executor, pinned until it ran.
    Submission submit(mortise_task task, void* task_context) noexcept;
    mortise_handle start(std::unique_ptr<TimerTask> task, std::chrono::milliseconds delay,
                         run::TimerThread::Bound bound = run::TimerThread::Bound::Counted) noexcept;
    void reportDropped() noexcept;

    plugin::Generation& generation_;
    Services* services_;
    const std::string name_;
    const Values settings_;
    const Values facts_;
    Handle handle_;
    Declaration declaration_;
    std::unique_ptr<run::Lane> lane_;
    // Read by units of work between two steps; nothing else is ordered by it.
    std::atomic<bool> cancelled_{false};
    // Sequentially consistent with the pins: see pin().
    std::atomic<bool> closed_{false};

    std::vector<std::unique_ptr<http::Target>> targets_;
    std::deque<http::Route> route_storage_;
    std::vector<const http::Route*> routes_;
    bool routes_made_ = false;

    Observed observed_{*this};
    std::shared_ptr<cache::Space> cache_;
    CacheWaits cache_waits_;
    run::NamedThreads threads_;
    Waits waits_;
    OpenSpans open_spans_;
    mutable std::mutex mutex_;  // Guards timers_ and subscriptions_.
    std::vector<run::TimerThread::Handle> timers_;
    std::vector<std::uint64_t> subscriptions_;
    using AsyncSlots = std::vector<std::unique_ptr<db::AsyncConnections>>;
    /// One slot per reactor, each touched by its reactor only. Shared with what waits in their mailboxes: a reactor that stalls
    /// may get to it when this object is gone.
    std::shared_ptr<AsyncSlots> async_db_;
};

/// A declared route as the router knows it, still without target and lane.
http::Route routeOf(const plugin::DeclaredRoute& declared, const std::string& plugin_name);

}  // namespace mortise::bridge
