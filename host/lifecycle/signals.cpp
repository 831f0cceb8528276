#include "lifecycle/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace mortise::lifecycle {

namespace {

constexpr std::array<int, 3> kHandled = {SIGTERM, SIGINT, SIGHUP};

sigset_t handledSet() noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : kHandled) {
        sigaddset(&set, signal);
    }
    return set;
}

[[noreturn]] void fail(const char* what) {
    throw Error::internal(std::string("could not ") + what + ": " +
                          std::system_category().message(errno));
}

}  // namespace

void blockSignals() noexcept {
    const sigset_t set = handledSet();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    for (const int signal : kHandled) {
        // An inherited "ignore" would throw the signal away before anybody could wait for it.
        static_cast<void>(::signal(signal, SIG_DFL));
    }
    static_cast<void>(::signal(SIGPIPE, SIG_IGN));
}

void restoreSignals() noexcept {
    for (const int signal : kHandled) {
        static_cast<void>(::signal(signal, SIG_DFL));
    }
    static_cast<void>(::signal(SIGPIPE, SIG_DFL));
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

struct Signals::State {
    explicit State(SignalHandler& signal_handler) : handler(signal_handler) {
        const sigset_t set = handledSet();
        signal_fd.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
        stop_fd.reset(::eventfd(0, EFD_CLOEXEC));
        if (!signal_fd || !stop_fd) {
            fail("wait for signals");
        }
        thread = std::thread([this] { run(); });
    }
    ~State() {
        const std::uint64_t one = 1;
        while (::write(stop_fd.get(), &one, sizeof one) < 0 && errno == EINTR) {
        }
        thread.join();
    }

    void run() noexcept {
        pthread_setname_np(pthread_self(), "signals");
        std::array<pollfd, 2> waiting = {
            {{signal_fd.get(), POLLIN, 0}, {stop_fd.get(), POLLIN, 0}}};
        // Without a deadline: this thread has nothing else to do until one of the two arrives.
        while (waiting[1].revents == 0) {
            if (::poll(waiting.data(), waiting.size(), -1) > 0 && waiting[0].revents != 0) {
                take();
            }
        }
    }

    void take() noexcept {
        signalfd_siginfo info{};
        while (::read(signal_fd.get(), &info, sizeof info) == sizeof info) {
            const int signal = static_cast<int>(info.ssi_signo);
            if (signal == SIGHUP) {
                handler.onReload();
            } else if (!is_shutting_down) {
                is_shutting_down = true;
                handler.onShutdown(signal);
            } else {
                handler.onForce(signal);
            }
        }
    }

    SignalHandler& handler;
    bool is_shutting_down = false;  // Signal thread only.
    UniqueFd signal_fd;
    UniqueFd stop_fd;
    std::thread thread;
};

Signals::Signals(SignalHandler& handler) : state_(std::make_unique<State>(handler)) {}

Signals::~Signals() = default;

}  // namespace mortise::lifecycle
