#include "http/socket/listener.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "limits.hpp"

namespace mortise::http {

namespace {

// Connections accepted in a row before the reactor's other work gets its turn.
constexpr int kAcceptBatch = 64;

std::string reasonOfErrno() {
    return std::error_code(errno, std::generic_category()).message();
}

std::uint16_t portOf(const sockaddr_storage& address) noexcept {
    return ntohs(address.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

/// The address without port; one of IPv4 that came through an IPv6 socket in its own notation.
std::string textOf(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family != AF_INET6) {
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(),
                    text.size());
        return text.data();
    }
    const in6_addr& bytes = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
        ::inet_ntop(AF_INET, &bytes.s6_addr[12], text.data(), text.size());
    } else {
        ::inet_ntop(AF_INET6, &bytes, text.data(), text.size());
    }
    return text.data();
}

Error bindError(const std::string& host, std::uint16_t port, const std::string& reason) {
    return Error::internal("could not listen on \"" + host + "\" port " + std::to_string(port) +
                           ": " + reason);
}

void setPort(sockaddr* address, std::uint16_t port) noexcept {
    if (address->sa_family == AF_INET6) {
        reinterpret_cast<sockaddr_in6*>(address)->sin6_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in*>(address)->sin_port = htons(port);
    }
}

BoundSocket bindOne(const addrinfo& info, int backlog, const std::string& host,
                    std::uint16_t port) {
    setPort(info.ai_addr, port);
    BoundSocket bound;
    bound.socket.reset(
        ::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    const int on = 1;
    // REUSEADDR lets a restarted server bind while old connections linger; REUSEPORT would let a second server share the port
    // unnoticed. An IPv6 socket takes IPv6 only, so that "::" and "0.0.0.0" can be listed side by side.
    if (!bound.socket ||
        ::setsockopt(bound.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (info.ai_family == AF_INET6 &&
         ::setsockopt(bound.socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
        ::bind(bound.socket.get(), info.ai_addr, info.ai_addrlen) != 0 ||
        ::listen(bound.socket.get(), backlog) != 0) {
        throw bindError(host, port, reasonOfErrno());
    }
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    ::getsockname(bound.socket.get(), reinterpret_cast<sockaddr*>(&own), &size);
    bound.port = portOf(own);
    const std::string text = textOf(own);
    bound.address =
        (own.ss_family == AF_INET6 ? "[" + text + "]" : text) + ":" + std::to_string(bound.port);
    return bound;
}

}  // namespace

std::vector<BoundSocket> bindAddresses(const std::string& host, std::uint16_t port, int backlog) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (error != 0) {
        throw bindError(host, port, ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
    std::vector<BoundSocket> bound;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        if (each->ai_family == AF_INET || each->ai_family == AF_INET6) {
            bound.push_back(bindOne(*each, backlog, host, port));
            port = bound.back().port;
        }
    }
    return bound;
}

Listener::Listener(run::Reactor& reactor, BoundSocket bound, AcceptedSink& sink)
    : reactor_(reactor), bound_(std::move(bound)), sink_(sink) {}

void Listener::open() {
    reactor_.watch(bound_.socket.get(), EPOLLIN, *this);
}

void Listener::finish() noexcept {
    if (!bound_.socket) {
        return;
    }
    reactor_.disarm(*this);
    while (acceptOne() == Accepted::One) {
    }
    reactor_.unwatch(bound_.socket.get());
    bound_.socket.reset();
}

void Listener::onEvents(std::uint32_t /*events*/) noexcept {
    for (int i = 0; i < kAcceptBatch; ++i) {
        if (sink_.isFull()) {
            pause(AcceptedSink::Shortage::Connections, {});
            return;
        }
        switch (acceptOne()) {
            case Accepted::One:
                break;
            case Accepted::None:
                return;
            case Accepted::Short:
                pause(AcceptedSink::Shortage::System, reasonOfErrno());
                return;
        }
    }
}

void Listener::onTimer() noexcept {
    pauses_ = false;
    try {
        open();
    } catch (const Error&) {
        // Still short of memory; the reason was reported when the pause began.
        reactor_.arm(*this, reactor_.now() + limits::kAcceptPause);
    }
}

Listener::Accepted Listener::acceptOne() noexcept {
    for (;;) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        UniqueFd socket(::accept4(bound_.socket.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket) {
            const int on = 1;
            ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            sink_.take(std::move(socket), textOf(peer));
            return Accepted::One;
        }
        switch (errno) {
            case EAGAIN:
                return Accepted::None;
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM:
                return Accepted::Short;
            case EBADF:
            case EINVAL:
            case ENOTSOCK:
            case EOPNOTSUPP:
                return Accepted::None;  // The socket is closed or broken; nothing will come of it.
            default:
                break;  // This one connection failed before it was accepted (accept(2)); the next may be well.
        }
    }
}

void Listener::pause(AcceptedSink::Shortage shortage, const std::string& reason) noexcept {
    if (!std::exchange(pauses_, true)) {
        reactor_.unwatch(bound_.socket.get());
        sink_.onPause(shortage, reason);
    }
    reactor_.arm(*this, reactor_.now() + limits::kAcceptPause);
}

}  // namespace mortise::http
