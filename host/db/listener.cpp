#include "db/listener.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "db/engine/backoff.hpp"
#include "db/engine/connection.hpp"
#include "db/failure.hpp"
#include "log/log.hpp"
#include "run/thread_name.hpp"

namespace mortise::db {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

struct Subscription {
    std::string channel;
    std::shared_ptr<const Listener::Callback> callback;
};

void checkChannel(std::string_view channel) {
    if (channel.empty() || channel.size() > limits::kIdentifierSizeMax ||
        channel.find('\0') != std::string_view::npos) {
        throw Error(500, "INVALID_CHANNEL",
                    "a channel has 1 to " + std::to_string(limits::kIdentifierSizeMax) +
                        " bytes, none of them zero");
    }
}

}  // namespace

struct Listener::State {
    State(ListenerSettings listener_settings, log::Log& listener_log)
        : settings(std::move(listener_settings)),
          log(listener_log),
          wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          backoff(settings.connection.retry_min, settings.connection.retry_max) {
        if (!wake) {
            throw Error::internal("could not make the wake-up of the listener");
        }
    }

    void run() noexcept;
    void serve(Connection& connection);
    void waitForEvents(Connection& connection);
    void applyChannels(Connection& connection, std::set<std::string>& listening);
    void drain(Connection& connection);
    void tell(std::string_view channel, std::string_view payload);
    void call(Id id, std::string_view channel, std::string_view payload) noexcept;
    void sleep(milliseconds time) noexcept;
    void wakeUp() noexcept;

    const ListenerSettings settings;
    log::Log& log;
    UniqueFd wake;
    std::thread thread;
    std::atomic<bool> stop_requested{
        false};  // Read after the wake-up that follows it; nothing else hangs on it.

    std::mutex mutex;  // Guards everything up to the next comment.
    std::condition_variable changed;
    std::map<Id, Subscription> subscriptions;
    Id last_id = 0;
    Id running = 0;                     // The subscription whose callback runs.
    std::uint64_t wanted_version = 0;   // Counts changes of `subscriptions`.
    std::uint64_t applied_version = 0;  // What of them PostgreSQL knows.
    bool is_connected = false;

    // Used by the thread only.
    Backoff backoff;
    bool was_connected = false;
};

void Listener::State::wakeUp() noexcept {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the thread is awake anyway.
    [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof one);
}

void Listener::State::sleep(milliseconds time) noexcept {
    pollfd descriptor{wake.get(), POLLIN, 0};
    // A wake-up that is left unread would make the next sleep short; a subscription may well try
    // again at once.
    if (::poll(&descriptor, 1, static_cast<int>(time.count())) > 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto size = ::read(wake.get(), &count, sizeof count);
    }
}

void Listener::State::run() noexcept {
    run::nameThread("db-listener");
    while (!stop_requested) {
        try {
            const auto connection = Connection::open(
                settings.connection, steady_clock::now() + settings.connection.connect_timeout);
            serve(*connection);
        } catch (const std::exception& error) {
            if (backoff.isReset()) {
                log.warning("database.listener_lost", {{"reason", error.what()}});
            }
            const std::lock_guard lock(mutex);
            is_connected = false;
        }
        if (!stop_requested) {
            sleep(backoff.next());
        }
    }
}

// Returns when the thread shall stop; throws Failure when the connection died.
void Listener::State::serve(Connection& connection) {
    std::set<std::string> listening;
    applyChannels(connection, listening);
    backoff.reset();
    if (std::exchange(was_connected, true)) {
        log.info("database.listener_recovered");
        tell("", "");
    }
    drain(connection);  // What came with the answers to LISTEN makes no socket readable.
    while (!stop_requested) {
        waitForEvents(connection);
        applyChannels(connection, listening);
        drain(connection);
    }
}

void Listener::State::waitForEvents(Connection& connection) {
    std::array descriptors{pollfd{connection.socket(), POLLIN, 0}, pollfd{wake.get(), POLLIN, 0}};
    const int ready = ::poll(descriptors.data(), descriptors.size(),
                             static_cast<int>(settings.ping_interval.count()));
    if (ready == 0) {
        connection.query("SELECT 1", steady_clock::now() + limits::kDatabasePingDeadline);
    }
    if (descriptors[1].revents != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto size = ::read(wake.get(), &count, sizeof count);
    }
    if (descriptors[0].revents != 0 && !connection.takeInput()) {
        throw Failure(FailureKind::DatabaseUnavailable, "the listening connection was lost");
    }
}

