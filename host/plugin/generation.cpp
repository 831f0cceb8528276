#include "plugin/generation.hpp"

#include <cxxabi.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "plugin/change_thread.hpp"
#include "plugin/preflight.hpp"

namespace mortise::plugin {
namespace {

using State = Generation::State;

std::string_view statusName(mortise_status status) {
    switch (status) {
        case MORTISE_OK:
            return "OK";
        case MORTISE_INVALID_ARGUMENT:
            return "INVALID_ARGUMENT";
        case MORTISE_NOT_FOUND:
            return "NOT_FOUND";
        case MORTISE_CONFLICT:
            return "CONFLICT";
        case MORTISE_DENIED:
            return "DENIED";
        case MORTISE_UNAVAILABLE:
            return "UNAVAILABLE";
        case MORTISE_DEADLINE_EXCEEDED:
            return "DEADLINE_EXCEEDED";
        case MORTISE_CANCELLED:
            return "CANCELLED";
        case MORTISE_UNSUPPORTED:
            return "UNSUPPORTED";
        case MORTISE_EXHAUSTED:
            return "EXHAUSTED";
        case MORTISE_SEALED:
            return "SEALED";
        case MORTISE_INTERNAL:
            return "INTERNAL";
        default:
            return "STATUS";
    }
}

template <std::size_t Size>
std::string textOf(const char (&text)[Size]) {
    return {text, ::strnlen(text, Size)};
}

// Runs one call; nothing it throws gets past here. What is thrown belongs to the library, so it is read and dropped here, while
// the library is mapped.
CallResult callCaught(Generation& generation,
                      const std::function<mortise_status(Generation&, mortise_error&)>& call) {
    CallResult result;
    mortise_error error{};
    error.struct_size = sizeof error;
    try {
        result.status = call(generation, error);
        if (result.status != MORTISE_OK) {
            result.end = CallResult::End::Refused;
            result.code = textOf(error.code);
            result.message = textOf(error.message);
        }
    } catch (const Error& failure) {
        result = {CallResult::End::Refused, MORTISE_INTERNAL, failure.code(), failure.what()};
    } catch (const std::exception& thrown) {
        result = {CallResult::End::Threw, MORTISE_INTERNAL, "EXCEPTION", thrown.what()};
    } catch (const abi::__forced_unwind&) {
        throw;  // The thread is being ended; the caller sees its deadline pass.
    } catch (...) {
        result = {CallResult::End::Threw, MORTISE_INTERNAL, "EXCEPTION",
                  "something that is no std::exception"};
    }
    return result;
}

std::set<int> threadIds() {
    std::set<int> ids;
    std::error_code
        ignored;  // Without /proc nothing can be said about threads, and nothing is claimed.
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
        const std::string name = entry.path().filename();
        int id = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), id).ec == std::errc{}) {
            ids.insert(id);
        }
    }
    return ids;
}

std::string threadName(int id) {
    std::ifstream in("/proc/self/task/" + std::to_string(id) + "/comm");
    std::string name;
    std::getline(in, name);
    return name;
}

bool isComplete(const mortise_plugin& table) {
    return table.configure != nullptr && table.declare != nullptr && table.prepare != nullptr &&
           table.activate != nullptr && table.quiesce != nullptr && table.resume != nullptr &&
           table.stop != nullptr && table.destroy != nullptr;
}

std::uint32_t millisecondsUntil(Generation::Deadline deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left.count(), 1, UINT32_MAX));
}

// The plugin is told a little less than the host waits, so that it can still report its own failure in time.
std::uint32_t pluginDeadline(Generation::Deadline deadline) {
    const std::uint32_t left = millisecondsUntil(deadline);
    return left - left / 10;
}

}  // namespace

std::string CallResult::text() const {
    switch (end) {
        case End::Ok:
            return "ok";
        case End::TimedOut:
            return message;
        case End::Threw:
            return "threw: " + message;
        case End::Refused:
            break;
    }
    std::string text(statusName(status));
    if (!code.empty() && code != text) {
        text += ' ' + code;
    }
    return message.empty() ? text : text + ": " + message;
}

Generation::Generation(Origin origin)
    : origin_(std::move(origin)),
      ledger_(origin_.manifest),
      since_(std::chrono::steady_clock::now()) {}

Generation::~Generation() = default;

std::chrono::steady_clock::time_point Generation::stateSince() const {
    std::lock_guard lock(mutex_);
    return since_;
}

std::vector<std::string> Generation::reasons() const {
    std::lock_guard lock(mutex_);
    return reasons_;
}

void Generation::setState(State state) {
    std::lock_guard lock(mutex_);
    state_.store(state, std::memory_order_release);
    since_ = std::chrono::steady_clock::now();
}

void Generation::addReason(std::string reason) {
    std::lock_guard lock(mutex_);
    reasons_.push_back(std::move(reason));
}

void Generation::setStuck(std::string reason) {
    is_hung_.store(true, std::memory_order_release);
    addReason(std::move(reason));
    setState(State::Stuck);
}

