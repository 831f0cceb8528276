#include "admin/socket_address.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace mortise::admin {
namespace {

using Time = std::chrono::steady_clock::time_point;

/// False when the deadline comes first.
bool waitFor(int fd, short events, Time deadline) {
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return false;
        }
        pollfd poll_fd{fd, events, 0};
        const int ready =
            ::poll(&poll_fd, 1, static_cast<int>(std::min<long>(left.count(), 60'000)));
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

}  // namespace

sockaddr_un socketAddress(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof address.sun_path) {
        throw Error::internal("the path of the control socket is longer than " +
                              std::to_string(sizeof address.sun_path - 1) + " bytes: \"" + text +
                              "\"");
    }
    std::memcpy(address.sun_path, text.data(), text.size());
    return address;
}

LineOutcome readLine(int fd, std::string& line, std::size_t size_max, Time deadline) {
    line.clear();
    char chunk[4096];
    while (waitFor(fd, POLLIN, deadline)) {
        const ssize_t count = ::recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (count <= 0) {
            return LineOutcome::Closed;
        }
        const std::string_view received(chunk, static_cast<std::size_t>(count));
        const std::size_t feed = received.find('\n');
        line.append(received.substr(0, feed));
        if (line.size() > size_max) {
            return LineOutcome::TooLong;
        }
        if (feed != std::string_view::npos) {
            return LineOutcome::Complete;
        }
    }
    return LineOutcome::TimedOut;
}

bool writeLine(int fd, const std::string& text, Time deadline) {
    const std::string line = text + "\n";
    std::size_t sent = 0;
    while (sent < line.size() && waitFor(fd, POLLOUT, deadline)) {
        const ssize_t count =
            ::send(fd, line.data() + sent, line.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        sent += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return sent == line.size();
}

}  // namespace mortise::admin
