#include "trace/span.hpp"

#include <algorithm>
#include <cmath>

#include "base/utf8.hpp"
#include "limits.hpp"

namespace mortise::trace {

/// Where the value of a key goes; null without room.
Attribute* Span::place(std::string_view key) {
    const std::string_view known = cutUtf8(key, limits::kSpanKeySizeMax);
    const auto found = std::find_if(attributes.begin(), attributes.end(),
                                    [&](const Attribute& each) { return each.key == known; });
    if (found != attributes.end()) {
        return &*found;
    }
    if (known.empty() || attributes.size() >= limits::kSpanAttributeCountMax) {
        ++dropped_count;
        return nullptr;
    }
    attributes.push_back({std::string(known), {}});
    return &attributes.back();
}

void Span::set(std::string_view key, std::string_view text) {
    if (Attribute* attribute = place(key)) {
        attribute->value = std::string(cutUtf8(text, limits::kSpanTextSizeMax));
    }
}

void Span::set(std::string_view key, std::int64_t number) {
    if (Attribute* attribute = place(key)) {
        attribute->value = number;
    }
}

void Span::set(std::string_view key, double number) {
    if (!std::isfinite(number)) {
        ++dropped_count;  // JSON has no such numbers.
        return;
    }
    if (Attribute* attribute = place(key)) {
        attribute->value = number;
    }
}

void Span::set(std::string_view key, bool truth) {
    if (Attribute* attribute = place(key)) {
        attribute->value = truth;
    }
}

void Span::fail(std::string_view message) {
    status = Status::Error;
    status_message = cutUtf8(message, limits::kSpanTextSizeMax);
}

Span beginSpan(const SpanContext& parent, std::string_view name, Kind kind) {
    Span span;
    span.context = childOf(parent);
    span.name = cutUtf8(name, limits::kSpanNameSizeMax);
    span.kind = kind;
    span.started = std::chrono::system_clock::now();
    return span;
}

}  // namespace mortise::trace
