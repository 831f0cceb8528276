// Parent's side. posix_spawn, because the host has many threads: between fork and exec nearly nothing would be allowed.
#include "plugin/probe.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace mortise::plugin {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
    UniqueFd read;
    UniqueFd write;

    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw Error::internal("could not open a pipe: " +
                                  std::generic_category().message(errno));
        }
        read.reset(ends[0]);
        write.reset(ends[1]);
        ::fcntl(read.get(), F_SETFL, O_NONBLOCK);
    }
};

// Collects what a pipe says, up to a bound; the front or the back is kept.
class Collector {
public:
    Collector(int fd, std::size_t size_max, bool keeps_back)
        : fd_(fd), size_max_(size_max), keeps_back_(keeps_back) {}

    void drain() {
        std::array<char, 64 * 1024> buffer;
        while (!is_closed_) {
            const ssize_t got = ::read(fd_, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got < 0) {
                return;  // Nothing there now.
            }
            is_closed_ = got == 0;
            text_.append(buffer.data(), static_cast<std::size_t>(got));
            if (text_.size() > size_max_) {
                is_over_ = true;
                text_ = keeps_back_ ? text_.substr(text_.size() - size_max_)
                                    : text_.substr(0, size_max_);
            }
        }
    }
    int fd() const { return is_closed_ ? -1 : fd_; }
    bool isOver() const { return is_over_; }
    const std::string& text() const { return text_; }

private:
    int fd_;
    std::size_t size_max_;
    bool keeps_back_;
    bool is_closed_ = false;
    bool is_over_ = false;
    std::string text_;
};

// A child that is killed and waited for when it is not done in time.
class Child {
public:
    Child(const ProbeSettings& settings, const std::filesystem::path& file, int out, int err) {
        std::vector<std::string> texts{settings.executable.string()};
        texts.insert(texts.end(), settings.arguments.begin(), settings.arguments.end());
        texts.push_back(file.string());
        std::vector<char*> arguments;
        arguments.reserve(texts.size() + 1);
        for (auto& text : texts) {
            arguments.push_back(text.data());
        }
        arguments.push_back(nullptr);

        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, out, 1);
        ::posix_spawn_file_actions_adddup2(&actions, err, 2);
        ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes,
                                     &none);  // The host blocks signals; the child should not.
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        ::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        const int failure = ::posix_spawn(&pid_, settings.executable.c_str(), &actions, &attributes,
                                          arguments.data(), environ);
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
        if (failure != 0) {
            pid_ = 0;
            throw Error(500, "PROBE_START",
                        "could not start \"" + settings.executable.string() +
                            "\": " + std::generic_category().message(failure));
        }
        exit_.reset(
            static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));  // Not in every C library.
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ != 0) {
            ::kill(-pid_, SIGKILL);  // The group: what the plugin started goes too.
            wait();
        }
    }

    int exitFd() const { return exit_.get(); }
    int wait() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        ::kill(-pid_, SIGKILL);
        pid_ = 0;
        return status;
    }

private:
    pid_t pid_ = 0;
    UniqueFd exit_;
};

// True when the child ended before the deadline.
bool follow(const Child& child, Collector& out, Collector& err, Clock::time_point deadline) {
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) {
            return false;
        }
        std::array<pollfd, 3> fds{pollfd{child.exitFd(), POLLIN, 0}, pollfd{out.fd(), POLLIN, 0},
                                  pollfd{err.fd(), POLLIN, 0}};
        ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
        out.drain();
        err.drain();
        if ((fds[0].revents & POLLIN) != 0) {
            return true;
        }
    }
}

std::string lastWords(const Collector& err) {
    std::string text = err.text();
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return text.empty() ? "" : "; its last words: " + text;
}

ProbeResult failed(std::string code, std::string reason) {
    ProbeResult result;
    result.code = std::move(code);
    result.reason = std::move(reason);
    return result;
}

// Takes the progress lines off and returns the last step, as words to follow a verb: " in declare".
std::string takeProgress(std::string& text) {
    std::string where;
    while (text.starts_with(kProbeProgress)) {
        const std::size_t end = text.find('\n');
        where = " in " + text.substr(1, end == std::string::npos ? end : end - 1);
        text.erase(0, end == std::string::npos ? end : end + 1);
    }
    return where;
}

ProbeResult readAnswer(const std::string& text) {
    // The ledger is compared byte for byte, so it is cut out instead of being written again.
    constexpr std::string_view kHead = "{\"ok\":true,\"ledger\":";
    if (text.starts_with(kHead) && text.ends_with("}\n")) {
        ProbeResult result;
        result.ok = true;
        result.ledger_json = text.substr(kHead.size(), text.size() - kHead.size() - 2);
        return result;
    }
    try {
        const auto root = Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
        return failed(root->getValue<std::string>("code"), root->getValue<std::string>("reason"));
    } catch (const Poco::Exception&) {
        return failed("PROBE_OUTPUT", "the probe answered something that cannot be read");
    }
}

}  // namespace

Probe::Probe(ProbeSettings settings) : settings_(std::move(settings)) {}

ProbeResult Probe::run(const std::filesystem::path& file) const try {
    Pipe out_pipe;
    Pipe err_pipe;
    Collector out(out_pipe.read.get(), limits::kProbeOutputSizeMax, false);
    Collector err(err_pipe.read.get(), limits::kProbeErrorSizeMax, true);
    Child child(settings_, file, out_pipe.write.get(), err_pipe.write.get());
    out_pipe.write.reset();
    err_pipe.write.reset();
    const bool has_ended = follow(child, out, err, Clock::now() + settings_.deadline);
    std::string text = out.text();
    if (!has_ended) {
        return failed("PROBE_DEADLINE",
                      "the plugin hung" + takeProgress(text) + " and was killed after " +
                          std::to_string(settings_.deadline.count()) + " ms" + lastWords(err));
    }
    const int status = child.wait();
    out.drain();
    err.drain();
    text = out.text();
    const std::string where = takeProgress(text);
    if (WIFSIGNALED(status)) {
        const char* name = ::sigabbrev_np(WTERMSIG(status));
        return failed("PROBE_SIGNAL",
                      std::string("the plugin died of SIG") +
                          (name == nullptr ? std::to_string(WTERMSIG(status)) : name) + where +
                          lastWords(err));
    }
    if (out.isOver()) {
        return failed("PROBE_OUTPUT", "the probe's answer is too long");
    }
    if (text.empty()) {
        return failed("PROBE_EXIT", "the plugin ended the process with code " +
                                        std::to_string(WEXITSTATUS(status)) + where +
                                        lastWords(err));
    }
    return readAnswer(text);
} catch (const Error& failure) {
    return failed("PROBE_START", failure.what());
}

}  // namespace mortise::plugin
