// Spans as the JSON form of OTLP's ExportTraceServiceRequest (OpenTelemetry Protocol 1.x, section "JSON Protobuf Encoding"):
// ids in hexadecimal, 64-bit numbers as text, enumerations as numbers.
#pragma once

#include <span>
#include <string>

#include "trace/span.hpp"

namespace mortise::trace {

struct Settings;

/// What the spans of this process have in common; made once.
std::string resourceJson(const Settings& settings);
std::string exportJson(const std::string& resource_json, std::span<const Span> spans);

}  // namespace mortise::trace
