// HandlerScope: the log context while a handler runs.
//
// A handler ends by completing its exchange, and the exchange may be gone before the handler's call has returned, so a context
// that borrows from it would dangle in whatever is logged last. The texts are copied to the stack: no allocation, and a path
// longer than the room is cut (the access log has all of it).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "log/field.hpp"

namespace mortise::http {

class Exchange;

class HandlerScope {
public:
    explicit HandlerScope(const Exchange& exchange) noexcept;
    HandlerScope(const HandlerScope&) = delete;
    HandlerScope& operator=(const HandlerScope&) = delete;

private:
    std::string_view keep(std::string_view text, std::size_t size_max) noexcept;
    log::Context contextOf(const Exchange& exchange) noexcept;

    std::array<char, 512> storage_;
    std::size_t used_ = 0;
    log::Context context_;
    log::ScopedContext scope_;
};

}  // namespace mortise::http
