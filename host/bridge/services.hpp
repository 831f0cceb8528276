// Services: everything of the host that the tables reach, by reference. app builds it; it outlives every generation.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/settings.hpp"

namespace mortise::log {
class Log;
}
namespace mortise::run {
class CpuPool;
class Executor;
class ReactorGroup;
class TimerThread;
}  // namespace mortise::run
namespace mortise::db {
class Listener;
class Pool;
}  // namespace mortise::db
namespace mortise::http {
class OutgoingClient;
}
namespace mortise::cache {
class Cache;
}
namespace mortise::metrics {
class Registry;
}
namespace mortise::trace {
class Tracer;
}
namespace mortise::identity {
class PasswordHasher;
class PluginSigner;
class Revocations;
class TokenIssuer;
}  // namespace mortise::identity

namespace mortise::bridge {

class OperationStandIn;
class OutgoingStandIn;
class Publication;

/// Canonical texts of a plugin's settings or of the host's public facts.
using Values = std::map<std::string, std::string, std::less<>>;

struct Services {
    log::Log& log;
    run::ReactorGroup& reactors;
    run::Executor& executor;
    run::TimerThread& timers;
    Publication& publication;
    db::Pool& pool;
    db::Listener& listener;
    db::AsyncSettings async_db;
    identity::PasswordHasher& passwords;
    identity::TokenIssuer& tokens;
    identity::Revocations& revocations;
    identity::PluginSigner& signer;
    http::OutgoingClient& outgoing;
    /// "environment", "name", "version", "debug", "host.version".
    Values facts;
    /// At most this many works of one plugin at once: its bulkhead.
    unsigned lane_concurrency = 16;
    /// Works of one plugin that may wait.
    unsigned lane_queue_max = 1024;
    std::chrono::milliseconds request_deadline{30'000};
    /// Log the text of every statement of a plugin.
    bool echoes_statements = false;
    /// What plugins take for the time; never null.
    const Clock* clock = &systemClock();
    /// Null: metrics of plugins are not kept.
    metrics::Registry* metrics = nullptr;
    /// Null: no spans are recorded.
    trace::Tracer* tracer = nullptr;
    /// Null: plugins have no cache.
    cache::Cache* cache = nullptr;
    /// Asked before the plugins; nullptr in a host that serves.
    OperationStandIn* stand_in = nullptr;
    /// Asked in place of the network; nullptr in a host that serves.
    OutgoingStandIn* outgoing_stand_in = nullptr;
};

}  // namespace mortise::bridge
