// PendingSpan: the span of something that is under way in a unit of work; recorded when it ends, however it ends.
//
// When the trace is not kept it is two null pointers, and nothing of what is told to it is looked at.
#pragma once

#include <memory>
#include <string_view>

#include "mortise/abi.h"
#include "trace/tracer.hpp"

namespace mortise::bridge {

class Context;

class PendingSpan {
public:
    PendingSpan() = default;
    /// A part of `unit`.
    static PendingSpan partOf(const Context& unit, std::string_view name, trace::Kind kind);
    /// `unit` itself.
    static PendingSpan whole(const Context& unit, std::string_view name, trace::Kind kind);

    PendingSpan(PendingSpan&& other) noexcept = default;
    PendingSpan& operator=(PendingSpan&& other) noexcept = default;
    PendingSpan(const PendingSpan&) = delete;
    /// One that nobody ended failed.
    ~PendingSpan();

    template <typename T>
    PendingSpan& with(std::string_view key, const T& value) {
        if (span_) {
            span_->set(key, value);
        }
        return *this;
    }
    void end() noexcept;
    /// `type` is a stable code, never a text that may quote somebody's data.
    void fail(std::string_view type) noexcept;

private:
    std::unique_ptr<trace::Span> span_;
    trace::Tracer* tracer_ = nullptr;
};

}  // namespace mortise::bridge
