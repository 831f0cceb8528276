#include "app/parts.hpp"

#include "api/envelope.hpp"
#include "app/host_metrics.hpp"
#include "app/settings.hpp"
#include "limits.hpp"

namespace mortise::app {
namespace {

HostAnswers answersOf(Parts& parts) {
    const config::Config& config = parts.configuration.host();
    HostAnswers answers;
    answers.name = config.text("name");
    answers.version = config.text("version");
    answers.readiness = [&parts] {
        return checkReadiness(parts.gate, parts.ready_pool.load(std::memory_order_acquire),
                              parts.registry, [&parts](const std::string& plugin) {
                                  const auto generation = parts.registry.serving(plugin);
                                  return generation ? bridge::healthOf(*generation)
                                                    : std::vector<bridge::Observed::CheckOutcome>();
                              });
    };
    answers.serves_metrics = config.boolean("metrics.enabled");
    answers.metrics = [&parts] { return parts.metrics.exposition(); };
    answers.document = [&parts] { return parts.publication.openApi(); };
    answers.public_keys = [&parts] {
        const std::lock_guard lock(parts.keys_mutex);
        return parts.public_keys;
    };
    answers.serves_docs = config.boolean("docs.enabled");
    answers.docs = docsSettings(config);
    return answers;
}

void reportStall(log::Log& log, const run::Watchdog::Stall& stall) {
    const log::Field fields[] = {{"reactor", stall.reactor},
                                 {"activity", stall.activity},
                                 {"lasted_ms", stall.lasted.count()},
                                 {"over", stall.over}};
    log.write(log::Level::Warning, "run.reactor_stalled", fields);
}

void reportExport(log::Log& log, const std::string& reason) {
    if (reason.empty()) {
        log.info("trace.export_recovered", {});
    } else {
        log.warning("trace.export_failed", {{"reason", reason}});
    }
}

}  // namespace

std::vector<std::string> HostPluginSource::resolveSettings(const std::string& plugin,
                                                           const std::string& settings_json,
                                                           bridge::Values& values) {
    return configuration_.resolvePlugin(plugin, settings_json, values);
}

std::optional<std::map<std::string, unsigned>> HostPluginSource::schemaVersions() {
    db::Pool* pool = pool_.load(std::memory_order_acquire);
    if (pool == nullptr) {
        return std::nullopt;
    }
    try {
        return db::Migrator::versions(
            *pool, std::chrono::steady_clock::now() + limits::kReadyCheckDeadline);
    } catch (const std::exception&) {
        // The database is away: readiness says so, and the plugin is judged again when it is back.
        return std::nullopt;
    }
}

http::AuthResult HostAuthenticator::authenticate(std::string_view token) noexcept {
    identity::TokenVerifier* verifier = verifier_.load(std::memory_order_acquire);
    if (verifier == nullptr) {
        return {http::AuthResult::Status::Unavailable, nullptr};
    }
    identity::VerifyResult result = verifier->verify(token);
    switch (result.state) {
        case identity::TokenState::Ok:
            return {http::AuthResult::Status::Ok, std::move(result.principal)};
        case identity::TokenState::Expired:
            return {http::AuthResult::Status::Expired, nullptr};
        case identity::TokenState::Invalid:
            break;
    }
    return {http::AuthResult::Status::Invalid, nullptr};
}

Parts::Parts(Configuration& host_configuration, log::Sink* log_sink, const Clock& plugin_clock)
    : configuration(host_configuration),
      log(log_sink == nullptr ? log::Log(logSettings(configuration.host()))
                              : log::Log(logSettings(configuration.host()), *log_sink)),
      tracer(traceSettings(configuration.host()),
             [this](const std::string& reason) { reportExport(log, reason); }),
      cache(static_cast<std::size_t>(configuration.host().integer("cache.bytes_per_plugin")),
            plugin_clock),
      reactors(reactorCount(configuration.host())),
      executor("request",
               static_cast<unsigned>(configuration.host().integer("run.executor_threads"))),
      host_lane(executor, "host", limits::kHostLaneConcurrency, limits::kLaneQueueMax),
      cpu_pool("cpu", cpuThreadCount(configuration.host())),
      timers("timer"),
      watchdog(reactors, limits::kReactorStall,
               [this](const run::Watchdog::Stall& stall) { reportStall(log, stall); }),
      publication(log),
      passwords(cpu_pool, passwordSettings(configuration.host())),
      signer(secretKey(configuration.host())),
      outgoing(outgoingSettings(configuration.host())),
      source(configuration, ready_pool),
      errors(std::make_unique<api::EnvelopeErrors>()) {
    routes.emplace(answersOf(*this), host_lane);
    publication.setHostRoutes(routes->routes(), routes->part(), apiInfo(configuration.host()));
    collectHostMetrics(*this);
    pipeline.emplace(http::PipelineParts{publication, executor, *errors, log, gate, &authenticator,
                                         &request_metrics, &tracer},
                     pipelineSettings(configuration.host()));
}

}  // namespace mortise::app
