// The API document of the plugins on disk, for version control and clients' code generators; no host runs.
#pragma once

#include <string>

namespace mortise::app {

class Configuration;

/// Every plugin of plugins.directory is declared in a probe child. Throws mortise::Error naming the first one that fails.
std::string offlineDocument(Configuration& configuration);

}  // namespace mortise::app
