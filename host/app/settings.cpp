#include "app/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "app/configuration.hpp"
#include "app/version.hpp"
#include "base/files.hpp"
#include "identity/digest.hpp"

namespace mortise::app {
namespace {

constexpr std::string_view kEmbeddedUrl = "embedded:";

std::size_t sizeOf(const config::Config& config, std::string_view key) {
    return static_cast<std::size_t>(config.integer(key));
}

unsigned countOf(const config::Config& config, std::string_view key) {
    return static_cast<unsigned>(config.integer(key));
}

std::string shortHash(const std::string& text) {
    constexpr char kDigits[] = "0123456789abcdef";
    const identity::Digest digest = identity::sha256(text);
    std::string hex;
    for (std::size_t at = 0; at < 4; ++at) {
        hex += kDigits[digest[at] >> 4U];
        hex += kDigits[digest[at] & 0xFU];
    }
    return hex;
}

}  // namespace

log::Settings logSettings(const config::Config& config) {
    log::Settings settings;
    settings.level = log::levelOf(config.text("log.level")).value_or(log::Level::Info);
    settings.format =
        config.text("log.format") == "json" ? log::Format::Json : log::Format::Console;
    settings.colour = log::isColourTerminal();
    settings.file = config.text("log.file");
    settings.file_size_max = sizeOf(config, "log.file_max_mb") << 20U;
    settings.file_count_max = sizeOf(config, "log.file_keep");
    settings.queue_size = sizeOf(config, "log.queue_size");
    return settings;
}

http::ServerSettings serverSettings(const config::Config& config) {
    http::ServerSettings settings;
    settings.hosts = {config.text("host")};
    settings.port = static_cast<std::uint16_t>(config.integer("port"));
    settings.connection_count_max = sizeOf(config, "server.connection_count_max");
    settings.header_deadline = config.duration("server.header_deadline_ms");
    settings.body_deadline = config.duration("server.body_deadline_ms");
    settings.idle_deadline = config.duration("server.idle_deadline_ms");
    settings.write_deadline = config.duration("server.write_deadline_ms");
    return settings;
}

http::PipelineSettings pipelineSettings(const config::Config& config) {
    http::PipelineSettings settings;
    settings.allowed_hosts = config.list("trusted.hosts");
    settings.trusted_proxies = config.list("trusted.proxies");
    settings.cors.origins = config.list("cors.origins");
    settings.cors.credentials = config.boolean("cors.credentials");
    settings.cors.max_age = std::chrono::seconds(config.integer("cors.max_age_s"));
    settings.hsts_always = config.boolean("http.hsts_always");
    settings.access_log = config.boolean("http.access_log");
    settings.wildcards_refused = config.isProduction();
    settings.body_size_max = sizeOf(config, "http.body_size_max_bytes");
    settings.request_deadline = config.duration("http.request_deadline_ms");
    return settings;
}

http::OutgoingSettings outgoingSettings(const config::Config& config) {
    http::OutgoingSettings settings;
    settings.per_origin_max = sizeOf(config, "http_client.per_origin_max");
    settings.connect_timeout = config.duration("http_client.connect_timeout_ms");
    settings.ca_file = config.text("http_client.ca_file");
    settings.user_agent = "mortise/" + std::string(kVersion);
    return settings;
}

bool wantsEmbedded(const config::Config& config) {
    return config.text("database.url").starts_with(kEmbeddedUrl);
}

db::EmbeddedSettings embeddedSettings(const Configuration& configuration) {
    db::EmbeddedSettings settings;
    const std::string& wanted = configuration.host().text("database.embedded_directory");
    if (!wanted.empty()) {
        settings.directory = std::filesystem::absolute(wanted);
    } else if (::geteuid() == 0) {
        // The server runs as another user then, who may not be able to reach the state directory of root.
        settings.directory = std::filesystem::path("/var/lib/mortise") /
                             ("postgres-" + shortHash(configuration.stateDirectory().string()));
    } else {
        settings.directory = configuration.stateDirectory() / "postgres";
    }
    settings.binaries = configuration.host().text("database.embedded_binaries");
    return settings;
}

db::ConnectionSettings connectionSettings(const config::Config& config, const std::string& url) {
    db::ConnectionSettings settings;
    settings.url = url;
    settings.connect_timeout = config.duration("database.connect_timeout_ms");
    settings.prepared_statements = config.boolean("database.prepared_statements");
    return settings;
}

db::PoolSettings poolSettings(const config::Config& config, const std::string& url) {
    db::PoolSettings settings;
    settings.connection = connectionSettings(config, url);
    settings.size = countOf(config, "database.pool_size");
    settings.overflow = countOf(config, "database.max_overflow");
    settings.timeout = config.duration("database.pool_timeout_ms");
    settings.plugin_share_percent = countOf(config, "database.plugin_share_percent");
    return settings;
}

identity::TokenSettings tokenSettings(const config::Config& config) {
    identity::TokenSettings settings;
    settings.issuer = config.text("identity.issuer");
    settings.audience = config.text("identity.audience");
    settings.lifetime = std::chrono::seconds(config.integer("identity.token_lifetime_s"));
    settings.leeway = std::chrono::seconds(config.integer("identity.leeway_s"));
    return settings;
}

identity::KeySettings keySettings(const Configuration& configuration) {
    identity::KeySettings settings;
    settings.keys_json = configuration.host().text("identity.keys");
    settings.directory = configuration.stateDirectory() / "keys";
    settings.may_generate = configuration.host().isDevelopment();
    return settings;
}

identity::PasswordSettings passwordSettings(const config::Config& config) {
    identity::PasswordSettings settings;
    settings.passes = countOf(config, "identity.password_passes");
    settings.memory_kib = countOf(config, "identity.password_memory_kib");
    settings.lanes = countOf(config, "identity.password_lanes");
    return settings;
}

plugin::SwapSettings swapSettings(const Configuration& configuration) {
    const config::Config& config = configuration.host();
    plugin::SwapSettings settings;
    settings.state_directory = configuration.stateDirectory();
    settings.probe.arguments = {"plugin-probe"};
    settings.probe.arguments.insert(settings.probe.arguments.end(),
                                    configuration.arguments().begin(),
                                    configuration.arguments().end());
    settings.probe.deadline = config.duration("plugins.probe_deadline_ms");
    settings.prepare_deadline = config.duration("plugins.prepare_deadline_ms");
    settings.drain_deadline = config.duration("plugins.drain_deadline_ms");
    return settings;
}

api::DocsSettings docsSettings(const config::Config& config) {
    api::DocsSettings settings;
    const std::string& wanted = config.text("docs.assets_directory");
    settings.assets = wanted.empty() ? executableDirectory() / "../share/mortise/swagger-ui-dist"
                                     : std::filesystem::path(wanted);
    settings.title = config.text("name");
    return settings;
}

api::ApiInfo apiInfo(const config::Config& config) {
    api::ApiInfo info;
    info.title = config.text("name");
    info.version = config.text("version");
    return info;
}

trace::Settings traceSettings(const config::Config& config) {
    trace::Settings settings;
    settings.otlp_url = config.text("trace.otlp_url");
    settings.sample_ratio = config.number("trace.sample_ratio");
    settings.service_name = config.text("name");
    settings.service_version = config.text("version");
    settings.environment = config.text("environment");
    settings.host_version = kVersion;
    return settings;
}

bridge::Values factsOf(const config::Config& config) {
    return {{"environment", config.text("environment")},
            {"name", config.text("name")},
            {"version", config.text("version")},
            {"debug", config.boolean("debug") ? "true" : "false"},
            {"host.version", std::string(kVersion)}};
}

unsigned reactorCount(const config::Config& config) {
    const unsigned wanted = countOf(config, "run.reactors");
    return wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

unsigned cpuThreadCount(const config::Config& config) {
    const unsigned wanted = countOf(config, "run.cpu_threads");
    return wanted != 0 ? wanted : 2 * std::max(1U, std::thread::hardware_concurrency()) + 1;
}

std::filesystem::path pluginDirectory(const config::Config& config) {
    const std::string& wanted = config.text("plugins.directory");
    return wanted.empty() ? executableDirectory() / "../lib/mortise/plugins"
                          : std::filesystem::path(wanted);
}

std::string secretKey(const config::Config& config) {
    const std::string& key = config.text("secret_key");
    return key.empty() ? "development only" : key;
}

}  // namespace mortise::app
