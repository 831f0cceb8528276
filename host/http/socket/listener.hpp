// Listener: one listening socket, accepting on a reactor.
//
// When descriptors or memory run out, accept() fails while the socket stays readable, and trying again at once would spin; when
// there are as many connections as allowed, the next ones are better off in the kernel's queue than accepted and dropped. In
// both cases the listener pauses and looks again a moment later.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "run/reactor.hpp"

namespace mortise::http {

/// What a listener does with what it accepts.
class AcceptedSink {
public:
    enum class Shortage { Connections, System };

    virtual bool isFull() const noexcept = 0;
    virtual void take(UniqueFd socket, std::string address) = 0;
    /// Accepting pauses. `reason` is the system's text, empty for Connections.
    virtual void onPause(Shortage shortage, const std::string& reason) noexcept = 0;

protected:
    ~AcceptedSink() = default;
};

/// A bound socket that listens.
struct BoundSocket {
    UniqueFd socket;
    std::string address;  ///< "127.0.0.1:8000", "[::1]:8000".
    std::uint16_t port = 0;
};

/// Binds every address `host` resolves to; with port 0 the first takes a free one and the others the same. Throws
/// mortise::Error.
std::vector<BoundSocket> bindAddresses(const std::string& host, std::uint16_t port, int backlog);

class Listener final : private run::EventHandler, private run::Timer {
public:
    Listener(run::Reactor& reactor, BoundSocket bound, AcceptedSink& sink);
    ~Listener() override = default;

    const std::string& address() const noexcept { return bound_.address; }

    // Reactor thread.
    void open();
    /// Accepts what is queued and closes the socket.
    void finish() noexcept;

private:
    enum class Accepted { One, None, Short };

    void onEvents(std::uint32_t events) noexcept override;
    void onTimer() noexcept override;
    Accepted acceptOne() noexcept;
    void pause(AcceptedSink::Shortage shortage, const std::string& reason) noexcept;

    run::Reactor& reactor_;
    BoundSocket bound_;
    AcceptedSink& sink_;
    bool pauses_ = false;
};

}  // namespace mortise::http
