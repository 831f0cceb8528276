// Transfer: one request on the wire, once: a handle of libcurl with what goes out and what came in. Who drives it watches the
// deadline; only connecting has a time limit here.
#pragma once

#include <memory>
#include <string>

#include "http/client/outgoing.hpp"
#include "http/client/settings.hpp"

namespace mortise::http {

class OutgoingTarget;

class Transfer {
public:
    /// All three outlive it. Throws std::bad_alloc.
    Transfer(const OutgoingRequest& request, const OutgoingTarget& target,
             const OutgoingSettings& settings);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// The easy handle, for the multi handle that drives it.
    void* handle() const noexcept;
    /// Takes the outcome over. `code` is the CURLcode libcurl ended with.
    void finish(int code, OutgoingResult& result);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::http
