#include "plugin/swap.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "log/log.hpp"
#include "plugin/change.hpp"

namespace mortise::plugin {
namespace {

using Clock = std::chrono::steady_clock;
using State = Generation::State;

constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kUnprocessable = 422;
constexpr int kUnavailable = 503;

DesiredPlugin wantedFrom(const Generation& generation) {
    return {generation.origin().stored_path.string(), generation.origin().sha256,
            generation.version(), true};
}

std::vector<std::string> hashesInUse(const Registry& registry, const std::string& name) {
    std::vector<std::string> hashes;
    for (const auto& generation : {registry.serving(name), registry.parked(name)}) {
        if (generation) {
            hashes.push_back(generation->origin().sha256);
        }
    }
    return hashes;
}

Error shuttingDown() {
    return {kUnavailable, "SHUTTING_DOWN",
            "the host is stopping; its plugins do not change any more"};
}

}  // namespace

Swap::Swap(SwapSettings settings, HostBinding& binding, Publisher& publisher, Registry& registry,
           log::Log& log)
    : settings_(std::move(settings)),
      binding_(binding),
      publisher_(publisher),
      registry_(registry),
      log_(log),
      store_(settings_.state_directory / "store"),
      preflight_(binding, store_.directory()),
      probe_(settings_.probe),
      desired_path_(settings_.state_directory / "plugins.json"),
      desired_(DesiredState::load(desired_path_)) {}

Swap::~Swap() = default;

ChangeSlot::Turn Swap::beginChange() {
    auto turn = changing_.tryTake();
    if (!turn) {
        requireOpen();
        throw Error(kConflict, "CHANGE_IN_PROGRESS",
                    "another change of the plugins is in progress; try again when it is over");
    }
    return turn;
}

void Swap::requireOpen() const {
    if (changing_.isClosed()) {
        throw shuttingDown();
    }
}

bool Swap::publish(const ActiveSet& next) {
    const auto right = changing_.tryPublish();
    if (!right) {
        throw shuttingDown();
    }
    return publisher_.publish(next);
}

std::uint64_t Swap::revision() const {
    std::lock_guard lock(desired_mutex_);
    return desired_.revision;
}

DesiredState Swap::desired() const {
    std::lock_guard lock(desired_mutex_);
    return desired_;
}

void Swap::requireRevision(const ApplyOptions& options) const {
    if (options.expected_revision && *options.expected_revision != revision()) {
        throw Error(kConflict, "REVISION_CHANGED",
                    "the plugins are at revision " + std::to_string(revision()) + ", not " +
                        std::to_string(*options.expected_revision));
    }
}

// The change is in force already; a file that cannot be written does not undo it.
void Swap::setDesired(const std::string& name, const DesiredPlugin& wanted, ChangeReport& report) {
    DesiredState next = desired();
    next.plugins[name] = wanted;
    saveDesired(std::move(next), report);
}

void Swap::saveDesired(DesiredState next, ChangeReport& report) {
    next.revision += 1;
    try {
        next.save(desired_path_);
    } catch (const Error& failure) {
        log_.error("plugin.state_not_saved",
                   {{"plugin", report.plugin}, {"reason", failure.what()}});
        report.steps.push_back({"record", false, {}, failure.what()});
    }
    std::lock_guard lock(desired_mutex_);
    desired_ = std::move(next);
}

bool Swap::isWanted(const Generation& generation) const {
    const DesiredState state = desired();
    const auto entry = state.plugins.find(generation.name());
    return entry != state.plugins.end() && entry->second.is_enabled &&
           entry->second.sha256 == generation.origin().sha256;
}

void Swap::record(const ChangeReport& report) {
    const double duration_ms = static_cast<double>(report.duration.count()) / 1000.0;
    if (report.ok()) {
        log_.info("plugin.change_finished", {{"kind", report.kind},
                                             {"plugin", report.plugin},
                                             {"outcome", outcomeName(report.outcome)},
                                             {"version_before", report.version_before},
                                             {"version_after", report.version_after},
                                             {"sha256", report.sha256},
                                             {"previous", report.previous},
                                             {"duration_ms", duration_ms}});
    } else {
        log_.error("plugin.change_failed", {{"kind", report.kind},
                                            {"plugin", report.plugin},
                                            {"outcome", outcomeName(report.outcome)},
                                            {"code", report.code},
                                            {"reason", report.reason},
                                            {"sha256", report.sha256},
                                            {"duration_ms", duration_ms}});
    }
}

ChangeReport Swap::apply(const std::filesystem::path& file, const ApplyOptions& options) {
    const auto turn = beginChange();
    requireRevision(options);
    Change change(*this, "apply", file.filename().string());
    return change.run([&] { applyIn(change, file, options); });
}

void Swap::applyIn(Change& change, const std::filesystem::path& file, const ApplyOptions& options) {
    ChangeReport& report = change.report();
    std::optional<Incoming> incoming;
    change.step("stage", [&] {
        incoming.emplace(store_.receive(file));
        return incoming->sha256();
    });
    report.sha256 = incoming->sha256();
    const bool migrates = options.migrate && !options.dry_run;
    const PreflightReport verdict =
        preflightIn(change, incoming->path(), migrates ? SchemaCheck::Later : SchemaCheck::Now);
    const Manifest& manifest = *verdict.manifest;
    report.plugin = manifest.name;
    report.version_after = manifest.version.text();
    const std::string ledger_json = probeIn(change, incoming->path());
    change.judge(manifest, Ledger::fromJson(ledger_json, manifest));
    if (options.dry_run) {
        report.outcome = Outcome::Checked;
        return;
    }
    if (migrates) {
        migrateIn(change, incoming->path(), manifest, options);
    }
    const auto old = registry_.serving(manifest.name);
    report.version_before = old ? old->version() : "";
    const StoredFile stored =
        store_.keep(std::move(*incoming), manifest.name, report.version_after);
    replaceIn(change, change.make(stored, manifest, verdict.mappingRisks()), ledger_json,
              options.confirm);
    store_.prune(manifest.name, hashesInUse(registry_, manifest.name));
}

PreflightReport Swap::preflightIn(Change& change, const std::filesystem::path& file,
                                  SchemaCheck schema) {
    PreflightReport verdict;
    change.step("preflight", [&] {
        verdict = preflight_.check(file, registry_.neighbours(), schema);
        change.report().findings = verdict.findings;
        if (!verdict.isAccepted()) {
            throw Error(kUnprocessable, "PREFLIGHT", verdict.rejectionText());
        }
        return std::string();
    });
    return verdict;
}

std::string Swap::probeIn(Change& change, const std::filesystem::path& file) {
    ProbeResult probed;
    change.step("probe", [&] {
        probed = probe_.run(file);
        if (!probed.ok) {
            throw Error(kUnprocessable, probed.code, probed.reason);
        }
        return std::string();
    });
    return probed.ledger_json;
}

// A schema once migrated does not go back with the change, so this comes after everything that can be judged without it.
void Swap::migrateIn(Change& change, const std::filesystem::path& file, const Manifest& manifest,
                     const ApplyOptions& options) {
    change.step("migrate", [&] {
        requireOpen();
        options.migrate(file);
        const PreflightReport verdict{manifest, preflight_.judgeSchema(manifest)};
        auto& findings = change.report().findings;
        findings.insert(findings.end(), verdict.findings.begin(), verdict.findings.end());
        if (!verdict.isAccepted()) {
            throw Error(kUnprocessable, "PREFLIGHT", verdict.rejectionText());
        }
        return std::string();
    });
}

// From here on the candidate has to be dropped when something fails, and the old one told to go on.
void Swap::replaceIn(Change& change, const std::shared_ptr<Generation>& next,
                     const std::string& ledger_json, bool confirm) {
    const std::string name = next->name();
    const auto old = registry_.serving(name);
    const auto degraded = registry_.degraded(name);
    bool was_quiesced = false;
    bool graceful = false;
    try {
        change.bringUp(*next, ledger_json);
        change.prepare(*next);
        was_quiesced = true;  // Also when it fails half way.
        change.quiesce(old);
        graceful = change.commit(name, next);
    } catch (...) {  // Passed on below; nothing is swallowed.
        if (was_quiesced) {
            change.goOn(old);
        }
        change.discard(next);
        throw;
    }
    const CallResult activated = change.activate(*next);
    if (activated.ok()) {
        setDesired(name, wantedFrom(*next), change.report());
    } else {  // Not remembered: the next start brings what is known to work.
        saveDesired(desired(), change.report());
    }
    if (degraded && degraded->generation) {
        change.discard(degraded->generation);
    }
    if (old) {
        change.drain(old, graceful);
        change.park(old);
        if (confirm && activated.ok() && registry_.parked(name) == old) {
            registry_.addLeaving(name, old);
            registry_.setParked(name, nullptr);
            change.unmap(old);
        }
    }
    if (!activated.ok()) {
        throw lateFailure("activate", activated, *next);
    }
}

std::shared_ptr<Generation> Swap::requireParked(const std::string& name, const char* what) const {
    if (!registry_.status(name)) {
        throw Error(kNotFound, "PLUGIN_NOT_FOUND", "there is no plugin \"" + name + "\"");
    }
    auto parked = registry_.parked(name);
    if (!parked) {
        throw Error(kConflict, "NOTHING_PARKED",
                    std::string("there is nothing to ") + what + ": plugin \"" + name +
                        "\" has no earlier generation kept warm");
    }
    return parked;
}

ChangeReport Swap::rollback(const std::string& name) {
    const auto turn = beginChange();
    const auto parked = requireParked(name, "roll back to");
    Change change(*this, "rollback", name);
    return change.run([&] { rollbackIn(change, parked); });
}

void Swap::rollbackIn(Change& change, const std::shared_ptr<Generation>& parked) {
    ChangeReport& report = change.report();
    const std::string& name = parked->name();
    const auto old = registry_.serving(name);
    report.version_before = old ? old->version() : "";
    report.version_after = parked->version();
    report.sha256 = parked->origin().sha256;
    change.judgeDependencies(parked->manifest());
    change.judge(parked->manifest(), parked->ledger());
    bool graceful = false;
    try {
        change.quiesce(old);
        graceful = change.commit(name, parked);
    } catch (const std::exception&) {  // Passed on.
        change.goOn(old);
        throw;
    }
    registry_.setParked(name, nullptr);
    const CallResult resumed = change.resume(*parked);
    // Remembered in any case: a start activates it afresh, so its resume says nothing against it.
    setDesired(name, wantedFrom(*parked), report);
    if (old) {
        change.drain(old, graceful);
        if (resumed.ok()) {
            change.unmap(old);
        } else {
            change.park(old);
        }
    }
    if (!resumed.ok()) {
        throw lateFailure("resume", resumed, *parked);
    }
}

ChangeReport Swap::confirm(const std::string& name) {
    const auto turn = beginChange();
    const auto parked = requireParked(name, "confirm");
    Change change(*this, "confirm", name);
    return change.run([&] {
        const auto serving = registry_.serving(name);
        change.report().version_before = parked->version();
        change.report().version_after = serving ? serving->version() : "";
        if (serving && !isWanted(*serving)) {  // Its activate failed when it was applied.
            setDesired(name, wantedFrom(*serving), change.report());
        }
        registry_.addLeaving(name, parked);
        registry_.setParked(name, nullptr);
        change.unmap(parked);
    });
}

ChangeReport Swap::remove(const std::string& name) {
    const auto turn = beginChange();
    if (!registry_.serving(name) && !registry_.degraded(name)) {
        throw Error(kNotFound, "PLUGIN_NOT_FOUND", "there is no plugin \"" + name + "\"");
    }
    Change change(*this, "remove", name);
    return change.run([&] { removeIn(change, name); });
}

void Swap::removeIn(Change& change, const std::string& name) {
    change.step("preflight", [&] {
        for (const auto& neighbour : registry_.neighbours()) {
            for (const auto& call : neighbour.calls) {
                if (call.provider() == name) {
                    throw Error(kConflict, "DEPENDENCY",
                                neighbour.name + " calls " + call.operation);
                }
            }
        }
        return std::string();
    });
    const auto old = registry_.serving(name);
    const auto parked = registry_.parked(name);
    const auto degraded = registry_.degraded(name);
    change.report().version_before = old ? old->version() : "";
    bool graceful = false;
    try {
        change.quiesce(old);
        graceful = change.commit(name, nullptr);
    } catch (const std::exception&) {  // Passed on.
        change.goOn(old);
        throw;
    }
    DesiredPlugin wanted = old ? wantedFrom(*old) : DesiredPlugin{};
    wanted.is_enabled = false;
    setDesired(name, wanted, change.report());
    if (degraded && degraded->generation) {
        change.discard(degraded->generation);
    }
    if (parked) {
        registry_.setParked(name, nullptr);
        change.discard(parked);
    }
    if (old) {
        change.drain(old, graceful);
        change.unmap(old);
    }
    registry_.forget(name);
}

}  // namespace mortise::plugin
