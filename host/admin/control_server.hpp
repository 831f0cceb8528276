// ControlServer: how an operator on the same machine talks to a running host.
//
// Problem: a swap must work when HTTP does not, and only for people the machine trusts.
// Choice:  a UNIX socket whose file permissions are the access control (owner and group). One request per connection: a line of
//          JSON in, a line of JSON out, then the end.
// Guarantee: a request that is too large or too slow costs one bounded buffer and its deadline; at most kControlThreadCount run
//          at once. A socket file left by a killed host is replaced, that of a living one is not.
//
//   {"command":"plugin.apply","file":"/path/users.so","confirm":true}   ->   {"ok":true,...}
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace mortise::log {
class Log;
}

namespace mortise::admin {

/// Answers one request. Runs on a control thread, may block; throws mortise::Error for what the operator should read.
class ControlHandler {
public:
    virtual ~ControlHandler() = default;
    /// `request` is one JSON text, the answer another, both without line feeds.
    virtual std::string handle(const std::string& request) = 0;
};

class ControlServer {
public:
    /// `handler` and `log` outlive the server.
    ControlServer(std::filesystem::path socket_path, ControlHandler& handler, log::Log& log);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Binds and serves; throws mortise::Error when another host answers there or the path is too long for a socket.
    void start();
    /// Takes no more requests, waits for those under way, removes the socket file.
    void stop();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::admin
