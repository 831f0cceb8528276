#include "bridge/host_instance.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "bridge/failure.hpp"
#include "bridge/plugin_request.hpp"
#include "bridge/publication.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "cache/cache.hpp"
#include "db/async_connections.hpp"
#include "db/listener.hpp"
#include "http/route_rules.hpp"
#include "log/log.hpp"
#include "plugin/generation.hpp"
#include "run/reactor.hpp"
#include "run/reactor_calls.hpp"
#include "run/reactor_group.hpp"

namespace mortise::bridge {
namespace {

mortise_status query(const mortise_host*, mortise_str interface_id, std::uint32_t table_size_min,
                     const void** table, mortise_error* error) {
    if (table == nullptr) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", "no place for the table");
    }
    for (const Interface& each : interfaces()) {
        if (each.id != viewOf(interface_id)) {
            continue;
        }
        if (each.size < table_size_min) {
            return fail(error, MORTISE_UNSUPPORTED, "UNSUPPORTED",
                        "this host's table is smaller than the one the plugin was built against");
        }
        *table = each.table;
        return MORTISE_OK;
    }
    return fail(error, MORTISE_NOT_FOUND, "NOT_FOUND", "this host does not offer the interface");
}

http::Mode modeOf(std::uint32_t flags) noexcept {
    if ((flags & MORTISE_ROUTE_INLINE) != 0) {
        return http::Mode::Inline;
    }
    return (flags & MORTISE_ROUTE_ASYNC) != 0 ? http::Mode::Async : http::Mode::Blocking;
}

}  // namespace

/// A task on the executor; keeps its generation pinned until it ran.
struct HostInstance::PinnedTask final : run::Work {
    PinnedTask(HostInstance& instance, mortise_task task, void* task_context)
        : owner(instance), body(task), body_context(task_context) {}

    void run() noexcept override {
        const std::unique_ptr<PinnedTask> self(this);
        mortise_error error = blankError();
        const mortise_status status = callPlugin(error, [this] {
            body(body_context);
            return MORTISE_OK;
        });
        if (status != MORTISE_OK) {
            owner.services().log.error(
                "task.unhandled_error",
                {{"plugin", owner.pluginName()}, {"reason", std::string_view(error.message)}});
        }
        owner.unpin();
    }

    HostInstance& owner;
    mortise_task body;
    void* body_context;
};

/// What the timer thread runs: hands the task to the executor, and while the plugin's queue is full tries again later. The instance
/// knows its handle for as long as it exists, whether it ran, was cancelled or was dropped: while one is known the instance must
/// not be freed, see holdings().
struct HostInstance::TimerTask final : run::Work {
    TimerTask(HostInstance& instance, mortise_task task, void* task_context)
        : owner(instance), body(task), body_context(task_context) {}
    TimerTask(const TimerTask&) = delete;
    TimerTask& operator=(const TimerTask&) = delete;
    ~TimerTask() override {
        {
            const std::lock_guard lock(owner.mutex_);
            std::erase(owner.timers_, handle);
        }
        if (is_pinned) {
            owner.unpin();  // Last: without it the owner may go.
        }
    }

    void run() noexcept override {
        std::unique_ptr<run::Work> self(this);
        if (owner.submit(body, body_context) != Submission::Refused) {
            return;
        }
        const auto due = std::chrono::steady_clock::now() + pause;
        pause = std::min(pause * 2, limits::kTaskRetryMax);
        HostInstance& instance = owner;
        if (!instance.services_->timers.again(due, self)) {
            instance.reportDropped();
        }
    }

    HostInstance& owner;
    mortise_task body;
    void* body_context;
    bool is_pinned = false;  // It holds a pin of the generation while it waits.
    std::chrono::milliseconds pause = limits::kTaskRetryMin;
    run::TimerThread::Handle handle = 0;  // Guarded by the owner's mutex_.
};

HostInstance::HostInstance(plugin::Generation& generation, Services* services, Values settings)
    : generation_(generation),
      services_(services),
      name_(generation.name()),
      settings_(std::move(settings)),
      facts_(services == nullptr ? Values() : services->facts),
      async_db_(std::make_shared<AsyncSlots>()) {
    handle_.struct_size = sizeof(mortise_host);
    handle_.abi_version = MORTISE_ABI_VERSION;
    handle_.query = &query;
    handle_.instance = this;
    declaration_.instance = this;
    if (services_ != nullptr) {
        lane_ = std::make_unique<run::Lane>(services_->executor, name_, services_->lane_concurrency,
                                            services_->lane_queue_max);
        async_db_->resize(services_->reactors.size());
        if (services_->cache != nullptr) {
            cache_ = services_->cache->space(name_);
        }
    }
}

HostInstance::~HostInstance() {
    close();
}

HostInstance& HostInstance::of(const mortise_host* host) noexcept {
    return *static_cast<const Handle*>(host)->instance;
}

