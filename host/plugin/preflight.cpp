#include "plugin/preflight.hpp"

#include <elf.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/store.hpp"

namespace mortise::plugin {
namespace {

using Severity = Finding::Severity;

std::string fixFor(const std::string& code) {
    if (code.starts_with("ELF_MACHINE") || code == "ELF_CLASS") {
        return "build the plugin on the machine type of the host";
    }
    if (code == "MANIFEST_ABI") {
        return "build with an SDK of this host's major version, or update the host";
    }
    if (code.starts_with("MANIFEST")) {
        return "check plugin.json and build with mortise_add_plugin()";
    }
    return "copy or build the file again";
}

void judgeInterfaces(const Manifest& manifest, const HostBinding& binding,
                     std::vector<Finding>& findings) {
    for (const auto& interface : manifest.interfaces) {
        const auto size = binding.interfaceSize(interface.id);
        if (!size) {
            findings.push_back({Severity::Rejection, "INTERFACE_MISSING",
                                "this host does not offer " + interface.id, interface.id,
                                "update the host"});
        } else if (*size < interface.table_size_min) {
            findings.push_back({Severity::Rejection, "INTERFACE_TOO_OLD",
                                interface.id + " with " + std::to_string(*size) + " bytes",
                                std::to_string(interface.table_size_min) + " bytes",
                                "update the host, or build the plugin with the SDK of this host"});
        }
    }
}

void addTexts(const std::vector<std::string>& problems, const char* code, const char* needed,
              const char* fix, std::vector<Finding>& findings) {
    for (const auto& problem : problems) {
        findings.push_back({Severity::Rejection, code, problem, needed, fix});
    }
}

void judgeSchemaOf(const Manifest& manifest, HostBinding& binding, std::vector<Finding>& findings) {
    addTexts(binding.schemaProblems(manifest), "SCHEMA_MISMATCH",
             "a database schema in the declared range", "mortise migrate up FILE", findings);
}

void judgeManifest(const Manifest& manifest, HostBinding& binding, SchemaCheck schema,
                   std::vector<Finding>& findings) {
    judgeInterfaces(manifest, binding, findings);
    addTexts(binding.settingProblems(manifest), "SETTING_INVALID",
             "settings as the plugin declares them",
             "correct the configuration: mortise config check", findings);
    if (schema == SchemaCheck::Now) {
        judgeSchemaOf(manifest, binding, findings);
    }
    addTexts(binding.grantProblems(manifest), "GRANT_REFUSED", "grants the operator allows",
             "drop the grant from plugin.json, or allow it in the configuration", findings);
    if (manifest.stateful) {
        findings.push_back({Severity::Notice, "STATEFUL", "the plugin keeps state in memory", "",
                            "a swap loses it; nothing to do"});
    }
}

// A path from `from` back to itself along the declared calls, empty when there is none.
std::vector<std::string> cycleFrom(const std::string& from,
                                   const std::map<std::string, std::set<std::string>>& edges) {
    std::vector<std::vector<std::string>> paths{{from}};
    std::set<std::string> seen;
    while (!paths.empty()) {
        const auto path = paths.back();
        paths.pop_back();
        const auto next = edges.find(path.back());
        if (next == edges.end() || (path.size() > 1 && !seen.insert(path.back()).second)) {
            continue;
        }
        for (const auto& provider : next->second) {
            auto longer = path;
            longer.push_back(provider);
            if (provider == from) {
                return longer;
            }
            paths.push_back(std::move(longer));
        }
    }
    return {};
}

std::set<std::string> providersOf(const std::vector<RequiredCall>& calls) {
    std::set<std::string> providers;
    for (const auto& call : calls) {
        providers.insert(call.provider());
    }
    return providers;
}

void judgeCycle(const Manifest& manifest, const std::vector<Neighbour>& neighbours,
                std::vector<Finding>& findings) {
    std::map<std::string, std::set<std::string>> edges{
        {manifest.name, providersOf(manifest.calls)}};
    for (const auto& neighbour : neighbours) {
        edges.emplace(neighbour.name, providersOf(neighbour.calls));
    }
    const auto cycle = cycleFrom(manifest.name, edges);
    if (!cycle.empty()) {
        std::string text;
        for (const auto& name : cycle) {
            text += (text.empty() ? "" : " -> ") + name;
        }
        findings.push_back({Severity::Rejection, "DEPENDENCY_CYCLE", text, "calls without a circle",
                            "move what both need into a third plugin, or let one publish a job"});
    }
}

std::string inspectSymbols(const ElfFile& elf) {
    std::string out = "[";
    for (const auto& symbol : elf.dynamicSymbols()) {
        if (symbol.section != SHN_UNDEF) {
            out += out.size() > 1 ? "," : "";
            appendJsonString(out, symbol.name);
        }
    }
    return out + "]";
}

std::string textsJson(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (const auto& text : texts) {
        out += out.size() > 1 ? "," : "";
        appendJsonString(out, text);
    }
    return out + "]";
}

}  // namespace

bool PreflightReport::isAccepted() const noexcept {
    return manifest && std::none_of(findings.begin(), findings.end(), [](const Finding& finding) {
               return finding.severity == Severity::Rejection;
           });
}

std::vector<Finding> PreflightReport::mappingRisks() const {
    std::vector<Finding> risks;
    std::copy_if(findings.begin(), findings.end(), std::back_inserter(risks),
                 [](const Finding& finding) { return finding.severity == Severity::MappingRisk; });
    return risks;
}

std::string PreflightReport::rejectionText() const {
    std::string text;
    for (const auto& finding : findings) {
        if (finding.severity == Severity::Rejection) {
            text += (text.empty() ? "" : "; ") + finding.code + ": " + finding.found;
        }
    }
    return text;
}

Preflight::Preflight(HostBinding& binding, std::filesystem::path store_directory)
    : binding_(binding), store_directory_(std::move(store_directory)) {}

std::vector<Finding> Preflight::judgeSchema(const Manifest& manifest) const {
    std::vector<Finding> findings;
    judgeSchemaOf(manifest, binding_, findings);
    return findings;
}

PreflightReport Preflight::checkAlone(const std::filesystem::path& file, SchemaCheck schema) const {
    PreflightReport report;
    try {
        const ElfFile elf = ElfFile::open(file);
        const auto reject = [&](const Error& failure) {
            report.findings.push_back({Severity::Rejection, failure.code(), failure.what(),
                                       "a plugin library", fixFor(failure.code())});
        };
        try {
            report.manifest = Manifest::read(elf);
            readMigrations(elf);
        } catch (const Error& failure) {
            reject(failure);
        }
        const auto lint =
            lintElf(elf, report.manifest ? report.manifest->name : "", store_directory_);
        report.findings.insert(report.findings.end(), lint.begin(), lint.end());
    } catch (const Error& failure) {
        report.findings.push_back({Severity::Rejection, failure.code(), failure.what(),
                                   "a plugin library", fixFor(failure.code())});
        return report;
    }
    if (report.manifest) {
        judgeManifest(*report.manifest, binding_, schema, report.findings);
    }
    return report;
}

PreflightReport Preflight::check(const std::filesystem::path& file,
                                 const std::vector<Neighbour>& neighbours,
                                 SchemaCheck schema) const {
    PreflightReport report = checkAlone(file, schema);
    if (report.manifest) {
        const auto findings = judgeNeighbours(*report.manifest, neighbours);
        report.findings.insert(report.findings.end(), findings.begin(), findings.end());
    }
    return report;
}

std::vector<Finding> judgeNeighbours(const Manifest& manifest, const std::vector<Neighbour>& all) {
    std::vector<Finding> findings;
    std::vector<Neighbour> neighbours;
    std::copy_if(all.begin(), all.end(), std::back_inserter(neighbours),
                 [&](const Neighbour& neighbour) { return neighbour.name != manifest.name; });
    for (const auto& call : manifest.calls) {
        const auto provider = std::find_if(
            neighbours.begin(), neighbours.end(),
            [&](const Neighbour& neighbour) { return neighbour.name == call.provider(); });
        if (provider == neighbours.end()) {
            findings.push_back({Severity::Rejection, "DEPENDENCY_MISSING",
                                "plugin " + call.provider() + " is not there",
                                call.operation + " " + call.version.text(),
                                "apply " + call.provider() + " first"});
        } else if (!call.version.contains(provider->version)) {
            findings.push_back({Severity::Rejection, "DEPENDENCY_VERSION",
                                provider->name + " " + provider->version.text(),
                                call.operation + " " + call.version.text(),
                                "apply a version of " + provider->name + " in that range"});
        }
    }
    for (const auto& neighbour : neighbours) {
        for (const auto& call : neighbour.calls) {
            if (call.provider() == manifest.name && !call.version.contains(manifest.version)) {
                findings.push_back(
                    {Severity::Rejection, "DEPENDENT_VERSION",
                     manifest.name + " " + manifest.version.text(),
                     neighbour.name + " calls " + call.operation + " " + call.version.text(),
                     "apply a " + neighbour.name + " that works with it first"});
            }
        }
    }
    judgeCycle(manifest, neighbours, findings);
    return findings;
}

std::string inspectJson(const std::filesystem::path& file) {
    const ElfFile elf = ElfFile::open(file);
    const Manifest manifest = Manifest::read(elf);
    std::string out = "{\"name\":";
    appendJsonString(out, manifest.name);
    out += ",\"version\":";
    appendJsonString(out, manifest.version.text());
    out += ",\"abi_version\":" + std::to_string(manifest.abi_version);
    out += ",\"sdk_version\":" + std::to_string(manifest.sdk_version);
    out += std::string(",\"stateful\":") + (manifest.stateful ? "true" : "false");
    out += ",\"interfaces\":[";
    for (const auto& interface : manifest.interfaces) {
        out += (out.back() == '[' ? "{\"id\":" : ",{\"id\":");
        appendJsonString(out, interface.id);
        out += ",\"table_size_min\":" + std::to_string(interface.table_size_min) + '}';
    }
    out += "],\"manifest\":" + manifest.json + ",\"migrations\":[";
    for (const auto& migration : readMigrations(elf)) {
        out += out.back() == '[' ? "" : ",";
        appendJsonString(out, migration.name);
    }
    out += "],\"exports\":" + inspectSymbols(elf) + ",\"needed\":" + textsJson(elf.needed()) +
           ",\"soname\":";
    appendJsonString(out, elf.soname());
    out += ",\"sha256\":";
    appendJsonString(out, fileSha256(file));
    return out += '}';
}

}  // namespace mortise::plugin
