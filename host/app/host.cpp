#include "app/host.hpp"

#include <unistd.h>

#include <algorithm>

#include "admin/control_server.hpp"
#include "admin/plugin_commands.hpp"
#include "app/parts.hpp"
#include "app/plugin_files.hpp"
#include "app/settings.hpp"
#include "app/version.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "lifecycle/deadline_guard.hpp"
#include "lifecycle/signals.hpp"
#include "lifecycle/stages.hpp"
#include "limits.hpp"

namespace mortise::app {
namespace {

using std::chrono::steady_clock;

/// Exit code of a process that was asked to end twice, as a shell reports SIGINT.
constexpr int kForcedExit = 130;
/// Exit code of a process that could not end as it should.
constexpr int kFailedExit = 1;

}  // namespace

struct Host::State final : lifecycle::SignalHandler {
    State(Configuration& host_configuration, HostOptions host_options)
        : options(std::move(host_options)),
          parts(host_configuration, options.log_sink,
                options.plugin_clock != nullptr ? *options.plugin_clock : systemClock()),
          stages(parts.log) {}

    HostOptions options;
    Parts parts;
    plugin::BootReport boot_report;
    std::optional<admin::PluginCommands> commands;
    std::optional<admin::ControlServer> control;
    run::NamedThreads::Handle retry_thread = 0;
    bool is_listening = false;
    lifecycle::Stages stages;

    const config::Config& config() const { return parts.configuration.host(); }

    void onShutdown(int signal) noexcept override;
    void onForce(int signal) noexcept override;
    void onReload() noexcept override;

