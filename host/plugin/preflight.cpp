#include "plugin/preflight.hpp"

#include <elf.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "mortise/abi.h"
#include "plugin/elf_file.hpp"
#include "plugin/remedy.hpp"
#include "plugin/store.hpp"

namespace mortise::plugin {
namespace {

using Severity = Finding::Severity;

std::string fixForTarget(const std::string& target) {
    return "cmake -B build -DMORTISE_TARGET=" + target +
           " and build the plugin again, or update the host";
}

// "1.4" out of 10400.
std::string minorOf(std::uint32_t sdk_version) {
    return std::to_string(sdk_version / 10000) + '.' + std::to_string(sdk_version / 100 % 100);
}

Finding rejection(const Error& failure) {
    const std::string needed = failure.code() == "MANIFEST_ABI"
                                   ? "ABI version " + std::to_string(MORTISE_ABI_VERSION)
                                   : "a plugin library";
    return {Severity::Rejection, failure.code(), failure.what(), needed,
            std::string(remedyFor(failure.code()))};
}

// What a plugin is built against is its target; a newer one may fill members this host would not read.
void judgeSdk(const Manifest& manifest, std::vector<Finding>& findings) {
    if (manifest.sdk_version / 100 > MORTISE_SDK_VERSION / 100) {
        const std::string offered = minorOf(MORTISE_SDK_VERSION);
        findings.push_back({Severity::Rejection, "SDK_TOO_NEW",
                            "built for hosts from " + minorOf(manifest.sdk_version) + " on",
                            offered + ", which is what this host offers", fixForTarget(offered)});
    }
}

void judgeInterfaces(const Manifest& manifest, const HostBinding& binding,
                     std::vector<Finding>& findings) {
    for (const auto& interface : manifest.interfaces) {
        const auto size = binding.interfaceSize(interface.id);
        if (!size) {
            findings.push_back({Severity::Rejection, "INTERFACE_MISSING",
                                "this host does not offer " + interface.id, interface.id,
                                std::string(remedyFor("INTERFACE_MISSING"))});
        } else if (*size < interface.table_size_min) {
            findings.push_back({Severity::Rejection, "INTERFACE_TOO_OLD",
                                interface.id + " with " + std::to_string(*size) + " bytes",
                                std::to_string(interface.table_size_min) + " bytes",
                                fixForTarget(minorOf(MORTISE_SDK_VERSION))});
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
    judgeSdk(manifest, findings);
    judgeInterfaces(manifest, binding, findings);
    addTexts(binding.settingProblems(manifest), "SETTING_INVALID",
             "settings as the plugin declares them",
             "mortise config check, or correct \"settings\" in plugin.json", findings);
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
            text += (text.empty() ? "" : "; ") + finding.code + ": found " + finding.found +
                    ", needed " + finding.needed;
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

// Manifest and migrations; what is wrong with them does not keep the file from being judged further.
void Preflight::readContent(const ElfFile& elf, PreflightReport& report) const {
    try {
        report.manifest = Manifest::read(elf);
        const auto migrations = readMigrations(elf);
        addTexts(binding_.migrationProblems(*report.manifest, migrations), "MIGRATIONS_INVALID",
                 "migrations numbered from 0001 without gaps, each with a way back",
                 "correct migrations/ and plugin.json, and build with mortise_add_plugin()",
                 report.findings);
    } catch (const Error& failure) {
        report.findings.push_back(rejection(failure));
    }
}

PreflightReport Preflight::checkAlone(const std::filesystem::path& file, SchemaCheck schema) const {
    PreflightReport report;
    try {
        const ElfFile elf = ElfFile::open(file);
        readContent(elf, report);
        const auto lint =
            lintElf(elf, report.manifest ? report.manifest->name : "", store_directory_);
        report.findings.insert(report.findings.end(), lint.begin(), lint.end());
    } catch (const Error& failure) {
        report.findings.push_back(rejection(failure));
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