HostInstance& HostInstance::of(mortise_declaration* declaration) noexcept {
    return *static_cast<Declaration*>(declaration)->instance;
}

const mortise_declare* HostInstance::declareTable() const noexcept {
    return &bridge::declareTable();
}

void HostInstance::cancel() noexcept {
    cancelled_.store(true, std::memory_order_relaxed);
    waits_.cancel();
    cache_waits_.cancel();
    stopAsyncDb();
}

void HostInstance::close() noexcept {
    if (closed_.exchange(true, std::memory_order_seq_cst) || services_ == nullptr) {
        return;
    }
    cancelled_.store(true, std::memory_order_relaxed);
    cache_waits_.cancel();
    std::vector<run::TimerThread::Handle> timers;
    std::vector<std::uint64_t> subscriptions;
    {
        const std::lock_guard lock(mutex_);
        timers = timers_;
        subscriptions.swap(subscriptions_);
    }
    // What cancel() gives back is destroyed at once and takes its handle along; one that hangs stays known to holdings().
    for (const run::TimerThread::Handle timer : timers) {
        services_->timers.cancel(timer);
    }
    for (const std::uint64_t subscription : subscriptions) {
        services_->listener.unsubscribe(subscription);
    }
    waits_.cancel();
    stopAsyncDb();
}

void HostInstance::stopAsyncDb() noexcept {
    const auto calls = std::make_shared<run::ReactorCalls>();
    for (std::size_t index = 0; index < async_db_->size(); ++index) {
        run::ReactorCalls::post(calls, services_->reactors.at(index),
                                [slots = async_db_, index, is_last = isClosed()] {
                                    std::unique_ptr<db::AsyncConnections>& slot = slots->at(index);
                                    if (slot) {
                                        slot->stop();
                                    }
                                    if (is_last) {
                                        slot.reset();
                                    }
                                });
    }
    // It only closes sockets. If a reactor stalls, the watchdog names what stalls it, and the sockets are closed later.
    static_cast<void>(calls->wait(std::chrono::steady_clock::now() + limits::kReactorPatience));
}

std::vector<std::string> HostInstance::holdings() {
    std::vector<std::string> held;
    for (const std::string& name : threads_.names()) {
        held.push_back("thread \"" + name + "\" still runs");
    }
    {
        const std::lock_guard lock(mutex_);
        if (!timers_.empty()) {
            held.push_back("timers that have not ended: " + std::to_string(timers_.size()));
        }
    }
    if (services_ != nullptr && !services_->log.flush(limits::kLogFlushDeadline)) {
        held.push_back("the log queue still holds its records");
    }
    return held;
}

bool HostInstance::pin() noexcept {
    // In this order: close() sets the flag and its caller looks at the pins afterwards, so one of the two sees the other.
    generation_.pin();
    if (isClosed()) {
        generation_.unpin();
        return false;
    }
    return true;
}

void HostInstance::unpin() noexcept {
    generation_.unpin();
}

HostInstance::Submission HostInstance::submit(mortise_task task, void* task_context) noexcept {
    if (!pin()) {
        return Submission::Closed;
    }
    std::unique_ptr<run::Work> work(new (std::nothrow) PinnedTask(*this, task, task_context));
    if (!work || !services_->executor.submit(*lane_, work)) {
        unpin();
        return Submission::Refused;
    }
    // The executor runs it, and it deletes itself.
    [[maybe_unused]] run::Work* running = work.release();
    return Submission::Taken;
}

void HostInstance::reportDropped() noexcept {
    services_->log.warning("task.dropped",
                           {{"plugin", pluginName()}, {"reason", "the queue is full"}});
}

void HostInstance::runTask(mortise_task task, void* task_context) noexcept {
    if (submit(task, task_context) != Submission::Refused || !pin()) {
        return;
    }
    // The queue is full: it waits as a timer does, with the pin that its contract promises.
    std::unique_ptr<TimerTask> waiting(new (std::nothrow) TimerTask(*this, task, task_context));
    if (!waiting) {
        unpin();
        reportDropped();
        return;
    }
    waiting->is_pinned = true;  // From now on its end gives the pin back.
    if (start(std::move(waiting), limits::kTaskRetryMin) == 0 && !isClosed()) {
        reportDropped();
    }
}

db::AsyncConnections* HostInstance::asyncDb() {
    run::Reactor* reactor = run::Reactor::current();
    if (reactor == nullptr || isClosed() || isCancelled()) {
        return nullptr;
    }
    std::unique_ptr<db::AsyncConnections>& slot = async_db_->at(reactor->index());
    if (!slot) {
        slot = std::make_unique<db::AsyncConnections>(*reactor, services_->async_db, name_,
                                                      services_->log);
    }
    return slot.get();
}

