// Child's side of the probe: a generation that goes as far as declare() and never serves.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/unique_fd.hpp"
#include "plugin/change_thread.hpp"
#include "plugin/elf_file.hpp"
#include "plugin/generation.hpp"
#include "plugin/probe.hpp"

namespace mortise::plugin {
namespace {

std::string refusal(std::string_view code, std::string_view reason) {
    std::string out = "{\"ok\":false,\"code\":";
    appendJsonString(out, code);
    out += ",\"reason\":";
    appendJsonString(out, reason);
    return out += '}';
}

// Told before each step, so that a child that dies or hangs has said where.
using Progress = std::function<void(std::string_view step)>;

std::string judge(const std::filesystem::path& file, HostBinding& binding,
                  const Progress& progress) {
    Generation::Origin origin;
    origin.manifest = Manifest::read(ElfFile::open(file));
    origin.mapped_path = file;
    origin.owns_mapped_path = false;
    // Settings have to be known before the plugin asks for them.
    if (const auto problems = binding.settingProblems(origin.manifest); !problems.empty()) {
        return refusal("SETTING_INVALID", problems.front());
    }
    const auto generation = std::make_shared<Generation>(std::move(origin));
    ChangeThread thread;
    // The parent's deadline kills this process; these are only there because every wait has one.
    const auto deadline = std::chrono::steady_clock::now() + 2 * limits::kProbeDeadline;
    progress("load and open");
    CallResult result = generation->load(thread, binding, HostBinding::Purpose::Probe, deadline);
    if (!result.ok()) {
        return refusal(loadFailureCode(result),
                       result.message.empty() ? result.text() : result.message);
    }
    progress("configure");
    result = generation->configure(thread, MORTISE_CONFIGURE_DRY_RUN, deadline);
    if (!result.ok()) {
        return refusal("CONFIGURE_FAILED", result.text());
    }
    progress("declare");
    result = generation->declare(thread, deadline);
    if (!result.ok()) {
        return refusal("DECLARE_FAILED", result.text());
    }
    std::string answer = "{\"ok\":true,\"ledger\":" + generation->ledger().toJson() + '}';
    progress("destroy");
    generation->retire(thread, deadline);  // destroy() should not crash either.
    return answer;
}

void writeAll(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t done = ::write(fd, text.data(), text.size());
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return;  // The parent is gone; nobody wants the answer.
        }
        text.remove_prefix(static_cast<std::size_t>(done));
    }
}

std::string probeWith(const std::filesystem::path& file, HostBinding& binding,
                      const Progress& progress) {
    try {
        return judge(file, binding, progress);
    } catch (const Error& failure) {
        return refusal(failure.code(), failure.what());
    } catch (const std::exception& failure) {
        return refusal("HOST", failure.what());
    }
}

}  // namespace

std::string probeFile(const std::filesystem::path& file, HostBinding& binding) {
    return probeWith(file, binding, [](std::string_view) {});
}

int probeMain(const std::filesystem::path& file, HostBinding& binding) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    // A library of the host turns these into SIGABRT; the parent is to see what it was.
    for (const int number : {SIGILL, SIGFPE, SIGBUS, SIGSEGV, SIGSYS}) {
        static_cast<void>(::signal(number, SIG_DFL));
    }
    const UniqueFd answer(::fcntl(1, F_DUPFD_CLOEXEC, 3));
    ::dup2(2, 1);  // What the plugin prints must not look like the answer.
    const auto progress = [&](std::string_view step) {
        writeAll(answer.get(), kProbeProgress + std::string(step) + '\n');
    };
    writeAll(answer.get(), probeWith(file, binding, progress) + '\n');
    return 0;
}

}  // namespace mortise::plugin
