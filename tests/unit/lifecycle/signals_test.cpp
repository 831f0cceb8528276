#include "lifecycle/signals.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "tests/support/catch.hpp"

using namespace mortise::lifecycle;
using namespace std::chrono_literals;

namespace {

// Blocks the signals for one test and gives the test runner its own set-up back.
class SignalScope {
public:
    SignalScope() {
        for (const int signal : kSignals) {
            ::sigaction(signal, nullptr, &before_.emplace_back());
        }
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
    }
    ~SignalScope() {
        for (std::size_t i = 0; i < before_.size(); ++i) {
            ::sigaction(kSignals[i], &before_[i], nullptr);
        }
        ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    }

private:
    static constexpr int kSignals[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};
    std::vector<struct sigaction> before_;
    sigset_t mask_{};
};

class Recorder final : public SignalHandler {
public:
    void onShutdown(int signal) noexcept override { note("shutdown " + std::to_string(signal)); }
    void onForce(int signal) noexcept override { note("force " + std::to_string(signal)); }
    void onReload() noexcept override { note("reload"); }

    bool waitFor(const std::string& text) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 10s, [&] { return !seen_.empty() && seen_.back() == text; });
    }

private:
    void note(std::string text) {
        const std::lock_guard lock(mutex_);
        seen_.push_back(std::move(text));
        changed_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> seen_;
};

}  // namespace

TEST_CASE("the first signal shuts down, the next one forces, and a hangup reloads") {
    const SignalScope scope;
    blockSignals();
    Recorder recorder;
    const Signals signals(recorder);
    ::kill(::getpid(), SIGHUP);
    CHECK(recorder.waitFor("reload"));
    ::kill(::getpid(), SIGTERM);
    CHECK(recorder.waitFor("shutdown " + std::to_string(SIGTERM)));
    ::kill(::getpid(), SIGINT);
    CHECK(recorder.waitFor("force " + std::to_string(SIGINT)));
}

TEST_CASE("SIGINT counts even when the process was started with it ignored") {
    const SignalScope scope;
    ::signal(SIGINT, SIG_IGN);
    blockSignals();
    Recorder recorder;
    const Signals signals(recorder);
    ::kill(::getpid(), SIGINT);
    CHECK(recorder.waitFor("shutdown " + std::to_string(SIGINT)));
}

TEST_CASE("a child gets the default signals back") {
    const SignalScope scope;
    blockSignals();
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        restoreSignals();
        ::raise(SIGTERM);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
}
