// OutgoingClient: sends requests to other servers, many at once on one thread, and keeps their connections for the next ones.
//
// Problem: a thread per call in flight bounds the calls by the threads, a name look-up or a server that drips bytes holds it for
//          ever, and a plugin that makes a client per request leaks connections and pays for a handshake each time.
// Choice:  one thread drives libcurl's multi interface. The deadline is of the whole call. Per caller and origin there is a bounded
//          number of places and a circuit breaker; what may be repeated is, with growing random pauses.
// Guarantee: `done` of an accepted call is called exactly once, on the thread of the client, at the latest a tick after its deadline.
// The thread starts with the first call: a host that calls nobody has none.
#pragma once

#include <functional>
#include <memory>

#include "http/client/outgoing.hpp"
#include "http/client/settings.hpp"

namespace mortise::metrics {
class Exposition;
}

namespace mortise::http {

class OutgoingClient {
public:
    /// Must not throw or block.
    using Done = std::function<void(OutgoingResult)>;
    /// Asked now and then on the client's thread; true gives the call up. Must not throw or block.
    using IsAbandoned = std::function<bool()>;

    explicit OutgoingClient(OutgoingSettings settings);
    ~OutgoingClient();
    OutgoingClient(const OutgoingClient&) = delete;
    OutgoingClient& operator=(const OutgoingClient&) = delete;

    /// OutgoingFailure::None when the call was taken. Otherwise `done` will not be called, and the failure is one of
    /// InvalidRequest and TooMany with `reason` filled, or Cancelled after stop(). Any thread.
    OutgoingFailure send(OutgoingRequest request, IsAbandoned is_abandoned, Done done,
                         std::string& reason);

    /// Ends the calls under way with Cancelled and the thread. Calling it again does nothing.
    void stop() noexcept;

    /// Calls by caller and outcome. Any thread.
    void write(metrics::Exposition& out) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::http
