#include "config/host_schema.hpp"

#include <utility>

#include "config/config.hpp"
#include "config/host_rules.hpp"
#include "limits.hpp"

namespace mortise::config {

namespace {

struct Bounds {
    std::int64_t standard;
    std::int64_t minimum;
    std::int64_t maximum;
};

Setting text(std::string key, std::string standard, std::string description) {
    Setting setting{.key = std::move(key), .description = std::move(description)};
    setting.standard = std::move(standard);
    return setting;
}

Setting secret(std::string key, std::string description) {
    Setting setting{.key = std::move(key), .description = std::move(description)};
    setting.secret = true;
    return setting;
}

Setting choice(std::string key, std::vector<std::string> choices, std::string description) {
    Setting setting = text(std::move(key), choices.front(), std::move(description));
    setting.choices = std::move(choices);
    return setting;
}

Setting flag(std::string key, bool standard, std::string description) {
    Setting setting = text(std::move(key), standard ? "true" : "false", std::move(description));
    setting.type = Type::Boolean;
    return setting;
}

Setting list(std::string key, std::string standard, std::string description) {
    Setting setting = text(std::move(key), std::move(standard), std::move(description));
    setting.type = Type::List;
    return setting;
}

Setting integer(std::string key, Bounds bounds, std::string description) {
    Setting setting = text(std::move(key), std::to_string(bounds.standard), std::move(description));
    setting.type = Type::Integer;
    setting.minimum = static_cast<double>(bounds.minimum);
    setting.maximum = static_cast<double>(bounds.maximum);
    return setting;
}

// From 0 to 1.
Setting fraction(std::string key, std::string standard, std::string description) {
    Setting setting = text(std::move(key), std::move(standard), std::move(description));
    setting.type = Type::Number;
    setting.minimum = 0;
    setting.maximum = 1;
    return setting;
}

// From `minimum_ms` to an hour.
Setting duration(std::string key, std::chrono::milliseconds standard, std::int64_t minimum_ms,
                 std::string description) {
    Setting setting =
        integer(std::move(key), {standard.count(), minimum_ms, 3'600'000}, std::move(description));
    setting.type = Type::DurationMs;
    return setting;
}

// A default that depends on the environment the host runs in.
Setting depending(Setting setting, std::string explanation,
                  std::function<std::optional<std::string>(const Config&)> derived) {
    setting.standard.reset();
    setting.derived = std::move(derived);
    setting.derived_text = std::move(explanation);
    return setting;
}

template <typename T>
constexpr std::int64_t number(T value) {
    return static_cast<std::int64_t>(value);
}

void addHost(Schema& schema) {
    schema.add(
        text("name", "My API", "Name of the application, as logs and the API document show it."));
    schema.add(text("version", "1.0.0", "Version of the application."));
    schema.add(choice("environment", {"development", "staging", "production"},
                      "Where the host runs; production adds rules and takes conveniences away."));
    schema.add(flag("debug", false, "Log level debug unless log.level says otherwise."));
    schema.add(depending(
        text("host", "", "Address to listen on."), "127.0.0.1 in development, else 0.0.0.0",
        [](const Config& config) { return config.isDevelopment() ? "127.0.0.1" : "0.0.0.0"; }));
    schema.add(integer("port", {8000, 0, 65535}, "Port to listen on; 0 lets the system choose."));

    Setting key =
        secret("secret_key",
               "Key of the host: signs cursors and links. At least 32 characters of chance.");
    key.required_in_production = true;
    key.placeholder = kSecretPlaceholder;
    schema.add(std::move(key));
}

void addServer(Schema& schema) {
    schema.add(integer("server.connection_count_max",
                       {number(limits::kConnectionCountMax), 1, 1'000'000},
                       "Client connections at once; the next one is closed at once."));
    schema.add(duration("server.header_deadline_ms", limits::kHeaderDeadline, 100,
                        "Time for a client to send a request head."));
    schema.add(duration("server.body_deadline_ms", limits::kBodyDeadline, 100,
                        "Time for a client to send a body."));
    schema.add(duration("server.idle_deadline_ms", limits::kIdleDeadline, 100,
                        "Time an unused connection stays open."));
    schema.add(duration("server.write_deadline_ms", limits::kWriteDeadline, 100,
                        "Time for a client to take an answer."));
    schema.add(duration("http.request_deadline_ms", limits::kRequestDeadline, 10,
                        "Time for a handler, unless its route says otherwise."));
    schema.add(integer("http.body_size_max_bytes",
                       {number(limits::kBodySizeMax), 1024, number(limits::kBodySizeCeiling)},
                       "Largest body, unless the route says otherwise."));
    schema.add(flag("http.hsts_always", false,
                    "Send Strict-Transport-Security on plain http too, for a proxy that does not "
                    "say X-Forwarded-Proto."));
    schema.add(flag("http.access_log", true, "One http_request record per request."));
}

void addHttpClient(Schema& schema) {
    schema.add(integer("http_client.per_origin_max", {limits::kOutgoingPerOriginMax, 1, 256},
                       "Calls of one plugin to one other server at once; the next ones wait."));
    schema.add(duration("http_client.connect_timeout_ms", limits::kOutgoingConnectTimeout, 10,
                        "Time for a connection to another server, with the look-up of its name."));
    schema.add(text("http_client.ca_file", "",
                    "PEM file with the certificates to trust in other servers; empty: those of the "
                    "system."));
}

void addAccess(Schema& schema) {
    Setting origins =
        depending(list("cors.origins", "",
                       "Web origins whose scripts may call the API; * is refused in production."),
                  "http://localhost:3000, none in production", [](const Config& config) {
                      return config.isProduction() ? "[]" : "[\"http://localhost:3000\"]";
                  });
    origins.placeholder = "[\"http://localhost:3000\"]";
    schema.add(std::move(origins));
    schema.add(flag("cors.credentials", true,
                    "Let those scripts send credentials; excludes the origin *."));
    schema.add(integer("cors.max_age_s", {600, 0, 86'400},
                       "How long a browser may remember a preflight."));
    Setting hosts = list("trusted.hosts", "*",
                         "Names a Host header may carry, *.example.com for all below; * alone is "
                         "refused in production.");
    hosts.placeholder = "[\"localhost\", \"127.0.0.1\"]";
    schema.add(std::move(hosts));
    schema.add(list("trusted.proxies", "",
                    "Addresses or CIDR blocks whose X-Forwarded-* and X-Request-ID are believed; * "
                    "is refused in production."));
}

void addMetrics(Schema& schema) {
    schema.add(flag("metrics.enabled", true,
                    "Serve /metrics, to anyone who can reach it: keep it from the outside in the "
                    "proxy."));
}

void addTrace(Schema& schema) {
    schema.add(text("trace.otlp_url", "",
                    "Where spans are sent: the OTLP/HTTP receiver of a collector, "
                    "http://localhost:4318; empty: nowhere."));
    schema.add(fraction("trace.sample_ratio", "1",
                        "Share of the traces begun here that is sent; what a client began follows "
                        "its traceparent."));
}

void addCache(Schema& schema) {
    schema.add(integer("cache.bytes_per_plugin", {number(limits::kCachePluginSize), 0, 1LL << 40U},
                       "Memory for what one plugin keeps in the cache; 0 switches it off."));
}

void addLog(Schema& schema) {
    schema.add(depending(choice("log.level", {"debug", "info", "warning", "error", "critical"},
                                "Lowest level written."),
                         "info, debug when debug=true", [](const Config& config) {
                             return config.boolean("debug") ? "debug" : "info";
                         }));
    schema.add(depending(
        choice("log.format", {"json", "console"}, "JSON lines, or lines for people."),
        "console in development, else json",
        [](const Config& config) { return config.isDevelopment() ? "console" : "json"; }));
    schema.add(text("log.file", "", "Write to this file instead of standard output."));
    schema.add(integer("log.file_max_mb", {number(limits::kLogFileSizeMax >> 20U), 1, 4096},
                       "Size at which the file is rotated."));
    schema.add(integer("log.file_keep", {number(limits::kLogFileCountMax), 1, 1000},
                       "Rotated files kept."));
    schema.add(integer(
        "log.queue_size", {number(limits::kLogQueueSize), 128, 1'000'000},
        "Records that may wait for the log thread; beyond it the oldest are dropped and counted."));
}

void addIdentity(Schema& schema) {
    schema.add(text("identity.issuer", "mortise", "Claim iss of access tokens."));
    schema.add(text("identity.audience", "mortise", "Claim aud of access tokens."));
    schema.add(integer("identity.token_lifetime_s", {900, 60, 86'400},
                       "Life of an access token whose issuer asks for no other."));
    schema.add(
        integer("identity.leeway_s", {5, 0, 60}, "How much the clocks of two hosts may differ."));
    Setting keys = secret("identity.keys",
                          "JSON list of {\"kid\", \"key\"} with RSA keys in PEM: the first signs, "
                          "all verify. Development makes one.");
    keys.required_in_production = true;
    schema.add(std::move(keys));
    schema.add(integer("identity.password_passes", {2, 1, number(limits::kPasswordPassesMax)},
                       "Passes of argon2id for new password hashes."));
    schema.add(integer("identity.password_memory_kib",
                       {19'456, 8'192, number(limits::kPasswordMemoryMaxKib)},
                       "Memory of argon2id for new password hashes."));
    schema.add(integer("identity.password_lanes", {1, 1, 16},
                       "Lanes of argon2id for new password hashes."));
}

void addDatabase(Schema& schema) {
    Setting url = depending(
        secret("database.url",
               "PostgreSQL to use, postgresql://user:password@host/name; embedded: starts a "
               "private one."),
        "embedded: in development", [](const Config& config) {
            return config.isDevelopment() ? std::optional<std::string>("embedded:") : std::nullopt;
        });
    url.placeholder = "postgresql://user:password@localhost:5432/app";
    schema.add(std::move(url));
    schema.add(
        integer("database.pool_size", {limits::kPoolSize, 1, 1000}, "Connections kept open."));
    schema.add(integer("database.max_overflow", {limits::kPoolOverflow, 0, 1000},
                       "Connections above that under load."));
    schema.add(
        duration("database.pool_timeout_ms", limits::kPoolTimeout, 1,
                 "Longest wait for a connection; the request's deadline may end it earlier."));
    schema.add(duration("database.connect_timeout_ms", limits::kDatabaseConnectTimeout, 100,
                        "Time to open a connection."));
    schema.add(integer("database.plugin_share_percent", {limits::kPoolPluginSharePercent, 1, 100},
                       "Part of all connections that one plugin may hold at once."));
    schema.add(flag("database.prepared_statements", true, "Off for PgBouncer before 1.21."));
    schema.add(
        flag("database.echo", false, "Log the text of every statement, never its parameters."));
    schema.add(
        text("database.embedded_directory", "",
             "Where the embedded PostgreSQL keeps its data; empty: below the state directory."));
    schema.add(text("database.embedded_binaries", "",
                    "Directory with initdb and postgres; empty: the newest installed version."));
}

void addRun(Schema& schema) {
    schema.add(integer("run.reactors", {0, 0, 64}, "Event loops; 0 means one per core."));
    schema.add(integer("run.executor_threads", {limits::kExecutorThreadCount, 2, 128},
                       "Threads for blocking handlers."));
    schema.add(integer("run.cpu_threads", {0, 0, 64},
                       "Threads for password hashing; 0 means two per core and one."));
    schema.add(integer("run.plugin_concurrency_max", {limits::kExecutorThreadCount / 2, 1, 128},
                       "Blocking handlers of one plugin at once."));
    schema.add(integer("run.plugin_queue_max", {limits::kLaneQueueMax, 1, 100'000},
                       "Blocking requests of one plugin that may wait; the next one gets 503."));
}

void addPlugins(Schema& schema) {
    schema.add(
        text("plugins.directory", "", "Where plugin libraries lie; empty: beside the host."));
    schema.add(text("plugins.state_directory", "var",
                    "Where the host keeps what it must remember; made when missing."));
    schema.add(flag("plugins.strict_boot", false, "Do not start at all when a plugin cannot."));
    schema.add(list("plugins.disabled", "", "Names of plugins that are not started."));
    schema.add(duration("plugins.probe_deadline_ms", limits::kProbeDeadline, 100,
                        "Time for a plugin to be judged in a child process."));
    schema.add(duration("plugins.prepare_deadline_ms", limits::kPrepareDeadline, 100,
                        "Time for a plugin to get ready."));
    schema.add(duration("plugins.drain_deadline_ms", limits::kDrainDeadline, 100,
                        "Time for the requests of a replaced plugin to finish."));
}

void addLifeCycle(Schema& schema) {
    schema.add(text("control.socket", "",
                    "Path of the control socket; empty: control.sock in the state directory."));
    schema.add(depending(
        duration("shutdown.drain_delay_ms", std::chrono::milliseconds(0), 0,
                 "Time to keep serving after /ready turned 503, for load balancers to notice."),
        "0 in development, else 5000",
        [](const Config& config) { return config.isDevelopment() ? "0" : "5000"; }));
    schema.add(duration("shutdown.deadline_ms", limits::kDrainDeadline, 100,
                        "Time for what is in flight to finish."));
    schema.add(depending(
        flag("docs.enabled", true, "Serve /docs and /openapi.json."), "true, false in production",
        [](const Config& config) { return config.isProduction() ? "false" : "true"; }));
    schema.add(
        text("docs.assets_directory", "", "Where swagger-ui-dist lies; empty: beside the host."));
}

}  // namespace

Schema hostSchema() {
    Schema schema;
    addHost(schema);
    addServer(schema);
    addAccess(schema);
    addHttpClient(schema);
    addLog(schema);
    addMetrics(schema);
    addTrace(schema);
    addIdentity(schema);
    addDatabase(schema);
    addRun(schema);
    addCache(schema);
    addPlugins(schema);
    addLifeCycle(schema);
    addHostRules(schema);
    return schema;
}

}  // namespace mortise::config
