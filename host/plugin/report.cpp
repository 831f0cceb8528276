#include "plugin/report.hpp"

#include "base/json_text.hpp"

namespace mortise::plugin {
namespace {

void appendMember(std::string& out, std::string_view key, std::string_view value) {
    if (out.back() != '{') {
        out += ',';
    }
    appendJsonString(out, key);
    out += ':';
    appendJsonString(out, value);
}

void appendRaw(std::string& out, std::string_view key, std::string_view value) {
    if (out.back() != '{') {
        out += ',';
    }
    appendJsonString(out, key);
    out += ':';
    out += value;
}

template <typename Items, typename Writer>
std::string arrayOf(const Items& items, Writer write) {
    std::string out = "[";
    for (const auto& item : items) {
        if (out.size() > 1) {
            out += ',';
        }
        write(out, item);
    }
    return out += ']';
}

void appendFinding(std::string& out, const Finding& finding) {
    out += '{';
    appendMember(out, "severity", severityName(finding.severity));
    appendMember(out, "code", finding.code);
    appendMember(out, "found", finding.found);
    appendMember(out, "needed", finding.needed);
    appendMember(out, "fix", finding.fix);
    out += '}';
}

void appendClash(std::string& out, const Clash& clash) {
    out += '{';
    appendMember(out, "kind", clash.kind);
    appendMember(out, "what", clash.what);
    appendMember(out, "owner", clash.owner);
    appendMember(out, "rival", clash.rival);
    appendMember(out, "reason", clash.reason);
    out += '}';
}

void appendStep(std::string& out, const Step& step) {
    out += '{';
    appendMember(out, "name", step.name);
    appendRaw(out, "ok", step.ok ? "true" : "false");
    appendRaw(out, "duration_us", std::to_string(step.duration.count()));
    appendMember(out, "detail", step.detail);
    out += '}';
}

}  // namespace

std::string_view outcomeName(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::Done:
            return "done";
        case Outcome::Checked:
            return "checked";
        case Outcome::Refused:
            return "refused";
        case Outcome::Failed:
            return "failed";
    }
    return "failed";
}

std::string_view severityName(Finding::Severity severity) noexcept {
    switch (severity) {
        case Finding::Severity::Rejection:
            return "rejection";
        case Finding::Severity::MappingRisk:
            return "mapping_risk";
        case Finding::Severity::Notice:
            return "notice";
    }
    return "rejection";
}

std::string findingsJson(const std::vector<Finding>& findings) {
    return arrayOf(findings, appendFinding);
}

std::string clashesJson(const std::vector<Clash>& clashes) {
    return arrayOf(clashes, appendClash);
}

std::string ChangeReport::toJson() const {
    std::string out = "{";
    appendMember(out, "kind", kind);
    appendMember(out, "plugin", plugin);
    appendMember(out, "outcome", outcomeName(outcome));
    appendMember(out, "code", code);
    appendMember(out, "reason", reason);
    appendMember(out, "remedy", remedy);
    appendMember(out, "version_before", version_before);
    appendMember(out, "version_after", version_after);
    appendMember(out, "sha256", sha256);
    appendRaw(out, "revision", std::to_string(revision));
    appendMember(out, "previous", previous);
    appendRaw(out, "previous_reasons",
              arrayOf(previous_reasons, [](std::string& to, const std::string& reason_text) {
                  appendJsonString(to, reason_text);
              }));
    appendRaw(out, "steps", arrayOf(steps, appendStep));
    appendRaw(out, "findings", arrayOf(findings, appendFinding));
    appendRaw(out, "clashes", arrayOf(clashes, appendClash));
    appendRaw(out, "duration_us", std::to_string(duration.count()));
    return out += '}';
}

}  // namespace mortise::plugin