void Listener::State::applyChannels(Connection& connection, std::set<std::string>& listening) {
    std::set<std::string> wanted;
    std::uint64_t version = 0;
    {
        const std::lock_guard lock(mutex);
        if (is_connected && applied_version == wanted_version) {
            return;
        }
        version = wanted_version;
        for (const auto& [id, subscription] : subscriptions) {
            wanted.insert(subscription.channel);
        }
    }
    const Deadline deadline = steady_clock::now() + settings.connection.connect_timeout;
    for (const std::string& channel : wanted) {
        if (!listening.contains(channel)) {
            connection.query("LISTEN " + wire::quoteIdentifier(channel), deadline);
        }
    }
    for (const std::string& channel : listening) {
        if (!wanted.contains(channel)) {
            connection.query("UNLISTEN " + wire::quoteIdentifier(channel), deadline);
        }
    }
    listening = std::move(wanted);
    const std::lock_guard lock(mutex);
    applied_version = version;
    is_connected = true;
    changed.notify_all();
}

void Listener::State::drain(Connection& connection) {
    Connection::Notification notification;
    while (connection.nextNotification(notification)) {
        tell(notification.channel, notification.payload);
    }
}

// An empty channel is for everybody.
void Listener::State::tell(std::string_view channel, std::string_view payload) {
    std::vector<Id> ids;
    {
        const std::lock_guard lock(mutex);
        for (const auto& [id, subscription] : subscriptions) {
            if (channel.empty() || subscription.channel == channel) {
                ids.push_back(id);
            }
        }
    }
    for (const Id id : ids) {
        call(id, channel, payload);
    }
}

void Listener::State::call(Id id, std::string_view channel, std::string_view payload) noexcept {
    std::shared_ptr<const Callback> callback;
    {
        const std::lock_guard lock(mutex);
        const auto found = subscriptions.find(id);
        if (found == subscriptions.end()) {
            return;  // It ended since.
        }
        callback = found->second.callback;
        running = id;
    }
    try {
        (*callback)(channel, payload);
    } catch (const std::exception& error) {
        log.error("database.notification_failed", {{"channel", channel}, {"reason", error.what()}});
    } catch (...) {
        log.error("database.notification_failed",
                  {{"channel", channel}, {"reason", "unknown exception"}});
    }
    callback.reset();  // What it holds goes before unsubscribe() returns.
    const std::lock_guard lock(mutex);
    running = 0;
    changed.notify_all();
}

Listener::Listener(ListenerSettings settings, log::Log& log)
    : state_(std::make_unique<State>(std::move(settings), log)) {}

Listener::~Listener() {
    stop();
}

void Listener::start() {
    MORTISE_ASSERT(!state_->thread.joinable(), "a listener starts once");
    state_->stop_requested = false;
    state_->thread = std::thread([state = state_.get()] { state->run(); });
}

void Listener::stop() {
    if (state_->thread.joinable()) {
        state_->stop_requested = true;
        state_->wakeUp();
        state_->thread.join();
        const std::lock_guard lock(state_->mutex);
        state_->is_connected = false;
    }
}

std::optional<Listener::Id> Listener::subscribe(std::string_view channel, Callback callback) {
    checkChannel(channel);
    Id id = 0;
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->subscriptions.size() >= limits::kSubscriptionCountMax) {
            return std::nullopt;
        }
        id = ++state_->last_id;
        state_->subscriptions.emplace(
            id, Subscription{std::string(channel),
                             std::make_shared<const Callback>(std::move(callback))});
        ++state_->wanted_version;
    }
    state_->wakeUp();
    return id;
}

bool Listener::unsubscribe(Id id) {
    Subscription
        ended;  // Goes when the lock is free again: what the callback holds may do anything.
    std::unique_lock lock(state_->mutex);
    const auto found = state_->subscriptions.find(id);
    if (found == state_->subscriptions.end()) {
        return false;
    }
    ended = std::move(found->second);
    state_->subscriptions.erase(found);
    ++state_->wanted_version;
    state_->wakeUp();
    if (std::this_thread::get_id() != state_->thread.get_id()) {
        // Without a deadline: the caller unloads the code of the callback next, and no lateness
        // would make that safe.
        state_->changed.wait(lock, [this, id] { return state_->running != id; });
    }
    return true;
}

bool Listener::waitUntilListening(Deadline deadline) {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_until(lock, deadline, [this] {
        return state_->is_connected && state_->applied_version == state_->wanted_version;
    });
}

}  // namespace mortise::db
