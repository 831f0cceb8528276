// OutgoingStandIn: answers calls to other servers in place of the network, so that a test reaches nobody by mistake.
//
// Asked only after the caller was found fit to make the call (granted by its manifest, no lease held), so a test meets the same
// refusals as service does. Where there is one, the network is never used.
#pragma once

#include "http/client/outgoing.hpp"

namespace mortise::bridge {

class OutgoingStandIn {
public:
    virtual ~OutgoingStandIn() = default;
    /// May block. Any thread.
    virtual http::OutgoingResult send(const http::OutgoingRequest& request) noexcept = 0;
};

}  // namespace mortise::bridge
