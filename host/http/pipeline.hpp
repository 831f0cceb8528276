// Pipeline: the order in which a request passes the host's rules. The connection calls it; it never touches sockets.
//
//   begin(): request context -> trusted host -> CORS -> route -> authenticate -> authorise -> body limits
//   dispatch(): body complete -> handler (here, or on the executor)
//   finish(): envelope of an empty or failed answer -> security headers, request id, time -> access log
//
// A request rejected anywhere still gets its id, its headers and its log line, because finish() runs for all.
#pragma once

#include <cstddef>
#include <string_view>

namespace mortise::http {

class Exchange;

enum class Verdict {
    Continue,  ///< Read the body (at most `body_size_max` bytes), then call dispatch().
    Answer,  ///< `exchange.response` is staged; discard the body or close, then call finish() and write.
};

class Pipeline {
public:
    virtual ~Pipeline() = default;

    /// Reactor thread, after the head is parsed.
    virtual Verdict begin(Exchange& exchange, std::size_t& body_size_max) noexcept = 0;
    /// Reactor thread, after the body is complete. Leads to exchange.complete() exactly once, perhaps before it returns.
    virtual void dispatch(Exchange& exchange) noexcept = 0;
    /// Stages the error answer of a request the connection itself rejects (malformed, too large, too slow, deadline).
    /// `code` is one of the host's error codes, e.g. "BAD_REQUEST", "PAYLOAD_TOO_LARGE", "DEADLINE_EXCEEDED".
    virtual void reject(Exchange& exchange, int status, std::string_view code) noexcept = 0;
    /// Reactor thread, once per exchange, before its head is written: adds the standard headers.
    virtual void finish(Exchange& exchange) noexcept = 0;
    /// Reactor thread, once per exchange, after the last byte was written or the connection was lost: log, metrics, unpin.
    virtual void done(Exchange& exchange, std::size_t body_bytes_sent) noexcept = 0;
    /// True while the host drains: the connection adds "Connection: close".
    virtual bool isDraining() const noexcept = 0;
};

}  // namespace mortise::http