CallResult Generation::guarded(ChangeThread& thread, Deadline deadline, const char* what,
                               Call call) {
    CallResult late{CallResult::End::TimedOut, MORTISE_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED",
                    std::string(what) + " did not return by its deadline"};
    if (isHung()) {
        late.message = std::string(what) + " was not called: an earlier call has not returned";
        return late;
    }
    const auto result = std::make_shared<CallResult>();
    const bool returned =
        thread.run([self = shared_from_this(), result,
                    call = std::move(call)] { *result = callCaught(*self, call); },
                   deadline);
    if (!returned) {
        is_hung_.store(true, std::memory_order_release);
        addReason(late.message);
        return late;
    }
    return *result;
}

CallResult Generation::settle(CallResult result, State next, const char* what) {
    if (result.ok()) {
        setState(next);
    } else if (result.end == CallResult::End::TimedOut) {
        setState(State::Stuck);
    } else {
        addReason(std::string(what) + ": " + result.text());
        setState(State::Failed);
    }
    return result;
}

CallResult Generation::load(ChangeThread& thread, HostBinding& binding,
                            HostBinding::Purpose purpose, Deadline deadline) {
    const auto entry = std::make_shared<mortise_plugin_open_fn>();
    CallResult result = settle(guarded(thread, deadline, "dlopen",
                                       [entry](Generation& self, mortise_error&) {
                                           self.threads_before_ = threadIds();
                                           self.library_.open(self.origin_.mapped_path);
                                           *entry = reinterpret_cast<mortise_plugin_open_fn>(
                                               self.library_.symbol(MORTISE_OPEN_SYMBOL));
                                           return MORTISE_OK;
                                       }),
                               State::Loaded, "dlopen");
    if (!result.ok()) {
        return result;
    }
    try {
        instance_ = binding.makeInstance(*this, purpose);
    } catch (const std::exception& failure) {
        return settle({CallResult::End::Refused, MORTISE_INTERNAL, "HOST", failure.what()},
                      State::Opened, "host");
    }
    table_.struct_size = sizeof table_;
    return settle(guarded(thread, deadline, "open",
                          [entry](Generation& self, mortise_error& error) {
                              const mortise_status status =
                                  (*entry)(self.instance_->host(), &self.table_, &error);
                              if (status == MORTISE_OK && !isComplete(self.table_)) {
                                  throw Error(422, "TABLE_INCOMPLETE",
                                              "open() left a function of the table unset");
                              }
                              self.is_opened_ = status == MORTISE_OK;
                              return status;
                          }),
                  State::Opened, "open");
}

CallResult Generation::configure(ChangeThread& thread, std::uint32_t mode, Deadline deadline) {
    return settle(guarded(thread, deadline, "configure",
                          [mode](Generation& self, mortise_error& error) {
                              return self.table_.configure(self.table_.self, mode, &error);
                          }),
                  State::Configured, "configure");
}

CallResult Generation::declare(ChangeThread& thread, Deadline deadline) {
    CallResult result =
        guarded(thread, deadline, "declare", [](Generation& self, mortise_error& error) {
            return self.table_.declare(self.table_.self, self.instance_->declareTable(),
                                       self.instance_->declaration(), &error);
        });
    ledger_.seal();
    if (result.ok() && !ledger_.firstFailure().empty()) {
        result = {CallResult::End::Refused, MORTISE_INVALID_ARGUMENT, "REGISTRATION_REFUSED",
                  ledger_.firstFailure() + " (the plugin went on as if it had not been refused)"};
    }
    return settle(std::move(result), State::Declared, "declare");
}

CallResult Generation::prepare(ChangeThread& thread, Deadline deadline) {
    was_prepared_ = true;
    CallResult result =
        guarded(thread, deadline, "prepare", [deadline](Generation& self, mortise_error& error) {
            return self.table_.prepare(self.table_.self, pluginDeadline(deadline), &error);
        });
    if (result.end == CallResult::End::Refused && result.status == MORTISE_UNAVAILABLE) {
        return result;
    }
    return settle(std::move(result), State::Prepared, "prepare");
}

CallResult Generation::activate(ChangeThread& thread, Deadline deadline) {
    return guarded(thread, deadline, "activate", [](Generation& self, mortise_error&) {
        self.table_.activate(self.table_.self);
        return MORTISE_OK;
    });
}

CallResult Generation::quiesce(ChangeThread& thread, Deadline deadline) {
    return guarded(thread, deadline, "quiesce", [](Generation& self, mortise_error& error) {
        return self.table_.quiesce(self.table_.self, &error);
    });
}

CallResult Generation::resume(ChangeThread& thread, Deadline deadline) {
    return guarded(thread, deadline, "resume", [](Generation& self, mortise_error&) {
        self.table_.resume(self.table_.self);
        return MORTISE_OK;
    });
}

bool Generation::drain(Deadline deadline) const {
    // Nobody can enter any more, so looking now and then is enough and costs the requests nothing.
    auto pause = std::chrono::microseconds(50);
    while (!isIdle()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::microseconds(5000));
    }
    return true;
}

