#include "plugin/change.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "log/log.hpp"
#include "plugin/remedy.hpp"

namespace mortise::plugin {
namespace {

using Clock = std::chrono::steady_clock;
using State = Generation::State;

constexpr int kConflict = 409;
constexpr int kUnprocessable = 422;

std::chrono::microseconds since(Clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) {
        all += (all.empty() || text.empty() ? "" : "; ") + text;
    }
    return all;
}

// A finding knows best what to do about itself; everything else is looked up by its code.
std::string remedyOf(const ChangeReport& report) {
    const auto first = std::find_if(
        report.findings.begin(), report.findings.end(),
        [](const Finding& finding) { return finding.severity == Finding::Severity::Rejection; });
    return first != report.findings.end() ? first->fix : std::string(remedyFor(report.code));
}

void require(const CallResult& result, const char* code) {
    if (!result.ok()) {
        throw Error(kUnprocessable, code, result.text());
    }
}

// Where the first difference is; whole ledgers are too long for a message.
std::string difference(const std::string& probed, const std::string& declared) {
    constexpr std::size_t kShown = 80;
    const auto [left, right] =
        std::mismatch(probed.begin(), probed.end(), declared.begin(), declared.end());
    const auto at = static_cast<std::size_t>(left - probed.begin());
    const std::size_t from = at < kShown / 2 ? 0 : at - kShown / 2;
    return "in the probe: ..." + probed.substr(std::min(from, probed.size()), kShown) +
           "..., in the host: ..." + declared.substr(std::min(from, declared.size()), kShown) +
           "...";
}

}  // namespace

Change::Change(Swap& swap, std::string kind, std::string plugin)
    : swap_(swap), begin_(Clock::now()) {
    report_.kind = std::move(kind);
    report_.plugin = std::move(plugin);
}

ChangeReport Change::run(const std::function<void()>& body) {
    report_.outcome = Outcome::Done;
    try {
        body();
    } catch (const Error& failure) {
        report_.outcome = has_run_code_ ? Outcome::Failed : Outcome::Refused;
        report_.code = failure.code();
        report_.reason = failure.what();
    } catch (const std::exception& failure) {
        report_.outcome = Outcome::Failed;
        report_.code = "HOST";
        report_.reason = failure.what();
    }
    report_.remedy = report_.ok() ? std::string() : remedyOf(report_);
    report_.revision = swap_.revision();
    report_.duration = since(begin_);
    swap_.record(report_);
    return report_;
}

void Change::step(const char* name, const std::function<std::string()>& body) {
    const auto begin = Clock::now();
    Step step{name, true, {}, {}};
    try {
        step.detail = body();
    } catch (const std::exception& failure) {
        step.ok = false;
        step.detail = failure.what();
        step.duration = since(begin);
        report_.steps.push_back(std::move(step));
        throw;
    }
    step.duration = since(begin);
    report_.steps.push_back(std::move(step));
}

Generation::Deadline Change::soon() const {
    return Clock::now() + swap_.settings_.call_deadline;
}

std::shared_ptr<Generation> Change::make(const StoredFile& file, const Manifest& manifest,
                                         std::vector<Finding> mapping_risks) {
    Generation::Origin origin;
    origin.number = swap_.nextNumber();
    origin.manifest = manifest;
    origin.sha256 = file.sha256;
    origin.stored_path = file.path;
    origin.mapped_path = swap_.store_.privateCopy(file, origin.number);
    origin.mapping_risks = std::move(mapping_risks);
    return std::make_shared<Generation>(std::move(origin));
}

void Change::bringUp(Generation& generation, const std::string& expected_ledger) {
    swap_.requireOpen();
    has_run_code_ = true;
    step("load", [&] {
        const CallResult result =
            generation.load(thread_, swap_.binding_, HostBinding::Purpose::Serve, soon());
        require(result, loadFailureCode(result).c_str());
        return "generation " + std::to_string(generation.number());
    });
    step("configure", [&] {
        require(generation.configure(thread_, MORTISE_CONFIGURE_APPLY, soon()), "CONFIGURE_FAILED");
        return std::string();
    });
    step("declare", [&] {
        require(generation.declare(thread_, soon()), "DECLARE_FAILED");
        const std::string declared = generation.ledger().toJson();
        if (!expected_ledger.empty() && declared != expected_ledger) {
            throw Error(kUnprocessable, "LEDGER_DIFFERS",
                        "the plugin declares something else than in the probe; " +
                            difference(expected_ledger, declared));
        }
        return std::to_string(generation.ledger().routes().size()) + " routes";
    });
}

