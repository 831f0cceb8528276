// trace: spans of a plugin's own work. `auto span = trace.span("price"); span.set("items", n);`
//
// `Quote quote(Body<Order> order, Trace& trace)`: the span begins here and ends with its scope, also in a coroutine and over a
// co_await. Statements and operations meanwhile are parts of it. When nobody keeps the trace, all of this costs a call.
// traceparent() is for calls to other services that the plugin makes itself.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "mortise/host.hpp"
#include "mortise/log.hpp"
#include "mortise/trace.h"

namespace mortise {

/// MORTISE_SPAN_*.
enum class SpanKind : std::uint32_t {
    Internal = MORTISE_SPAN_INTERNAL,
    Client = MORTISE_SPAN_CLIENT,
    Producer = MORTISE_SPAN_PRODUCER,
    Consumer = MORTISE_SPAN_CONSUMER,
};

/// An open span; ends with the object. One that outlives its unit of work was ended by the host and does nothing. Any thread.
class Span {
public:
    Span() = default;
    Span(const Host& host, mortise_handle handle) : host_(&host), handle_(handle) {}
    Span(Span&& other) noexcept
        : host_(other.host_), handle_(std::exchange(other.handle_, mortise_handle{0})) {}
    Span& operator=(Span&& other) noexcept {
        if (this != &other) {
            end();
            host_ = other.host_;
            handle_ = std::exchange(other.handle_, mortise_handle{0});
        }
        return *this;
    }
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;
    ~Span() { end(); }

    /// The values field() takes. Never people's data.
    template <class T>
    Span& set(std::string_view key, const T& value) {
        if (handle_ != 0) {
            const LogField attribute = field(key, value);
            const mortise_field raw = attribute.raw();
            host_->tables().trace->set(host_->raw(), handle_, &raw, 1);
        }
        return *this;
    }
    /// `type` is a stable code, not a sentence.
    void fail(std::string_view type) {
        if (handle_ != 0) {
            host_->tables().trace->fail(host_->raw(), handle_, detail::str(type));
        }
    }
    void end() noexcept {
        if (handle_ != 0) {
            host_->tables().trace->end(host_->raw(), std::exchange(handle_, mortise_handle{0}));
        }
    }
    /// The trace is kept: attributes that cost something are worth making.
    bool isRecorded() const noexcept { return handle_ != 0; }
    mortise_handle handle() const noexcept { return handle_; }

private:
    const Host* host_ = nullptr;
    mortise_handle handle_ = 0;
};

/// The trace of a unit of work. A value; use it where the unit runs.
class Trace {
public:
    explicit Trace(const Unit& unit) : unit_(unit) {}

    /// A part of the span begun last that is open, or of the request. `name` is one of few.
    Span span(std::string_view name, SpanKind kind = SpanKind::Internal) const {
        return begin(0, name, kind);
    }
    /// A part of `parent`: for coroutines that run side by side.
    Span span(const Span& parent, std::string_view name, SpanKind kind = SpanKind::Internal) const {
        return begin(parent.handle(), name, kind);
    }

    /// Header fields for a call to another service; tracestate is often empty.
    std::string traceparent() const { return current().first; }
    std::string tracestate() const { return current().second; }

private:
    static constexpr std::size_t kParentSize = 55;
    static constexpr std::size_t kStateSizeMax = 512;

    const mortise_trace& table() const {
        return detail::need(unit_.host->tables().trace, MORTISE_TRACE_INTERFACE);
    }
    Span begin(mortise_handle parent, std::string_view name, SpanKind kind) const {
        return Span(*unit_.host, table().begin(unit_.context, parent, detail::str(name),
                                               static_cast<std::uint32_t>(kind)));
    }
    std::pair<std::string, std::string> current() const {
        std::array<char, kParentSize> parent{};
        std::array<char, kStateSizeMax> state{};
        mortise_buffer parent_buffer{parent.data(), parent.size(), 0};
        mortise_buffer state_buffer{state.data(), state.size(), 0};
        detail::Failure failure;
        detail::check(table().current(unit_.context, &parent_buffer, &state_buffer, failure.out()),
                      failure);
        return {std::string(parent.data(), static_cast<std::size_t>(parent_buffer.size)),
                std::string(state.data(), static_cast<std::size_t>(state_buffer.size))};
    }

    Unit unit_;
};

}  // namespace mortise
