// OutgoingHttp: what a test answers in place of other servers. What it does not answer is refused, so no test reaches the network.
#pragma once

#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "bridge/outgoing_stand_in.hpp"
#include "mortise/testing.h"

namespace mortise::testing {

class OutgoingHttp final : public bridge::OutgoingStandIn {
public:
    /// False when there are too many.
    bool add(const std::string& pattern, mortise_testing_http handler, void* handler_context);

    http::OutgoingResult send(const http::OutgoingRequest& request) noexcept override;

private:
    struct Entry {
        std::string pattern;
        mortise_testing_http handler = nullptr;
        void* context = nullptr;
    };
    Entry find(const http::OutgoingRequest& request);

    std::shared_mutex mutex_;  // Guards entries_.
    std::vector<Entry> entries_;
};

}  // namespace mortise::testing
