// From configuration to the plain settings structs of the modules: the only place where a key meets a module.
#pragma once

#include <filesystem>
#include <string>

#include "api/docs_page.hpp"
#include "api/openapi.hpp"
#include "bridge/services.hpp"
#include "config/config.hpp"
#include "db/settings.hpp"
#include "http/client/settings.hpp"
#include "http/pipeline_settings.hpp"
#include "http/settings.hpp"
#include "identity/settings.hpp"
#include "log/settings.hpp"
#include "plugin/swap.hpp"
#include "trace/settings.hpp"

namespace mortise::app {

class Configuration;

log::Settings logSettings(const config::Config& config);
http::ServerSettings serverSettings(const config::Config& config);
http::PipelineSettings pipelineSettings(const config::Config& config);
http::OutgoingSettings outgoingSettings(const config::Config& config);
db::EmbeddedSettings embeddedSettings(const Configuration& configuration);
/// `url` is that of the embedded server when there is one.
db::ConnectionSettings connectionSettings(const config::Config& config, const std::string& url);
db::PoolSettings poolSettings(const config::Config& config, const std::string& url);
identity::TokenSettings tokenSettings(const config::Config& config);
identity::KeySettings keySettings(const Configuration& configuration);
identity::PasswordSettings passwordSettings(const config::Config& config);
plugin::SwapSettings swapSettings(const Configuration& configuration);
api::DocsSettings docsSettings(const config::Config& config);
api::ApiInfo apiInfo(const config::Config& config);
trace::Settings traceSettings(const config::Config& config);
bridge::Values factsOf(const config::Config& config);

/// True when `database.url` asks for a private server.
bool wantsEmbedded(const config::Config& config);
unsigned reactorCount(const config::Config& config);
unsigned cpuThreadCount(const config::Config& config);
/// Where plugin libraries lie.
std::filesystem::path pluginDirectory(const config::Config& config);
/// The secret that signs cursors; in development without one a fixed text, so that cursors survive restarts.
std::string secretKey(const config::Config& config);

}  // namespace mortise::app
