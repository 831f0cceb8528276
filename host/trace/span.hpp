// Span: something that was done, from when to when, as a part of what. A record, written when it is over.
//
// Names and attributes are copied, since a plugin may be unmapped before its spans are sent, and bounded, since they wait in
// memory. Attribute names of the host are those of the OpenTelemetry semantic conventions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trace/span_context.hpp"

namespace mortise::trace {

/// The numbers are those of OTLP.
enum class Kind : std::uint8_t { Internal = 1, Server, Client, Producer, Consumer };
enum class Status : std::uint8_t { Unset = 0, Ok, Error };

struct Attribute {
    using Value = std::variant<std::string, std::int64_t, double, bool>;
    std::string key;
    Value value;
};

struct Span {
    using Time = std::chrono::system_clock::time_point;

    SpanContext context;
    std::string name;
    Kind kind = Kind::Internal;
    Time started{};
    Time ended{};
    std::vector<Attribute> attributes;
    /// Attributes that found no room.
    std::uint32_t dropped_count = 0;
    Status status = Status::Unset;
    std::string status_message;

    /// A key that is set already gets the new value. Texts are cut at limits::kSpanTextSizeMax.
    void set(std::string_view key, std::string_view text);
    void set(std::string_view key, const char* text) { set(key, std::string_view(text)); }
    void set(std::string_view key, std::int64_t number);
    void set(std::string_view key, double number);
    void set(std::string_view key, bool truth);
    void fail(std::string_view message);

private:
    Attribute* place(std::string_view key);
};

/// Begun now, as a part of `parent`.
Span beginSpan(const SpanContext& parent, std::string_view name, Kind kind);

}  // namespace mortise::trace
