// OperationStandIn: answers operations in place of the plugins that offer them, so that a plugin is tested without its neighbours.
//
// Asked only after the caller was found fit to make the call (declared in its manifest, no lease held, not too deep), so a test
// meets the same refusals as service does.
#pragma once

#include <string>
#include <string_view>

#include "mortise/abi.h"

namespace mortise::bridge {

class OperationStandIn {
public:
    virtual ~OperationStandIn() = default;
    /// Whether call() answers that operation. Any thread.
    virtual bool answers(std::string_view operation) noexcept = 0;
    /// JSON text in, JSON text out; what it returns other than MORTISE_OK reaches the caller with `error`. May block. Any thread.
    virtual mortise_status call(std::string_view operation, std::string_view input,
                                std::string& output, mortise_error& error) noexcept = 0;
};

}  // namespace mortise::bridge
