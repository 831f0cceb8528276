#include "trace/otlp_json.hpp"

#include <string_view>
#include <utility>

#include "base/json_text.hpp"
#include "trace/propagation.hpp"
#include "trace/settings.hpp"

namespace mortise::trace {
namespace {

void appendKey(std::string& out, std::string_view key) {
    out.append(out.back() == '{' ? "\"" : ",\"").append(key).append("\":");
}

void appendText(std::string& out, std::string_view key, std::string_view text) {
    appendKey(out, key);
    appendJsonString(out, text);
}

void appendValue(std::string& out, const Attribute::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        appendText(out, "stringValue", *text);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        appendText(out, "intValue", std::to_string(*integer));
    } else if (const auto* number = std::get_if<double>(&value)) {
        appendKey(out, "doubleValue");
        appendJsonNumber(out, *number);
    } else {
        appendKey(out, "boolValue");
        out += std::get<bool>(value) ? "true" : "false";
    }
}

void appendAttribute(std::string& out, std::string_view key, const Attribute::Value& value) {
    out += out.back() == '[' ? "{" : ",{";
    appendText(out, "key", key);
    appendKey(out, "value");
    out += '{';
    appendValue(out, value);
    out += "}}";
}

void appendTime(std::string& out, std::string_view key, Span::Time time) {
    const auto count =
        std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
    appendText(out, key, std::to_string(count));
}

void appendStatus(std::string& out, const Span& span) {
    if (span.status == Status::Unset) {
        return;
    }
    appendKey(out, "status");
    out += '{';
    if (!span.status_message.empty()) {
        appendText(out, "message", span.status_message);
    }
    appendKey(out, "code");
    appendJsonInteger(out, static_cast<int>(span.status));
    out += '}';
}

void appendSpan(std::string& out, const Span& span) {
    // The digits of traceparent are those of OTLP, so there is one way to write them.
    const auto own = traceparentOf(span.context);
    const std::string_view digits(own.data(), own.size());
    out += out.back() == '[' ? "{" : ",{";
    appendText(out, "traceId", digits.substr(3, 32));
    appendText(out, "spanId", digits.substr(36, 16));
    if (span.context.parent_span != 0) {
        SpanContext parent;
        parent.ids.span = span.context.parent_span;
        const auto text = traceparentOf(parent);
        appendText(out, "parentSpanId", std::string_view(text.data() + 36, 16));
    }
    if (span.context.state) {
        appendText(out, "traceState", *span.context.state);
    }
    appendText(out, "name", span.name);
    appendKey(out, "kind");
    appendJsonInteger(out, static_cast<int>(span.kind));
    appendTime(out, "startTimeUnixNano", span.started);
    appendTime(out, "endTimeUnixNano", span.ended);
    appendKey(out, "attributes");
    out += '[';
    for (const Attribute& attribute : span.attributes) {
        appendAttribute(out, attribute.key, attribute.value);
    }
    out += ']';
    if (span.dropped_count > 0) {
        appendKey(out, "droppedAttributesCount");
        appendJsonInteger(out, span.dropped_count);
    }
    appendStatus(out, span);
    out += '}';
}

}  // namespace

std::string resourceJson(const Settings& settings) {
    const std::pair<std::string_view, const std::string&> attributes[] = {
        {"service.name", settings.service_name},
        {"service.version", settings.service_version},
        {"deployment.environment.name", settings.environment},
        {"telemetry.sdk.version", settings.host_version},
    };
    std::string out = "[";
    for (const auto& [key, value] : attributes) {
        appendAttribute(out, key, value);
    }
    appendAttribute(out, "telemetry.sdk.name", std::string("mortise"));
    appendAttribute(out, "telemetry.sdk.language", std::string("cpp"));
    return "{\"attributes\":" + out + "]}";
}

std::string exportJson(const std::string& resource_json, std::span<const Span> spans) {
    std::string out = "{\"resourceSpans\":[{\"resource\":" + resource_json +
                      ",\"scopeSpans\":[{\"scope\":{\"name\":\"mortise\"},\"spans\":[";
    for (const Span& span : spans) {
        appendSpan(out, span);
    }
    return out + "]}]}]}";
}

}  // namespace mortise::trace
