#include "app/offline_check.hpp"

#include <algorithm>
#include <optional>

#include "app/configuration.hpp"
#include "app/host_routes.hpp"
#include "app/parts.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "bridge/binding.hpp"
#include "bridge/publication.hpp"
#include "plugin/ledger.hpp"
#include "plugin/preflight.hpp"
#include "plugin/probe.hpp"
#include "plugin/remedy.hpp"
#include "plugin/store.hpp"
#include "run/executor.hpp"

namespace mortise::app {
namespace {

using plugin::Finding;
using Severity = Finding::Severity;

/// A file with what is only needed until the others are judged.
struct Subject {
    CheckedFile result;
    std::optional<plugin::Manifest> manifest;
    std::optional<plugin::Ledger> ledger;
};

Finding notJudged(const plugin::RequiredCall& call) {
    return {Severity::Notice, "CALL_NOT_JUDGED",
            "calls " + call.operation + " " + call.version.text(),
            "the file of " + call.provider() + " beside this one",
            "mortise plugin check FILE " + call.provider() + ".so"};
}

void probe(const plugin::Probe& prober, Subject& subject) {
    const plugin::ProbeResult probed = prober.run(subject.result.file);
    if (!probed.ok) {
        subject.result.probe_code = probed.code;
        subject.result.probe_reason = probed.reason;
        return;
    }
    subject.result.ledger_json = probed.ledger_json;
    try {
        subject.ledger.emplace(plugin::Ledger::fromJson(probed.ledger_json, *subject.manifest));
    } catch (const Error& failure) {
        subject.result.probe_code = failure.code();
        subject.result.probe_reason = failure.what();
    }
}

Subject examine(const std::string& file, const plugin::Preflight& preflight,
                const plugin::Probe& prober) {
    Subject subject;
    subject.result.file = file;
    plugin::PreflightReport report = preflight.checkAlone(file);
    subject.result.findings = report.findings;
    subject.manifest = report.manifest;
    if (subject.manifest) {
        subject.result.plugin = subject.manifest->name;
        subject.result.version = subject.manifest->version.text();
        subject.result.sha256 = plugin::fileSha256(file);
    }
    if (report.isAccepted()) {
        probe(prober, subject);
    }
    return subject;
}

/// Calls to plugins that were not given are told, not refused: a team seldom has the files of all others.
void judgeCalls(Subject& subject, const std::vector<Subject>& all) {
    std::vector<plugin::Neighbour> neighbours;
    for (const Subject& other : all) {
        if (other.manifest) {
            neighbours.push_back(
                {other.manifest->name, other.manifest->version, other.manifest->calls});
        }
    }
    for (Finding& finding : plugin::judgeNeighbours(*subject.manifest, neighbours)) {
        if (finding.code != "DEPENDENCY_MISSING") {
            subject.result.findings.push_back(std::move(finding));
        }
    }
    for (const plugin::RequiredCall& call : subject.manifest->calls) {
        const auto provider = std::find_if(all.begin(), all.end(), [&](const Subject& other) {
            return other.manifest && other.manifest->name == call.provider();
        });
        if (provider == all.end()) {
            subject.result.findings.push_back(notJudged(call));
        } else if (provider->ledger && !provider->ledger->hasOperation(call.operation)) {
            subject.result.findings.push_back(
                {Severity::Rejection, "OPERATION_MISSING",
                 call.operation + " is not offered by " + provider->manifest->version.text(),
                 call.operation, std::string(plugin::remedyFor("OPERATION_MISSING"))});
        }
    }
}

/// Each file is told what it wants that a file before it, or the host, has.
void judgeDeclared(std::vector<Subject>& all, const std::vector<const http::Route*>& host_routes) {
    std::vector<const plugin::Ledger*> ledgers;
    for (Subject& subject : all) {
        if (!subject.ledger) {
            continue;
        }
        ledgers.push_back(&*subject.ledger);
        subject.result.clashes = bridge::clashesOf(ledgers, host_routes);
        if (!subject.result.clashes.empty()) {
            ledgers.pop_back();
        }
    }
}

void appendMember(std::string& out, const char* key, std::string_view value) {
    out += std::string(",\"") + key + "\":";
    appendJsonString(out, value);
}

std::string fileJson(const CheckedFile& file, bool strict) {
    std::string out = std::string("{\"ok\":") + (file.isAccepted(strict) ? "true" : "false");
    appendMember(out, "file", file.file.string());
    appendMember(out, "plugin", file.plugin);
    appendMember(out, "version", file.version);
    appendMember(out, "sha256", file.sha256);
    appendMember(out, "code", file.probe_code);
    appendMember(out, "reason", file.probe_reason);
    appendMember(out, "remedy", file.remedy());
    out += ",\"findings\":" + plugin::findingsJson(file.findings);
    out += ",\"clashes\":" + plugin::clashesJson(file.clashes);
    out += ",\"ledger\":" + (file.ledger_json.empty() ? "null" : file.ledger_json);
    return out + '}';
}

}  // namespace

bool CheckedFile::isAccepted(bool strict) const {
    const bool is_clean = std::none_of(findings.begin(), findings.end(), [&](const Finding& one) {
        return one.severity == Severity::Rejection ||
               (strict && one.severity == Severity::MappingRisk);
    });
    return is_clean && probe_code.empty() && clashes.empty() && !ledger_json.empty();
}

std::string CheckedFile::remedy() const {
    for (const Severity severity : {Severity::Rejection, Severity::MappingRisk}) {
        for (const Finding& finding : findings) {
            if (finding.severity == severity) {
                return finding.fix;
            }
        }
    }
    return std::string(plugin::remedyFor(clashes.empty() ? probe_code : "CLASH"));
}

std::vector<CheckedFile> checkFiles(Configuration& configuration,
                                    const std::vector<std::string>& files) {
    const std::atomic<db::Pool*> no_pool{nullptr};
    HostPluginSource source(configuration, no_pool);
    bridge::Binding binding(nullptr, source);
    const plugin::Preflight preflight(binding, configuration.stateDirectory() / "store");
    const plugin::Probe prober(swapSettings(configuration).probe);
    std::vector<Subject> all;
    all.reserve(files.size());
    for (const std::string& file : files) {
        all.push_back(examine(file, preflight, prober));
    }
    for (Subject& subject : all) {
        if (subject.manifest) {
            judgeCalls(subject, all);
        }
    }
    run::Executor executor("check", 1);
    run::Lane lane(executor, "check", 1, 1);
    const HostRoutes host_routes(HostAnswers{}, lane);
    judgeDeclared(all, host_routes.routes());
    std::vector<CheckedFile> results;
    results.reserve(all.size());
    for (Subject& subject : all) {
        results.push_back(std::move(subject.result));
    }
    return results;
}

std::string checkedJson(const std::vector<CheckedFile>& files, bool strict) {
    const bool is_ok = std::all_of(files.begin(), files.end(), [&](const CheckedFile& file) {
        return file.isAccepted(strict);
    });
    std::string out = std::string("{\"ok\":") + (is_ok ? "true" : "false") + ",\"files\":[";
    for (const CheckedFile& file : files) {
        out += (&file == &files.front() ? "" : ",") + fileJson(file, strict);
    }
    return out + "]}";
}

}  // namespace mortise::app
