#include "admin/control_client.hpp"

#include <cerrno>
#include <cstring>

#include "admin/socket_address.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "limits.hpp"

namespace mortise::admin {

std::string callControl(const std::filesystem::path& socket_path, const std::string& request,
                        std::chrono::milliseconds deadline) {
    const sockaddr_un address = socketAddress(socket_path);
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket ||
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw Error::unavailable("no host answers at \"" + socket_path.string() +
                                 "\": " + std::strerror(errno) +
                                 "; is it running, and is --socket the right one?");
    }
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::string answer;
    if (!writeLine(socket.get(), request, until)) {
        throw Error::unavailable("the host at \"" + socket_path.string() +
                                 "\" did not take the request");
    }
    switch (readLine(socket.get(), answer, limits::kControlMessageSizeMax, until)) {
        case LineOutcome::Complete:
            return answer;
        case LineOutcome::TimedOut:
            throw Error::unavailable("the host at \"" + socket_path.string() +
                                     "\" did not answer in time");
        default:
            throw Error::unavailable("the host at \"" + socket_path.string() +
                                     "\" ended the connection without an answer");
    }
}

}  // namespace mortise::admin