void Change::prepare(Generation& generation) {
    swap_.requireOpen();
    has_run_code_ = true;
    step("prepare", [&] {
        const CallResult result =
            generation.prepare(thread_, Clock::now() + swap_.settings_.prepare_deadline);
        const bool may_come =
            result.end == CallResult::End::Refused && result.status == MORTISE_UNAVAILABLE;
        require(result, may_come ? "PREPARE_UNAVAILABLE" : "PREPARE_FAILED");
        return std::string();
    });
}

void Change::requireOperations(const Manifest& manifest, const std::vector<const Ledger*>& others,
                               const Ledger& ledger) const {
    std::vector<std::string> missing;
    for (const Ledger* other : others) {
        for (const auto& call : manifest.calls) {
            if (call.provider() == other->plugin() && !other->hasOperation(call.operation)) {
                missing.push_back(call.operation + " is not offered by the running " +
                                  other->plugin());
            }
        }
    }
    for (const auto& neighbour : swap_.registry_.neighbours()) {
        for (const auto& call : neighbour.calls) {
            if (neighbour.name != manifest.name && call.provider() == manifest.name &&
                !ledger.hasOperation(call.operation)) {
                missing.push_back(call.operation + ", which " + neighbour.name +
                                  " calls, is not offered any more");
            }
        }
    }
    if (!missing.empty()) {
        throw Error(kUnprocessable, "OPERATION_MISSING", joined(missing));
    }
}

void Change::judge(const Manifest& manifest, const Ledger& ledger) {
    std::vector<const Ledger*> others;
    const ActiveSet set = swap_.registry_.activeSetWith(manifest.name, nullptr);
    for (const auto& generation : set.serving) {
        others.push_back(&generation->ledger());
    }
    for (const auto& degraded : set.degraded) {
        if (degraded.generation) {
            others.push_back(&degraded.generation->ledger());
        }
    }
    step("judge", [&] {
        requireOperations(manifest, others, ledger);
        std::vector<const Ledger*> all = others;
        all.push_back(&ledger);
        report_.clashes = swap_.publisher_.judge(all);
        if (!report_.clashes.empty()) {
            const Clash& first = report_.clashes.front();
            // A document that contradicts itself, or the host, has no other owner to be named.
            const bool is_own = first.owner == manifest.name;
            throw Error(kConflict, "CLASH",
                        is_own ? first.reason
                               : first.kind + " " + first.what + " belongs to " + first.owner +
                                     ": " + first.reason);
        }
        return std::string();
    });
}

void Change::judgeDependencies(const Manifest& manifest) {
    step("preflight", [&] {
        report_.findings = judgeNeighbours(manifest, swap_.registry_.neighbours());
        if (!report_.findings.empty()) {
            const Finding& first = report_.findings.front();
            throw Error(kConflict, "DEPENDENCY",
                        first.code + ": " + first.found + ", needed: " + first.needed);
        }
        return std::string();
    });
}

void Change::quiesce(const std::shared_ptr<Generation>& old) {
    has_run_code_ = true;
    // One that hangs already is never called again, and that must not keep it from being replaced.
    if (old && !old->isHung()) {
        step("quiesce", [&] {
            require(old->quiesce(thread_, soon()), "QUIESCE_FAILED");
            return std::string();
        });
    }
}

void Change::goOn(const std::shared_ptr<Generation>& old) {
    if (!old || old->isHung()) {
        return;
    }
    const CallResult result = resume(*old);
    if (!result.ok()) {
        swap_.log_.error("plugin.resume_failed", {{"plugin", old->name()},
                                                  {"version", old->version()},
                                                  {"generation", old->number()},
                                                  {"reason", result.text()}});
    }
}

bool Change::commit(const std::string& name, const std::shared_ptr<Generation>& next) {
    bool graceful = true;
    step("commit", [&] {
        graceful = swap_.publish(swap_.registry_.activeSetWith(name, next));
        return graceful ? std::string() : std::string("the grace period did not end in time");
    });
    if (next) {
        next->setState(State::Active);
        next->instance().onActive();
    }
    swap_.registry_.setServing(name, next);
    swap_.registry_.clearDegraded(name);
    return graceful;
}

