#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace mortise::test {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

namespace {

constexpr int kNotStarted = 127;

std::vector<std::string> environmentWith(const std::vector<std::string>& added) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!std::string_view(*entry).starts_with("APP_")) {
            environment.emplace_back(*entry);
        }
    }
    environment.insert(environment.end(), added.begin(), added.end());
    return environment;
}

std::vector<char*> pointersTo(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

// Between fork and exec: only what is allowed after the fork of a process with threads.
[[noreturn]] void becomeChild(char** command, char** environment, int output, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(kNotStarted);  // It ended before the line above.
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execvpe(command[0], command, environment);
    ::_exit(kNotStarted);
}

int waitStatusOf(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool isBelow(const fs::path& path, const std::string& directory) {
    return path == directory || path.string().starts_with(directory + '/');
}

}  // namespace

Process::Process(const Launch& launch) {
    std::vector<std::string> command = launch.command;
    std::vector<std::string> environment = environmentWith(launch.environment);
    const std::vector<char*> arguments = pointersTo(command);
    const std::vector<char*> variables = pointersTo(environment);
    const int output =
        ::open(launch.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (output < 0) {
        throw std::runtime_error("could not open " + launch.output.string());
    }
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ == 0) {
        becomeChild(const_cast<char**>(arguments.data()), const_cast<char**>(variables.data()),
                    output, parent);
    }
    ::close(output);
    if (id_ < 0) {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
}

Process::~Process() {
    if (id_ > 0 && isRunning()) {
        signal(SIGKILL);
        wait(10s);
    }
}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, 0)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(status_, other.status_);
    return *this;
}

void Process::signal(int number) const {
    ::kill(id_, number);
}

std::optional<int> Process::wait(milliseconds time) {
    if (status_) {
        return status_;
    }
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
    if (handle >= 0) {
        pollfd ended{handle, POLLIN, 0};
        ::poll(&ended, 1, static_cast<int>(time.count()));
        ::close(handle);
    }
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) == id_) {
        status_ = waitStatusOf(status);
    }
    return status_;
}

Finished run(const std::vector<std::string>& command, const std::vector<std::string>& environment,
             milliseconds time) {
    std::string path = (fs::temp_directory_path() / "mortise-output-XXXXXX").string();
    const int file = ::mkstemp(path.data());
    ::close(file);
    Process process({command, environment, path});
    const std::optional<int> exit_code = process.wait(time);
    Finished finished{exit_code.value_or(-1), readFile(path)};
    fs::remove(path);
    if (!exit_code) {
        throw std::runtime_error(command.front() + " did not end in time: " + finished.output);
    }
    return finished;
}

std::vector<pid_t> processesIn(const fs::path& directory) {
    std::vector<pid_t> found;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != name.npos ||
            name == std::to_string(::getpid())) {
            continue;
        }
        std::error_code gone;
        const bool works_there =
            isBelow(fs::read_symlink(entry.path() / "cwd", gone), directory.string());
        const bool names_it =
            readFile(entry.path() / "cmdline").find(directory.string()) != std::string::npos;
        if (works_there || names_it) {
            found.push_back(std::stoi(name));
        }
    }
    return found;
}

std::string readFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace mortise::test
