// Settings of the listening sockets and connections; app fills them from the areas server. and http.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "limits.hpp"

namespace mortise::http {

struct ServerSettings {
    /// Names or addresses to listen on; one socket per address they resolve to. "0.0.0.0" and "::" mean all.
    std::vector<std::string> hosts{"127.0.0.1"};
    /// 0 takes a free port, the same on all addresses; Server::port() tells which.
    std::uint16_t port = 8000;
    /// Connections the kernel may keep for us until they are accepted.
    int backlog = 1024;
    std::size_t connection_count_max = limits::kConnectionCountMax;

    std::size_t header_size_max = limits::kHeaderSizeMax;
    std::size_t header_count_max = limits::kHeaderCountMax;
    std::size_t target_size_max = limits::kTargetSizeMax;

    /// From the first byte of a request to the end of its head; for a new connection from its start.
    std::chrono::milliseconds header_deadline = limits::kHeaderDeadline;
    /// From the head to the last byte of the body.
    std::chrono::milliseconds body_deadline = limits::kBodyDeadline;
    /// Between two requests.
    std::chrono::milliseconds idle_deadline = limits::kIdleDeadline;
    /// Between two moments at which the client took some of the answer.
    std::chrono::milliseconds write_deadline = limits::kWriteDeadline;
    /// How long a closed connection is still read, so that the client gets the last answer before a reset.
    std::chrono::milliseconds linger_deadline = limits::kLingerDeadline;
    /// How long a handler goes on after the client closed its sending side. A client that left looks the same as one that only
    /// said that it has nothing more to send; the latter gets its answer when it comes within this time.
    std::chrono::milliseconds half_closed_deadline = limits::kHalfClosedDeadline;
};

}  // namespace mortise::http