CallResult Change::lateStep(const char* name, const std::function<CallResult()>& call) {
    const auto begin = Clock::now();
    CallResult result = call();
    report_.steps.push_back(
        {name, result.ok(), since(begin), result.ok() ? std::string() : result.text()});
    return result;
}

CallResult Change::activate(Generation& generation) {
    return lateStep("activate", [&] { return generation.activate(thread_, soon()); });
}

CallResult Change::resume(Generation& generation) {
    return lateStep("resume", [&] { return generation.resume(thread_, soon()); });
}

void Change::drain(const std::shared_ptr<Generation>& old, bool graceful) {
    old->setState(State::Draining);
    swap_.registry_.addLeaving(old->name(), old);
    step("drain", [&] {
        if (!graceful) {
            old->setStuck(
                "the grace period after it was unpublished did not end, so somebody may still find "
                "it");
            return std::string("given up");
        }
        if (old->drain(Clock::now() + swap_.settings_.drain_deadline)) {
            return std::string();
        }
        old->instance().cancel();
        if (!old->drain(Clock::now() + swap_.settings_.drain_deadline)) {
            old->setStuck(std::to_string(old->pinCount()) +
                          " units of work did not end after they were cancelled");
        }
        return std::string("cancelled what was in flight");
    });
}

void Change::park(const std::shared_ptr<Generation>& old) {
    auto& registry = swap_.registry_;
    step("park", [&] {
        std::string detail;
        if (const auto parked =
                registry.parked(old->name())) {  // One warm generation is enough to go back.
            registry.addLeaving(old->name(), parked);
            registry.setParked(old->name(), nullptr);
            detail = "generation " + std::to_string(parked->number()) + " " +
                     std::string(stateName(retire(parked)));
        }
        if (old->isHung()) {
            retirePrevious(old);
            return detail;
        }
        if (old->instance().isCancelled()) {
            // Cancelling cannot be taken back: all it would do after a rollback is answer CANCELLED.
            retirePrevious(old);
            return joined({detail, "not kept for a rollback: generation " +
                                       std::to_string(old->number()) +
                                       " was cancelled at the drain deadline"});
        }
        old->setState(State::Parked);
        registry.setParked(old->name(), old);
        registry.removeLeaving(old->name(), old);
        report_.previous = "parked";
        return detail;
    });
}

State Change::retire(const std::shared_ptr<Generation>& generation) {
    return retire(generation, Clock::now() + swap_.settings_.stop_deadline);
}

State Change::retire(const std::shared_ptr<Generation>& generation, Generation::Deadline deadline) {
    const State state = generation->retire(thread_, deadline);
    const std::string reasons = joined(generation->reasons());
    if (state == State::Unmapped) {
        swap_.registry_.removeLeaving(generation->name(), generation);
    } else if (state == State::Stuck) {
        swap_.log_.critical("plugin.stuck", {{"plugin", generation->name()},
                                             {"version", generation->version()},
                                             {"generation", generation->number()},
                                             {"reasons", reasons}});
    } else {
        swap_.log_.warning("plugin.retired", {{"plugin", generation->name()},
                                              {"version", generation->version()},
                                              {"generation", generation->number()},
                                              {"reasons", reasons}});
    }
    return state;
}

void Change::retirePrevious(const std::shared_ptr<Generation>& old) {
    report_.previous = stateName(retire(old));
    if (report_.previous != "unmapped") {
        report_.previous_reasons = old->reasons();
    }
}

void Change::unmap(const std::shared_ptr<Generation>& old) {
    step("unmap", [&] {
        retirePrevious(old);
        return report_.previous;
    });
}

void Change::discard(const std::shared_ptr<Generation>& generation) noexcept {
    try {
        swap_.registry_.addLeaving(generation->name(), generation);
        retire(generation);
        swap_.registry_.forget(generation->name());
    } catch (const std::exception& failure) {
        // Out of memory, most likely. The generation stays listed and mapped, which is safe; the change reports why it failed.
        generation->addReason(failure.what());
    }
}

Error lateFailure(const std::string& step, const CallResult& result, const Generation& generation) {
    const bool names_itself = result.end == CallResult::End::TimedOut;
    return {kUnprocessable, step == "activate" ? "ACTIVATE_FAILED" : "RESUME_FAILED",
            (names_itself ? "" : step + ' ') + result.text() + "; version " + generation.version() +
                " serves all the same"};
}

}  // namespace mortise::plugin
