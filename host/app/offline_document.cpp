#include "app/offline_document.hpp"

#include <deque>

#include "api/openapi.hpp"
#include "app/configuration.hpp"
#include "app/host_routes.hpp"
#include "app/plugin_files.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "bridge/declared_api.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/ledger.hpp"
#include "plugin/manifest.hpp"
#include "plugin/probe.hpp"
#include "run/executor.hpp"

namespace mortise::app {

std::string offlineDocument(Configuration& configuration) {
    const plugin::Probe probe(swapSettings(configuration).probe);
    std::deque<bridge::DeclaredApi> declared;
    run::Executor executor("document", 1);
    run::Lane lane(executor, "document", 1, 1);
    HostAnswers answers;
    answers.serves_docs = false;  // They are not part of the document.
    const HostRoutes host_routes(answers, lane);
    std::vector<api::ApiPart> parts{host_routes.part()};
    for (const auto& file : pluginFiles(configuration.host())) {
        const auto manifest = plugin::Manifest::read(plugin::ElfFile::open(file));
        const plugin::ProbeResult result = probe.run(file);
        if (!result.ok) {
            throw Error::internal("plugin \"" + manifest.name +
                                  "\" cannot be declared: " + result.code + ": " + result.reason);
        }
        const auto ledger = plugin::Ledger::fromJson(result.ledger_json, manifest);
        parts.push_back(declared.emplace_back(ledger).part());
        parts.back().description = manifest.description;
    }
    return api::openApiDocument(apiInfo(configuration.host()), parts);
}

}  // namespace mortise::app