mortise_handle HostInstance::startTimer(std::chrono::milliseconds delay, mortise_task task,
                                        void* task_context,
                                        run::TimerThread::Bound bound) noexcept {
    std::unique_ptr<TimerTask> timer(new (std::nothrow) TimerTask(*this, task, task_context));
    return timer ? start(std::move(timer), delay, bound) : 0;
}

mortise_handle HostInstance::start(std::unique_ptr<TimerTask> task, std::chrono::milliseconds delay,
                                   run::TimerThread::Bound bound) noexcept {
    TimerTask* const timer = task.get();
    // Before the lock: a work that was not taken is destroyed after it, and its destructor locks too.
    std::unique_ptr<run::Work> work = std::move(task);
    const std::lock_guard lock(mutex_);
    const bool is_full =
        bound == run::TimerThread::Bound::Counted && timers_.size() >= limits::kPluginTimerCountMax;
    // Checked under the lock that close() takes, so that no timer is started behind its back.
    if (is_full || isClosed()) {
        return 0;
    }
    try {
        timers_.reserve(timers_.size() + 1);  // Afterwards nothing can fail any more.
        const auto due = std::chrono::steady_clock::now() + delay;
        const mortise_handle handle = services_->timers.at(due, work, bound);
        if (handle != 0) {
            timer->handle = handle;  // It may fire already; its end waits for the lock.
            timers_.push_back(handle);
        }
        return handle;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

std::string HostInstance::describeTimerBound() {
    const std::lock_guard lock(mutex_);
    const bool is_own = timers_.size() >= limits::kPluginTimerCountMax;
    const std::size_t bound = is_own ? limits::kPluginTimerCountMax : limits::kTimerCountMax;
    return std::string("too many timers of this ") + (is_own ? "plugin" : "host") + " wait (" +
           std::to_string(bound) + ")";
}

bool HostInstance::cancelTimer(mortise_handle timer) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (std::find(timers_.begin(), timers_.end(), timer) == timers_.end()) {
            return false;  // Perhaps of another plugin.
        }
    }
    return services_->timers.cancel(timer) != nullptr;
}

mortise_handle HostInstance::subscribe(std::string_view channel, mortise_notification notify,
                                       void* notification_context) {
    const std::lock_guard lock(mutex_);
    if (isClosed()) {
        return 0;
    }
    const auto id = services_->listener.subscribe(
        channel, [notify, notification_context](std::string_view name, std::string_view payload) {
            mortise_error error = blankError();
            const mortise_status status = callPlugin(error, [&] {
                notify(notification_context, strOf(name), strOf(payload));
                return MORTISE_OK;
            });
            if (status != MORTISE_OK) {
                throw Error::internal(error.message);  // The listener says which channel it was.
            }
        });
    if (!id) {
        return 0;
    }
    subscriptions_.push_back(*id);
    return *id;
}

bool HostInstance::unsubscribe(mortise_handle subscription) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (std::erase(subscriptions_, subscription) == 0) {
            return false;
        }
    }
    return services_->listener.unsubscribe(subscription);
}

const std::vector<const http::Route*>& HostInstance::routes() {
    if (routes_made_) {
        return routes_;
    }
    for (const plugin::DeclaredRoute& declared : generation_.ledger().routes()) {
        targets_.push_back(std::make_unique<PluginTarget>(*this, declared));
        http::Route& route = route_storage_.emplace_back(routeOf(declared, name_));
        route.target = targets_.back().get();
        route.lane = lane_.get();
        route.activity =
            services_->publication.intern(name_ + " " + declared.method + " " + declared.display);
        routes_.push_back(&route);
    }
    routes_made_ = true;
    return routes_;
}

http::Route routeOf(const plugin::DeclaredRoute& declared, const std::string& plugin_name) {
    http::Route route;
    route.method = http::methodOf(declared.method);
    route.pattern = declared.pattern;
    route.display = declared.display;
    route.plugin = plugin_name;
    route.mode = modeOf(declared.flags);
    route.access =
        declared.access == MORTISE_ACCESS_PUBLIC ? http::Access::Public : http::Access::User;
    route.roles = declared.roles;
    route.scopes = declared.scopes;
    route.deadline = std::chrono::milliseconds(declared.deadline_ms);
    route.body_size_max = declared.body_size_max;
    route.headers = declared.headers;
    route.takes_json = (declared.flags & MORTISE_ROUTE_JSON_BODY) != 0;
    route.takes_form = (declared.flags & MORTISE_ROUTE_FORM_BODY) != 0;
    route.takes_multipart = (declared.flags & MORTISE_ROUTE_MULTIPART_BODY) != 0;
    route.body_optional =
        !http::takesBody(route) || (declared.flags & MORTISE_ROUTE_OPTIONAL_BODY) != 0;
    return route;
}

}  // namespace mortise::bridge
