// Operations: what a test answers in place of other plugins.
#pragma once

#include <map>
#include <shared_mutex>
#include <string>

#include "bridge/operation_stand_in.hpp"
#include "mortise/testing.h"

namespace mortise::testing {

class Operations final : public bridge::OperationStandIn {
public:
    /// nullptr leaves the operation to the plugins again.
    void set(const std::string& operation, mortise_testing_operation handler,
             void* handler_context);

    bool answers(std::string_view operation) noexcept override;
    mortise_status call(std::string_view operation, std::string_view input, std::string& output,
                        mortise_error& error) noexcept override;

private:
    struct Entry {
        mortise_testing_operation handler = nullptr;
        void* context = nullptr;
    };
    Entry find(std::string_view operation) noexcept;

    std::shared_mutex mutex_;  // Guards entries_.
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace mortise::testing
