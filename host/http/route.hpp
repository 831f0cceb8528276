// Route: what a method and a pattern lead to, and the rules that hold before its handler runs.
//
// Decided at publish, not per request: policies, limits and the target are plain fields of the route the router finds.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "http/message.hpp"

namespace mortise::run {
class Lane;
}

namespace mortise::http {

class Exchange;

/// Where a request goes. Implemented by bridge for plugins and by app for the host's own routes.
class Target {
public:
    virtual ~Target() = default;
    /// Pins what the handler needs. Called on the reactor inside the read section of the look-up; false = no longer serving.
    virtual bool enter() noexcept = 0;
    /// Unpins; called once per successful enter(), after the exchange is complete, on any thread.
    virtual void leave() noexcept = 0;
    /// Runs the handler: on the reactor (Inline, Async) or on an executor thread (Blocking). Leads to exchange.complete()
    /// exactly once, before it returns unless the mode is Async.
    virtual void handle(Exchange& exchange) noexcept = 0;
};

enum class Mode : std::uint8_t { Inline, Blocking, Async };

enum class Access : std::uint8_t {
    Anonymous,  ///< Whoever asks: an Authorization header is not looked at, so a bad token does no harm.
    Public,  ///< Without a token too; one that comes along is judged.
    User,
};

struct Route {
    Method method = Method::Get;
    /// "/api/v1/users/{user_id:int}". Types: none (any segment), int, uuid.
    std::string pattern;
    /// Pattern without types, as logs and OpenAPI show it.
    std::string display;
    /// Name of the owning plugin, "host" for the host's own.
    std::string plugin;
    Mode mode = Mode::Blocking;
    Access access = Access::Public;
    std::vector<std::string> roles;
    std::vector<std::string> scopes;
    std::chrono::milliseconds deadline{0};  ///< 0 = server default.
    std::size_t body_size_max = 0;          ///< 0 = server default.
    bool takes_json = false;
    bool takes_form = false;
    bool takes_multipart = false;
    bool body_optional = true;
    /// Header fields of every answer, whoever gives it.
    std::vector<std::pair<std::string, std::string>> headers;
    /// Route-local replacement of the Content-Security-Policy header; empty = the standard one.
    std::string content_security_policy;
    /// What the watchdog calls a handler of this route that stalls a reactor; outlives every reactor.
    const char* activity = "";
    Target* target = nullptr;
    run::Lane* lane = nullptr;  ///< Blocking routes only.
};

}  // namespace mortise::http