    std::vector<std::filesystem::path> files() const;
    void addStages();
    void startStages();
    void startThreads();
    void startControl();
    void stopControl();
    void startListeners();
    void startDatabase();
    void startIdentity();
    void migrate(const std::vector<db::MigrationLine>& lines);
    void startPlugins();
    void stopThreads();
    void stopListeners(lifecycle::Deadline deadline);
    void stopDatabase(lifecycle::Deadline deadline);
    void stopPlugins(lifecycle::Deadline deadline);
    void retryDegraded(run::NamedThreads::Handle self);
    void announce();
    void drain();
    std::vector<lifecycle::StageFailure> stop();
    [[noreturn]] void endNow(int exit_code) noexcept;
    void leaveWhenOccupied() noexcept;
    std::chrono::milliseconds stopPatience() const;
};

void Host::State::onShutdown(int signal) noexcept {
    if (parts.gate.advance(lifecycle::State::Draining)) {
        parts.log.info("app.draining", {{"signal", signal}});
    }
}

void Host::State::onForce(int signal) noexcept {
    parts.log.critical("app.forced", {{"signal", signal}});
    endNow(kForcedExit);
}

// Without destructors: threads may be inside code that does not return.
void Host::State::endNow(int exit_code) noexcept {
    if (parts.embedded) {
        parts.embedded->stop();
    }
    parts.log.flush(limits::kLogFlushDeadline);
    ::_exit(exit_code);
}

void Host::State::leaveWhenOccupied() noexcept {
    if (parts.registry.occupiedCount() != 0) {
        endNow(kFailedExit);
    }
}

void Host::State::onReload() noexcept {
    try {
        const Configuration next(parts.configuration.arguments());
        parts.log.setLevel(logSettings(next.host()).level);
        if (parts.issuer) {
            const auto keys = identity::KeyRing::load(keySettings(next));
            parts.issuer->replaceKeys(keys);
            parts.verifier->replaceKeys(keys);
            const std::lock_guard lock(parts.keys_mutex);
            parts.public_keys = keys->jwks();
        }
        parts.log.info("app.reloaded", {});
    } catch (const std::exception& error) {
        parts.log.error("app.reload_failed", {{"reason", error.what()}});
    }
}

std::vector<std::filesystem::path> Host::State::files() const {
    return options.plugin_files ? *options.plugin_files : pluginFiles(config());
}

void Host::State::startThreads() {
    makeDirectory(parts.configuration.stateDirectory(), 0755);
    parts.reactors.start();
    parts.tracer.start();
    // Until its plugin is up a route answers 503, not 404.
    parts.publication.publish(startingSet(files()));
}

void Host::State::stopThreads() {
    if (const std::size_t occupied = parts.registry.occupiedCount(); occupied != 0) {
        throw Error::internal("threads are still inside code of " + std::to_string(occupied) +
                              " plugin generation(s) and end with the process");
    }
    parts.threads.joinAll(steady_clock::now() + limits::kStageStopDeadline);
    parts.timers.stop();
    parts.outgoing.stop();  // Outcomes arrive on executor and reactors.
    parts.executor.stop();
    parts.server.reset();  // After the executor: a handler that still ran owned its exchange.
    parts.cpu_pool.stop();
    parts.reactors.stop();
    parts.tracer.stop(steady_clock::now() + limits::kTraceFlushDeadline);
}

void Host::State::startControl() {
    admin::CommandHooks hooks;
    if (config().isDevelopment()) {
        hooks.before_apply = [this](const std::filesystem::path& file) {
            migrate(migrationLines({file}));
        };
    }
    hooks.embedded_url = [this] { return parts.embedded ? parts.embedded->url() : std::string(); };
    commands.emplace(parts.registry, parts.log, std::move(hooks));
    control.emplace(parts.configuration.controlSocket(), *commands, parts.log);
    control->start();
}

void Host::State::stopControl() {
    if (control) {
        control->stop();
    }
}

void Host::State::startListeners() {
    parts.server.emplace(parts.reactors, *parts.pipeline, parts.log, serverSettings(config()));
    parts.server->start();
    is_listening = true;
}

void Host::State::stopListeners(lifecycle::Deadline deadline) {
    if (!std::exchange(is_listening, false)) {
        return;
    }
    parts.server->stopAccepting();
    if (!parts.server->drain(deadline)) {
        parts.log.warning("app.requests_cut", {});
    }
}

void Host::State::startDatabase() {
    std::string url = config().text("database.url");
    if (wantsEmbedded(config())) {
        parts.embedded.emplace(embeddedSettings(parts.configuration), parts.log);
        parts.embedded->start();
        url = parts.embedded->url();
    }
    const db::ConnectionSettings connection = connectionSettings(config(), url);
    parts.pool.emplace(poolSettings(config(), url), parts.log);
    parts.listener.emplace(db::ListenerSettings{connection}, parts.log);
    parts.listener->start();
    parts.migrator.emplace(db::MigratorSettings{connection}, parts.log);
    parts.ready_pool.store(&*parts.pool, std::memory_order_release);
}

void Host::State::stopDatabase(lifecycle::Deadline deadline) {
    if (parts.listener) {
        parts.listener->stop();
    }
    if (parts.pool && !parts.pool->close(deadline)) {
        parts.log.warning("app.leases_left", {{"count", parts.pool->stats().leased}});
    }
    if (parts.embedded) {
        parts.embedded->stop();
    }
}

void Host::State::startIdentity() {
    const config::Config& settings = config();
    parts.keys = identity::KeyRing::load(keySettings(parts.configuration));
    parts.issuer.emplace(parts.keys, parts.revocations, tokenSettings(settings));
    parts.verifier.emplace(parts.keys, parts.revocations, tokenSettings(settings));
    parts.authenticator.use(&*parts.verifier);
    const std::lock_guard lock(parts.keys_mutex);
    parts.public_keys = parts.keys->jwks();
}

void Host::State::migrate(const std::vector<db::MigrationLine>& lines) {
    for (const db::MigrationStep& step : parts.migrator->up(lines)) {
        parts.log.info("app.migrated",
                       {{"plugin", step.plugin}, {"version", step.version}, {"name", step.name}});
    }
}

void Host::State::startPlugins() {
    db::AsyncSettings async;
    async.connection = connectionSettings(
        config(), parts.embedded ? parts.embedded->url() : config().text("database.url"));
    parts.services.emplace(
        bridge::Services{parts.log,
                         parts.reactors,
                         parts.executor,
                         parts.timers,
                         parts.publication,
                         *parts.pool,
                         *parts.listener,
                         async,
                         parts.passwords,
                         *parts.issuer,
                         parts.revocations,
                         parts.signer,
                         parts.outgoing,
                         factsOf(config()),
                         static_cast<unsigned>(config().integer("run.plugin_concurrency_max")),
                         static_cast<unsigned>(config().integer("run.plugin_queue_max")),
                         config().duration("http.request_deadline_ms"),
                         config().boolean("database.echo"),
                         &systemClock(),
                         &parts.metrics,
                         &parts.tracer,
                         &parts.cache});
    parts.services->stand_in = options.stand_in;
    parts.services->outgoing_stand_in = options.outgoing_stand_in;
    if (options.plugin_clock != nullptr) {
        parts.services->clock = options.plugin_clock;
    }
    parts.binding.emplace(&*parts.services, parts.source);
    plugin::SwapSettings settings = swapSettings(parts.configuration);
    settings.played_plugins = options.played_plugins;
    parts.swap.emplace(std::move(settings), *parts.binding, parts.publication, parts.registry,
                       parts.log);
    boot_report = parts.swap->boot(files());
    const plugin::BootReport& report = boot_report;
    for (const std::string& note : report.notes) {
        parts.log.warning("app.plugin_skipped", {{"reason", note}});
    }
    if (!report.allServing() && config().boolean("plugins.strict_boot")) {
        throw Error::internal("a plugin did not start and plugins.strict_boot is on; see the log");
    }
    for (const std::string& warning : parts.configuration.checkUnknown()) {
        parts.log.warning("app.setting_unknown", {{"reason", warning}});
    }
    if (commands) {
        commands->use(&*parts.swap);
    }
    retry_thread = parts.threads.start(
        "plugin-retry", [this](run::NamedThreads::Handle self) { retryDegraded(self); });
}

void Host::State::retryDegraded(run::NamedThreads::Handle self) {
    auto pause = limits::kDegradedRetryMin;
    while (!parts.threads.waitForStop(self, steady_clock::now() + pause)) {
        const std::size_t left = parts.swap->retryDegraded();
        pause =
            left == 0 ? limits::kDegradedRetryMin : std::min(pause * 2, limits::kDegradedRetryMax);
    }
}

void Host::State::stopPlugins(lifecycle::Deadline deadline) {
    parts.threads.join(retry_thread, deadline);
    if (commands) {
        commands->use(nullptr);
    }
    if (!parts.swap) {
        return;
    }
    std::string left;
    for (const plugin::ChangeReport& report : parts.swap->shutdown(deadline)) {
        if (report.outcome != plugin::Outcome::Done) {
            left += (left.empty() ? "" : "; ") + report.plugin + ": " + report.reason;
        }
    }
    if (!left.empty()) {
        throw Error::internal(left);
    }
}

void Host::State::announce() {
    const std::string base = "http://" + parts.server->addresses().front();
    parts.log.info("app.ready", {{"url", base},
                                 {"docs", config().boolean("docs.enabled") ? base + "/docs" : ""},
                                 {"control", parts.configuration.controlSocket().string()},
                                 {"plugins", parts.registry.snapshot().size()}});
}

void Host::State::addStages() {
    using lifecycle::Deadline;
    const auto deadline = config().duration("shutdown.deadline_ms");
    stages.add({"threads", [this] { startThreads(); }, [this](Deadline) { stopThreads(); }});
    if (options.has_edges) {
        stages.add({"control", [this] { startControl(); }, [this](Deadline) { stopControl(); }});
        stages.add({"listeners", [this] { startListeners(); },
                    [this](Deadline until) { stopListeners(until); }, deadline});
    }
    stages.add(
        {"database", [this] { startDatabase(); }, [this](Deadline until) { stopDatabase(until); }});
    stages.add({"identity", [this] { startIdentity(); }, {}});
    if (config().isDevelopment()) {
        // Elsewhere it is a separate step, so that a person decides when a schema changes.
        stages.add({"schema", [this] { migrate(migrationLines(files())); }, {}});
    }
    stages.add({"plugins", [this] { startPlugins(); },
                [this](Deadline until) { stopPlugins(until); }, deadline});
}

void Host::State::drain() {
    // Load balancers see /ready fail and send traffic elsewhere while requests are still served.
    const auto delay = config().duration("shutdown.drain_delay_ms");
    static_cast<void>(parts.gate.waitFor(lifecycle::State::Stopped, steady_clock::now() + delay));
    // Requests end before their plugins stop, so this comes before the stages go down in reverse.
    stopListeners(steady_clock::now() + config().duration("shutdown.deadline_ms"));
}

void Host::State::startStages() {
    parts.log.info("app.starting", {{"name", config().text("name")},
                                    {"version", config().text("version")},
                                    {"environment", config().text("environment")},
                                    {"host_version", kVersion}});
    addStages();
    try {
        stages.start();
    } catch (const std::exception& error) {
        parts.log.error("app.start_failed", {{"reason", error.what()}});
        throw;
    }
}

std::vector<lifecycle::StageFailure> Host::State::stop() {
    const auto failures =
        stages.stop(steady_clock::now() + config().duration("shutdown.deadline_ms") +
                    limits::kStageStopDeadline);
    for (const lifecycle::StageFailure& failure : failures) {
        parts.log.error("app.stop_failed", {{"stage", failure.stage}, {"reason", failure.reason}});
    }
    return failures;
}

// What drain() and stop() may take by their own deadlines, and something for what does not keep them.
std::chrono::milliseconds Host::State::stopPatience() const {
    return config().duration("shutdown.drain_delay_ms") +
           2 * config().duration("shutdown.deadline_ms") + 2 * limits::kStageStopDeadline;
}

Host::Host(Configuration& configuration, HostOptions options)
    : state_(std::make_unique<State>(configuration, std::move(options))) {}

Host::~Host() = default;

void Host::requestStop() noexcept {
    state_->onShutdown(0);
}

void Host::start() {
    state_->startStages();
    static_cast<void>(state_->parts.gate.advance(lifecycle::State::Ready));
}

std::vector<lifecycle::StageFailure> Host::stop() {
    static_cast<void>(state_->parts.gate.advance(lifecycle::State::Draining));
    auto failures = state_->stop();
    static_cast<void>(state_->parts.gate.advance(lifecycle::State::Stopped));
    state_->parts.log.flush(limits::kLogFlushDeadline);
    return failures;
}

bool Host::isOccupied() const noexcept {
    return state_->parts.registry.occupiedCount() != 0;
}

Parts& Host::parts() noexcept {
    return state_->parts;
}

const plugin::BootReport& Host::bootReport() const noexcept {
    return state_->boot_report;
}

int Host::run() {
    State& state = *state_;
    const lifecycle::Signals signals(state);
    try {
        state.startStages();
    } catch (const std::exception&) {
        state.leaveWhenOccupied();
        throw;
    }
    if (state.parts.gate.advance(lifecycle::State::Ready)) {
        state.announce();
    }
    while (!state.parts.gate.waitFor(lifecycle::State::Draining,
                                     steady_clock::now() + limits::kSignalWait)) {
    }
    const lifecycle::DeadlineGuard guard(steady_clock::now() + state.stopPatience(), [&state] {
        state.parts.log.critical("app.overdue", {});
        state.endNow(kFailedExit);
    });
    state.drain();
    const auto failures = state.stop();
    state.leaveWhenOccupied();
    state.parts.log.info("app.shutdown_complete", {});
    state.parts.gate.advance(lifecycle::State::Stopped);
    state.parts.log.flush(limits::kLogFlushDeadline);
    return failures.empty() ? 0 : kFailedExit;
}

}  // namespace mortise::app
