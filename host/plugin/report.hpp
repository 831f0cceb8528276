// Finding, Clash, ChangeReport: what a check or a change tells the operator, as data.
//
// Everything refused says what was found, what is needed and what to do; the command line, the log and the control socket all show
// the same objects.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::plugin {

/// One result of a check. A Rejection stops the plugin; a MappingRisk only means that it may stay mapped after it was replaced.
struct Finding {
    enum class Severity : std::uint8_t { Rejection, MappingRisk, Notice };
    Severity severity = Severity::Rejection;
    /// Stable UPPER_SNAKE word, for example ELF_EXTRA_EXPORTS.
    std::string code;
    std::string found;
    std::string needed;
    std::string fix;
};

/// Two owners of one name.
struct Clash {
    /// "route", "error_code", "job_type".
    std::string kind;
    /// For example "GET /api/v1/users/{}".
    std::string what;
    /// Plugin that has it, "host" for the host itself.
    std::string owner;
    /// Plugin that wants it too.
    std::string rival;
    /// Why the two cannot stand together.
    std::string reason;
};

struct Step {
    /// stage, preflight, probe, judge, migrate, load, configure, declare, prepare, quiesce, commit, activate, drain, park, stop,
    /// unmap.
    std::string name;
    bool ok = true;
    std::chrono::microseconds duration{0};
    /// Empty when there is nothing to say.
    std::string detail;
};

enum class Outcome : std::uint8_t {
    Done,     ///< The change is in force.
    Checked,  ///< Dry run, nothing changed; it would be accepted.
    Refused,  ///< Judged unfit before any of its code ran in this process.
    Failed,  ///< Its code failed or hung; what served before serves on, but for ACTIVATE_FAILED and RESUME_FAILED.
};

struct ChangeReport {
    /// apply, rollback, confirm, remove, boot, retry, shutdown.
    std::string kind;
    std::string plugin;
    Outcome outcome = Outcome::Failed;
    /// Code and text of what stopped the change; empty when it is done.
    std::string code;
    std::string reason;
    /// What to do about it; empty when it is done, or when there is no more to say than the reason does.
    std::string remedy;
    std::string version_before;
    std::string version_after;
    std::string sha256;
    /// Revision of the desired state after the change.
    std::uint64_t revision = 0;
    /// What became of the generation that was replaced: "", parked, unmapped, retired, stuck.
    std::string previous;
    /// Why it is retired or stuck.
    std::vector<std::string> previous_reasons;
    std::vector<Step> steps;
    std::vector<Finding> findings;
    std::vector<Clash> clashes;
    std::chrono::microseconds duration{0};

    bool ok() const noexcept { return outcome == Outcome::Done || outcome == Outcome::Checked; }
    /// One JSON object with all of the above.
    std::string toJson() const;
};

std::string_view outcomeName(Outcome outcome) noexcept;
std::string_view severityName(Finding::Severity severity) noexcept;
/// JSON array of findings.
std::string findingsJson(const std::vector<Finding>& findings);
/// JSON array of clashes.
std::string clashesJson(const std::vector<Clash>& clashes);

}  // namespace mortise::plugin
