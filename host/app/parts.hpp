// Parts: the objects of a running host, in the order in which they are made; destroyed in reverse.
//
// Split from Host so that one file says what exists and another how it starts and stops.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <shared_mutex>

#include "app/configuration.hpp"
#include "app/host_routes.hpp"
#include "bridge/binding.hpp"
#include "bridge/publication.hpp"
#include "bridge/services.hpp"
#include "cache/cache.hpp"
#include "db/embedded_postgres.hpp"
#include "db/listener.hpp"
#include "db/migrator.hpp"
#include "db/pool.hpp"
#include "http/authenticator.hpp"
#include "http/client/client.hpp"
#include "http/error_writer.hpp"
#include "http/rules/request_metrics.hpp"
#include "http/server.hpp"
#include "http/standard_pipeline.hpp"
#include "identity/digest.hpp"
#include "identity/keys.hpp"
#include "identity/passwords.hpp"
#include "identity/revocations.hpp"
#include "identity/tokens.hpp"
#include "lifecycle/gate.hpp"
#include "log/log.hpp"
#include "metrics/registry.hpp"
#include "plugin/registry.hpp"
#include "plugin/swap.hpp"
#include "run/cpu_pool.hpp"
#include "run/executor.hpp"
#include "run/named_threads.hpp"
#include "run/reactor_group.hpp"
#include "run/timer_thread.hpp"
#include "run/watchdog.hpp"
#include "trace/tracer.hpp"

namespace mortise::app {

/// Settings and schema versions for the bridge.
class HostPluginSource final : public bridge::PluginSource {
public:
    /// `pool` becomes known with the database stage; without it schemas cannot be judged.
    HostPluginSource(Configuration& configuration, const std::atomic<db::Pool*>& pool)
        : configuration_(configuration), pool_(pool) {}
    std::vector<std::string> resolveSettings(const std::string& plugin,
                                             const std::string& settings_json,
                                             bridge::Values& values) override;
    std::optional<std::map<std::string, unsigned>> schemaVersions() override;

private:
    Configuration& configuration_;
    const std::atomic<db::Pool*>& pool_;
};

/// The pipeline's view of the token verifier, which exists only after the identity stage.
class HostAuthenticator final : public http::Authenticator {
public:
    http::AuthResult authenticate(std::string_view token) noexcept override;
    void use(identity::TokenVerifier* verifier) noexcept {
        verifier_.store(verifier, std::memory_order_release);
    }

private:
    // Release/acquire: who sees the verifier sees it built.
    std::atomic<identity::TokenVerifier*> verifier_{nullptr};
};

struct Parts {
    /// Without `log_sink` lines go where the configuration says.
    explicit Parts(Configuration& host_configuration, log::Sink* log_sink = nullptr,
                   const Clock& plugin_clock = systemClock());

    Configuration& configuration;
    log::Log log;
    metrics::Registry metrics;
    http::RequestMetrics request_metrics;
    trace::Tracer tracer;
    cache::Cache cache;
    lifecycle::Gate gate;
    run::ReactorGroup reactors;
    run::Executor executor;
    run::Lane host_lane;
    run::CpuPool cpu_pool;
    run::TimerThread timers;
    run::NamedThreads threads;
    run::Watchdog watchdog;
    plugin::Registry registry;
    bridge::Publication publication;
    HostAuthenticator authenticator;
    identity::Revocations revocations;
    identity::PasswordHasher passwords;
    identity::PluginSigner signer;
    http::OutgoingClient outgoing;

    std::optional<db::EmbeddedPostgres> embedded;
    // Set once by the database stage; /ready asks from other threads before that.
    std::atomic<db::Pool*> ready_pool{nullptr};
    std::optional<db::Pool> pool;
    std::optional<db::Listener> listener;
    std::optional<db::Migrator> migrator;
    std::shared_ptr<const identity::KeyRing> keys;
    std::optional<identity::TokenIssuer> issuer;
    std::optional<identity::JwtVerifier> verifier;
    std::optional<bridge::Services> services;
    HostPluginSource source;
    std::optional<bridge::Binding> binding;
    std::optional<plugin::Swap> swap;

    std::mutex keys_mutex;  // Guards public_keys.
    std::string public_keys;
    std::optional<HostRoutes> routes;
    std::unique_ptr<http::ErrorWriter> errors;
    std::optional<http::StandardPipeline> pipeline;
    std::optional<http::Server> server;
};

}  // namespace mortise::app
