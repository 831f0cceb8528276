#include "admin/control_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "admin/socket_address.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/unique_fd.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "run/executor.hpp"

namespace mortise::admin {
namespace {

std::string failureText(const std::string& message) {
    return R"({"ok":false,"error":)" + jsonString(message) + "}";
}

bool somebodyAnswers(const sockaddr_un& address) {
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return probe &&
           ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

struct ControlServer::State {
    State(std::filesystem::path socket_path, ControlHandler& control_handler, log::Log& host_log)
        : path(std::move(socket_path)),
          handler(control_handler),
          log(host_log),
          executor("control", limits::kControlThreadCount),
          lane(executor, "control", limits::kControlThreadCount, limits::kControlQueueMax) {}

    std::filesystem::path path;
    ControlHandler& handler;
    log::Log& log;
    run::Executor executor;
    run::Lane lane;
    UniqueFd listening;
    UniqueFd wake;
    std::thread acceptor;

    void bind();
    void accept();
    void serve(int fd);
};

void ControlServer::State::bind() {
    const sockaddr_un address = socketAddress(path);
    if (somebodyAnswers(address)) {
        throw Error::internal("another host already serves the control socket \"" + path.string() +
                              "\"");
    }
    ::unlink(path.c_str());
    listening.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    wake.reset(::eventfd(0, EFD_CLOEXEC));
    // bind() creates the file with the umask; nobody may connect between that and listen(), so narrowing it here is in time.
    if (!listening || !wake ||
        ::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(path.c_str(), 0660) != 0 ||
        ::listen(listening.get(), static_cast<int>(limits::kControlQueueMax)) != 0) {
        throw Error::internal("could not open the control socket \"" + path.string() +
                              "\": " + std::strerror(errno));
    }
}

void ControlServer::State::accept() {
    while (true) {
        pollfd polled[2] = {{listening.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}};
        if (::poll(polled, 2, -1) < 0 && errno != EINTR) {
            return;
        }
        if (polled[1].revents != 0) {
            return;
        }
        UniqueFd fd(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd) {
            continue;
        }
        const int raw = fd.get();
        auto work = run::makeWork([this, owned = std::move(fd)] { serve(owned.get()); });
        if (!executor.submit(lane, work)) {
            writeLine(raw, failureText("too many control requests at once"),
                      std::chrono::steady_clock::now() + limits::kControlRequestDeadline);
        }
    }
}

void ControlServer::State::serve(int fd) {
    std::string request;
    const auto now = std::chrono::steady_clock::now();
    if (readLine(fd, request, limits::kControlMessageSizeMax,
                 now + limits::kControlRequestDeadline) != LineOutcome::Complete) {
        writeLine(fd, failureText("expected one line of JSON"),
                  now + 2 * limits::kControlRequestDeadline);
        return;
    }
    std::string answer;
    try {
        answer = handler.handle(request);
    } catch (const std::exception& error) {
        answer = failureText(error.what());
    }
    writeLine(fd, answer, std::chrono::steady_clock::now() + limits::kControlRequestDeadline);
}

ControlServer::ControlServer(std::filesystem::path socket_path, ControlHandler& handler,
                             log::Log& log)
    : state_(std::make_unique<State>(std::move(socket_path), handler, log)) {}

ControlServer::~ControlServer() {
    stop();
}

void ControlServer::start() {
    state_->bind();
    state_->acceptor = std::thread([this] { state_->accept(); });
    state_->log.info("control.listening", {{"socket", state_->path.string()}});
}

void ControlServer::stop() {
    if (!state_->acceptor.joinable()) {
        return;
    }
    const std::uint64_t one = 1;
    // A full counter wakes as well, so the result tells nothing.
    [[maybe_unused]] const ssize_t written = ::write(state_->wake.get(), &one, sizeof one);
    state_->acceptor.join();
    state_->listening.reset();
    state_->executor.stop();
    ::unlink(state_->path.c_str());
}

}  // namespace mortise::admin