State Generation::retire(ChangeThread& thread, Deadline deadline) {
    const bool stopped = stopInside(thread, deadline);
    if (instance_) {
        instance_->close();
    }
    if (isHung()) {
        setState(State::Stuck);
        return State::Stuck;
    }
    if (!stopped || !isReleased(thread, deadline) || !destroyInside(thread, deadline)) {
        setState(isHung() ? State::Stuck : State::Retired);
        return state();
    }
    instance_.reset();
    setState(State::Stopped);
    return unmap(thread, deadline);
}

bool Generation::stopInside(ChangeThread& thread, Deadline deadline) {
    if (!was_prepared_ || isHung()) {
        return true;
    }
    const CallResult result =
        guarded(thread, deadline, "stop", [deadline](Generation& self, mortise_error& error) {
            return self.table_.stop(self.table_.self, pluginDeadline(deadline), &error);
        });
    if (!result.ok() && !isHung()) {
        addReason("stop: " + result.text());
    }
    return result.ok();
}

bool Generation::isReleased(const ChangeThread& thread, Deadline deadline) {
    std::vector<std::string> reasons;
    if (instance_ && !drain(deadline)) {
        reasons.push_back(std::to_string(pinCount()) + " units of work still run in it");
    } else if (instance_) {
        reasons = instance_->holdings();
    }
    for (auto& stray : strayThreads(thread.threadId())) {
        reasons.push_back(std::move(stray));
    }
    for (const auto& reason : reasons) {
        addReason(reason);
    }
    return reasons.empty();
}

std::vector<std::string> Generation::strayThreads(int known_id) const {
    const bool may_start =
        std::any_of(origin_.mapping_risks.begin(), origin_.mapping_risks.end(),
                    [](const Finding& risk) { return risk.code == "ELF_STARTS_THREADS"; });
    if (!may_start || threads_before_.empty()) {
        return {};
    }
    // A joined thread may be listed a moment longer. Threads of the host that came meanwhile are taken for the plugin's: it broke
    // the rule that threads are the host's, so it may stay mapped.
    std::vector<std::string> strays;
    for (int round = 0; round < 20; ++round) {
        strays.clear();
        for (const int id : threadIds()) {
            const std::string name = threadName(id);
            if (!threads_before_.contains(id) && !name.empty() && id != ::gettid() &&
                id != known_id) {
                strays.push_back("thread " + std::to_string(id) + " \"" + name +
                                 "\" was started after the library was loaded");
            }
        }
        if (strays.empty()) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return strays;
}

bool Generation::destroyInside(ChangeThread& thread, Deadline deadline) {
    if (!is_opened_) {
        return true;
    }
    const CallResult result =
        guarded(thread, deadline, "destroy", [](Generation& self, mortise_error&) {
            self.table_.destroy(self.table_.self);
            return MORTISE_OK;
        });
    if (!result.ok() && !isHung()) {
        addReason("destroy: " + result.text());
    }
    return result.ok();
}

State Generation::unmap(ChangeThread& thread, Deadline deadline) {
    for (const auto& risk : origin_.mapping_risks) {
        if (risk.code == kThreadKeysCode) {
            addReason(risk.code + ": " + risk.found);
            setState(State::Retired);
            return State::Retired;
        }
    }
    const auto is_gone = std::make_shared<bool>(false);
    const CallResult result =
        guarded(thread, deadline, "dlclose", [is_gone](Generation& self, mortise_error&) {
            *is_gone = self.library_.close();
            return MORTISE_OK;
        });
    if (!result.ok()) {
        setState(isHung() ? State::Stuck : State::Retired);
        return state();
    }
    if (*is_gone) {
        if (origin_.owns_mapped_path) {
            std::error_code ignored;  // The next start sweeps what is left.
            std::filesystem::remove(origin_.mapped_path, ignored);
        }
        setState(State::Unmapped);
        return State::Unmapped;
    }
    for (const auto& risk : origin_.mapping_risks) {
        addReason(risk.code + ": " + risk.found);
    }
    if (origin_.mapping_risks.empty()) {
        addReason("the dynamic linker keeps it; something opened or refers to it besides the host");
    }
    setState(State::Retired);
    return State::Retired;
}

std::string loadFailureCode(const CallResult& result) {
    for (const char* known : {"LIBRARY_OPEN", "ENTRY_MISSING", "TABLE_INCOMPLETE"}) {
        if (result.code == known) {
            return known;
        }
    }
    return "OPEN_FAILED";
}

std::string_view stateName(State state) noexcept {
    switch (state) {
        case State::Staged:
            return "staged";
        case State::Loaded:
            return "loaded";
        case State::Opened:
            return "opened";
        case State::Configured:
            return "configured";
        case State::Declared:
            return "declared";
        case State::Prepared:
            return "prepared";
        case State::Active:
            return "active";
        case State::Draining:
            return "draining";
        case State::Parked:
            return "parked";
        case State::Stopped:
            return "stopped";
        case State::Unmapped:
            return "unmapped";
        case State::Retired:
            return "retired";
        case State::Failed:
            return "failed";
        case State::Stuck:
            return "stuck";
    }
    return "unknown";
}

bool isMapped(State state) noexcept {
    return state != State::Staged && state != State::Unmapped;
}

}  // namespace mortise::plugin
