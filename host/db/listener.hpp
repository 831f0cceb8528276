// Listener: turns PostgreSQL's NOTIFY into calls.
//
// One connection and one thread for the whole host. The thread waits for the socket, for its own
// wake-up (somebody subscribed) and for the next ping, and reconnects with backoff when the
// connection dies. Notifications sent meanwhile are lost, and nobody can say which; so after a
// reconnect every subscriber is called with an empty channel and looks for itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "db/settings.hpp"
#include "db/statement.hpp"

namespace mortise::log {
class Log;
}

namespace mortise::db {

class Listener {
public:
    using Id = std::uint64_t;
    /// Runs on the listener's thread and must not block. An empty channel says that notifications
    /// may be missing.
    using Callback = std::function<void(std::string_view channel, std::string_view payload)>;

    Listener(ListenerSettings settings, log::Log& log);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Starts the thread. Never fails for want of a database.
    void start();
    /// Ends the thread; no callback runs afterwards.
    void stop();

    /// Calls back for every notification on `channel` from the moment the LISTEN reached
    /// PostgreSQL. Any thread; does not wait for the database. Nothing when the bound of
    /// subscriptions is reached. Throws mortise::Error INVALID_CHANNEL for a name that is empty,
    /// longer than 63 bytes or holds a zero byte.
    std::optional<Id> subscribe(std::string_view channel, Callback callback);
    /// Ends a subscription; when it returns no call for it is running or will come (called from the
    /// callback itself, none will come). False when `id` is unknown. Any thread.
    bool unsubscribe(Id id);

    /// True when all current subscriptions are in effect; waits for that. For tests and start-up.
    bool waitUntilListening(Deadline deadline);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::db
