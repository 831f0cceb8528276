// Exchange: one request and its answer, from the parsed head to the last written byte.
//
//   Reading -> Dispatched -> Completed          the normal way
//                  \-> Abandoned -> Completed    deadline passed or client left while the handler runs: the connection has
//                                               answered or gone, the memory stays until complete(), late answers are STALE
//
// Owned by its connection; an abandoned exchange owns itself and the bytes its views point into. All fields are set before
// dispatch and then only read; `response` belongs to the handler until complete().
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/body_stream.hpp"
#include "http/message.hpp"
#include "http/route.hpp"
#include "trace/span_context.hpp"

namespace mortise::run {
class Reactor;
}
namespace mortise::identity {
struct Principal;
}

namespace mortise::http {

class Exchange {
public:
    virtual ~Exchange() = default;

    // Request. Borrowed from the receive buffer or the exchange's arena; valid until complete() returns.
    Method method = Method::Other;
    std::string_view method_name;
    std::string_view target;  ///< As the client sent it.
    std::string_view path;    ///< Decoded and normalised, without query.
    std::string_view query;   ///< Undecoded, without '?'.
    std::string_view host;    ///< Host header or authority, without port.
    std::vector<Pair> headers;
    std::vector<Pair> path_params;
    std::string_view body;
    std::string_view client_address;
    bool secure = false;  ///< The client's side is https.
    std::string request_id;
    trace::SpanContext trace;  ///< Its own span; the next exchange of the connection has another.
    std::chrono::steady_clock::time_point started;
    std::chrono::steady_clock::time_point deadline;

    // Found by the pipeline.
    const Route* route = nullptr;                          ///< Valid while the target is entered.
    std::shared_ptr<const identity::Principal> principal;  ///< Null when anonymous.

    // Answer.
    Response response;

    /// First header of that lower-case name, empty view when absent.
    std::string_view header(std::string_view name) const noexcept;

    /// Set by startStream().
    std::shared_ptr<BodyStream> stream;

    /// The reactor of the connection.
    virtual run::Reactor& reactor() noexcept = 0;
    /// Hands the answer over. Any thread, exactly once; the exchange may be gone when it returns.
    virtual void complete() noexcept = 0;
    /// Hands over the head of an answer whose body follows through `stream`, which this call makes. Any thread, at most once,
    /// before complete(); `response` is the connection's from now on. The stream ends or fails before complete().
    virtual void startStream() = 0;
    /// True once the client left or the deadline was answered: work for this request is wasted. Any thread.
    virtual bool isAbandoned() const noexcept = 0;
};

}  // namespace mortise::http
