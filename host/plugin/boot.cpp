// Boot: all wanted plugins at once, in dependency order, one publish at the end.
//
// There is no probe: nothing serves yet that a crash could take down, and every file of the desired state has passed one. A
// plugin that fails degrades alone; those that call it come up all the same and see it as unavailable. What failed for lack of a
// dependency is tried again later, by the owner's clock.
#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "log/log.hpp"
#include "plugin/change.hpp"
#include "plugin/swap.hpp"

namespace mortise::plugin {

struct Swap::BootCandidate {
    std::string name;
    PreflightReport verdict;
    /// One of the two: already in the store, or to be kept there.
    std::optional<StoredFile> stored;
    std::optional<Incoming> incoming;
};

namespace {

std::set<std::string> providersOf(const Manifest& manifest) {
    std::set<std::string> names;
    for (const auto& call : manifest.calls) {
        names.insert(call.provider());
    }
    for (const auto& need : manifest.schema_needs) {
        names.insert(need.plugin);
    }
    return names;
}

Manifest withoutCallsTo(const std::vector<std::string>& played, Manifest manifest) {
    std::erase_if(manifest.calls, [&](const RequiredCall& call) {
        return std::find(played.begin(), played.end(), call.provider()) != played.end();
    });
    return manifest;
}

// Providers before callers. What stands in a circle comes last, in the order given; preflight refuses it with the circle.
template <typename Candidate>
void sortByDependency(std::vector<Candidate>& candidates) {
    std::vector<Candidate> sorted;
    std::set<std::string> waiting;
    for (const auto& candidate : candidates) {
        waiting.insert(candidate.name);
    }
    const auto is_ready = [&](const Candidate& candidate) {
        if (!candidate.verdict.manifest) {
            return true;
        }
        const auto providers = providersOf(*candidate.verdict.manifest);
        return std::none_of(providers.begin(), providers.end(), [&](const std::string& provider) {
            return provider != candidate.name && waiting.contains(provider);
        });
    };
    while (!candidates.empty()) {
        auto next = std::find_if(candidates.begin(), candidates.end(), is_ready);
        if (next == candidates.end()) {
            next = candidates.begin();
        }
        waiting.erase(next->name);
        sorted.push_back(std::move(*next));
        candidates.erase(next);
    }
    candidates = std::move(sorted);
}

}  // namespace

bool BootReport::allServing() const noexcept {
    return std::all_of(plugins.begin(), plugins.end(),
                       [](const ChangeReport& report) { return report.ok(); });
}

void Swap::addWanted(std::vector<BootCandidate>& candidates, BootReport& report) {
    for (const auto& [name, wanted] : desired().plugins) {
        if (!wanted.is_enabled) {
            continue;
        }
        try {
            BootCandidate candidate{name, {}, store_.find(name, wanted.version, wanted.sha256), {}};
            candidate.verdict = preflight_.checkAlone(candidate.stored->path);
            candidates.push_back(std::move(candidate));
        } catch (const Error& failure) {
            report.notes.push_back(
                "plugin " + name + " " + wanted.version +
                " is wanted but cannot be taken from the store (" + failure.what() +
                "); the file in the plugin directory is taken instead, if there is one");
        }
    }
}

void Swap::addFile(const std::filesystem::path& file, std::vector<BootCandidate>& candidates,
                   BootReport& report) {
    BootCandidate candidate;
    candidate.name = file.stem().string();
    try {
        candidate.incoming.emplace(store_.receive(file));
        candidate.verdict = preflight_.checkAlone(candidate.incoming->path());
    } catch (const Error& failure) {
        candidate.verdict.findings.push_back({Finding::Severity::Rejection, failure.code(),
                                              failure.what(), "a readable file",
                                              "check the plugin directory"});
    }
    if (candidate.verdict.manifest) {
        candidate.name = candidate.verdict.manifest->name;
    }
    const DesiredState wanted = desired();
    const auto entry = wanted.plugins.find(candidate.name);
    if (entry != wanted.plugins.end() && !entry->second.is_enabled) {
        report.notes.push_back("\"" + file.string() + "\" is not loaded: plugin " + candidate.name +
                               " was removed");
        return;
    }
    const auto same =
        std::find_if(candidates.begin(), candidates.end(),
                     [&](const BootCandidate& other) { return other.name == candidate.name; });
    if (same == candidates.end()) {
        candidates.push_back(std::move(candidate));
    } else if (!same->stored || !candidate.incoming ||
               same->stored->sha256 != candidate.incoming->sha256()) {
        report.notes.push_back(
            "\"" + file.string() + "\" is not loaded: plugin " + candidate.name + " comes from " +
            (same->stored ? "the store, where the last change put version " + same->stored->version
                          : std::string("another file")));
    }
}

std::vector<Swap::BootCandidate> Swap::bootCandidates(
    const std::vector<std::filesystem::path>& files, BootReport& report) {
    std::vector<BootCandidate> candidates;
    addWanted(candidates, report);
    for (const auto& file : files) {
        addFile(file, candidates, report);
    }
    sortByDependency(candidates);
    return candidates;
}

BootReport Swap::boot(const std::vector<std::filesystem::path>& files) {
    const auto turn = beginChange();
    BootReport report;
    auto candidates = bootCandidates(files, report);
    std::vector<Neighbour> neighbours;
    for (const auto& candidate : candidates) {
        if (candidate.verdict.manifest) {
            const Manifest& manifest = *candidate.verdict.manifest;
            neighbours.push_back({manifest.name, manifest.version, manifest.calls});
        }
    }
    for (auto& candidate : candidates) {
        report.plugins.push_back(bootOne(candidate, neighbours));
    }
    for (const auto& note : report.notes) {
        log_.warning("plugin.boot_note", {{"note", note}});
    }
    publishAtBoot(report);
    return report;
}

// It serves, so it is not degraded; whoever asked for a strict boot, and the log, hear of it all the same.
void Swap::addFailure(ChangeReport& plugin, const Error& failure) {
    plugin.outcome = Outcome::Failed;
    plugin.code = failure.code();
    plugin.reason = failure.what();
    record(plugin);
}

void Swap::publishAtBoot(BootReport& report) {
    publish(registry_.activeSet());
    for (const auto& generation : registry_.activeSet().serving) {
        Change change(*this, "boot", generation->name());
        const CallResult activated = change.activate(*generation);
        generation->setState(Generation::State::Active);
        generation->instance().onActive();
        for (auto& plugin : report.plugins) {
            if (plugin.plugin == generation->name()) {
                plugin.steps.insert(plugin.steps.end(), change.report().steps.begin(),
                                    change.report().steps.end());
                if (!activated.ok()) {
                    addFailure(plugin, lateFailure("activate", activated, *generation));
                }
            }
        }
        store_.prune(generation->name(), {generation->origin().sha256});
    }
}

ChangeReport Swap::bootOne(BootCandidate& candidate, const std::vector<Neighbour>& neighbours) {
    Change change(*this, "boot", candidate.name);
    std::shared_ptr<Generation> generation;
    ChangeReport report = change.run([&] {
        change.step("preflight", [&] {
            auto& verdict = candidate.verdict;
            if (verdict.manifest) {
                const auto findings = judgeNeighbours(
                    withoutCallsTo(settings_.played_plugins, *verdict.manifest), neighbours);
                verdict.findings.insert(verdict.findings.end(), findings.begin(), findings.end());
            }
            change.report().findings = verdict.findings;
            if (!verdict.isAccepted()) {
                throw Error(422, "PREFLIGHT", verdict.rejectionText());
            }
            return std::string();
        });
        bringUpAtBoot(change, candidate, generation);
    });
    if (report.ok()) {
        registry_.setServing(candidate.name, generation);
        return report;
    }
    Degradation degradation;
    degradation.plugin = candidate.name;
    degradation.version = report.version_after;
    degradation.step = report.steps.empty() ? "" : report.steps.back().name;
    degradation.code = report.code;
    degradation.reason = report.reason;
    degradation.is_retriable = report.code == "PREPARE_UNAVAILABLE";
    degradation.attempt_count = 1;
    if (candidate.verdict.manifest) {
        degradation.route_grants = candidate.verdict.manifest->route_grants;
    }
    if (degradation.is_retriable) {
        degradation.generation = generation;
    } else if (generation) {
        change.discard(generation);
    }
    degrade(std::move(degradation));
    return report;
}

void Swap::bringUpAtBoot(Change& change, BootCandidate& candidate,
                         std::shared_ptr<Generation>& generation) {
    const Manifest& manifest = *candidate.verdict.manifest;
    ChangeReport& report = change.report();
    report.version_after = manifest.version.text();
    change.step("stage", [&] {
        if (!candidate.stored) {
            candidate.stored =
                store_.keep(std::move(*candidate.incoming), manifest.name, report.version_after);
            candidate.incoming.reset();
        }
        report.sha256 = candidate.stored->sha256;
        return report.sha256;
    });
    generation = change.make(*candidate.stored, manifest, candidate.verdict.mappingRisks());
    change.bringUp(*generation, "");
    change.judge(manifest, generation->ledger());
    change.prepare(*generation);
}

void Swap::degrade(Degradation degradation) {
    log_.error("plugin.degraded", {{"plugin", degradation.plugin},
                                   {"version", degradation.version},
                                   {"step", degradation.step},
                                   {"code", degradation.code},
                                   {"reason", degradation.reason},
                                   {"retriable", degradation.is_retriable}});
    registry_.setDegraded(degradation);
}

std::size_t Swap::retryDegraded() {
    const auto turn = changing_.tryTake();
    std::size_t left = 0;
    for (const auto& degraded : registry_.allDegraded()) {
        if (degraded.is_retriable && !(turn && retryOne(degraded))) {
            ++left;
        }
    }
    return left;
}

// True when there is nothing left to try again.
bool Swap::retryOne(const Degradation& degraded) {
    Change change(*this, "retry", degraded.plugin);
    const auto generation = degraded.generation;
    Degradation next = degraded;
    next.attempt_count += 1;
    ChangeReport report = change.run([&] {
        change.report().version_after = generation->version();
        change.report().sha256 = generation->origin().sha256;
        change.prepare(*generation);
        change.commit(degraded.plugin, generation);
        const CallResult activated = change.activate(*generation);
        if (!activated.ok()) {
            throw lateFailure("activate", activated, *generation);
        }
    });
    if (report.ok()) {
        log_.info("plugin.recovered",
                  {{"plugin", degraded.plugin}, {"attempts", next.attempt_count}});
    }
    if (registry_.serving(degraded.plugin) == generation) {
        return true;  // Also when its activate failed, which trying again does not mend.
    }
    next.code = report.code;
    next.reason = report.reason;
    next.is_retriable = report.code == "PREPARE_UNAVAILABLE";
    if (next.is_retriable) {
        registry_.setDegraded(next);
        return false;
    }
    return giveUp(change, next);
}

// False when the host is stopping: what is published still names the generation, and the shutdown, which waits for this change,
// stops it.
bool Swap::giveUp(Change& change, Degradation degraded) {
    const auto generation = std::exchange(degraded.generation, nullptr);
    {
        const auto right = changing_.tryPublish();
        if (!right) {
            return false;
        }
        registry_.setDegraded(degraded);
        publisher_.publish(registry_.activeSet());
    }
    change.discard(generation);
    return true;
}

}  // namespace mortise::plugin
