#include "db/embedded/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.hpp"

namespace mortise::db {

namespace {

// Everything the child needs, made before fork(): between fork and exec only async-signal-safe
// calls are allowed, because other threads may have held the locks of the allocator.
struct Plan {
    std::vector<char*> arguments;
    const char* directory;
    int input;
    int output;
    const User* user;
    bool ends_with_host;
    pid_t parent;
};

[[noreturn]] void fail(const char* step) noexcept {
    const char* reason = strerrordesc_np(errno);
    // Nothing can be done when even this fails; the exit status tells it too.
    for (const char* text : {step, ": ", reason == nullptr ? "unknown error" : reason, "\n"}) {
        if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) {
            break;
        }
    }
    ::_exit(127);
}

void resetSignals() noexcept {
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action {};
        action.sa_handler = SIG_DFL;
        ::sigaction(number, &action, nullptr);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The raw system calls: the C library's versions want to tell all threads, of which the child has
// none.
void becomeUser(const User& user) noexcept {
    if (!user.isOther()) {
        return;
    }
    if (::syscall(SYS_setgroups, 0, nullptr) != 0 ||
        ::syscall(SYS_setresgid, user.group_id, user.group_id, user.group_id) != 0 ||
        ::syscall(SYS_setresuid, user.user_id, user.user_id, user.user_id) != 0) {
        fail("could not become the unprivileged user");
    }
}

[[noreturn]] void runChild(const Plan& plan) noexcept {
    ::setsid();
    resetSignals();
    ::umask(077);
    if (::dup2(plan.input, STDIN_FILENO) < 0 || ::dup2(plan.output, STDOUT_FILENO) < 0 ||
        ::dup2(plan.output, STDERR_FILENO) < 0) {
        ::_exit(127);
    }
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    becomeUser(*plan.user);
    if (plan.ends_with_host) {
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
        if (::getppid() != plan.parent) {
            ::_exit(127);  // The host died before the request took effect.
        }
    }
    if (::chdir(plan.directory) != 0) {
        fail("could not enter the working directory");
    }
    ::execv(plan.arguments[0], plan.arguments.data());
    fail("could not run the program");
}

// <sys/pidfd.h> of glibc 2.36 lacks the C linkage.
int openPidfd(pid_t id) noexcept {
    return static_cast<int>(::syscall(SYS_pidfd_open, id, 0U));
}

UniqueFd openOrThrow(const char* path, int flags) {
    UniqueFd file(::open(path, flags | O_CLOEXEC, 0600));
    if (!file) {
        throw Error::internal("could not open \"" + std::string(path) +
                              "\": " + std::generic_category().message(errno));
    }
    return file;
}

}  // namespace

Process Process::start(const Start& start) {
    const UniqueFd input = openOrThrow("/dev/null", O_RDONLY);
    const UniqueFd output = openOrThrow(start.output.c_str(), O_WRONLY | O_CREAT | O_APPEND);
    std::vector<std::string> texts = start.arguments;
    Plan plan{{},          start.directory.c_str(), input.get(), output.get(),
              &start.user, start.ends_with_host,    ::getpid()};
    for (std::string& text : texts) {
        plan.arguments.push_back(text.data());
    }
    plan.arguments.push_back(nullptr);
    const pid_t id = ::fork();
    if (id == 0) {
        runChild(plan);
    }
    if (id < 0) {
        throw Error::internal("could not start \"" + texts.front() +
                              "\": " + std::generic_category().message(errno));
    }
    Process process;
    process.id_ = id;
    process.is_child_ = true;
    process.handle_.reset(openPidfd(id));
    return process;
}

Process Process::find(pid_t id) {
    Process process;
    process.handle_.reset(openPidfd(id));
    process.id_ = process.handle_ ? id : 0;
    return process;
}

bool Process::wait(Deadline deadline) noexcept {
    if (!handle_) {
        return true;
    }
    pollfd descriptor{handle_.get(), POLLIN, 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
                              deadline - std::chrono::steady_clock::now())
                              .count();
        const int ready =
            ::poll(&descriptor, 1, static_cast<int>(std::clamp<long>(left, 0, 3'600'000)));
        if (ready > 0) {
            break;
        }
        if (ready == 0 && left <= 0) {
            return false;
        }
    }
    if (is_child_) {
        ::waitpid(id_, &exit_status_, 0);
    }
    handle_.reset();
    id_ = 0;
    return true;
}

void Process::signal(int number) noexcept {
    if (handle_) {
        ::syscall(SYS_pidfd_send_signal, handle_.get(), number, nullptr, 0U);
    }
}

}  // namespace mortise::db
