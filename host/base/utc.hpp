// UTC timestamps as text: ISO 8601 with milliseconds and `Z`, as logs and documents of the host
// show them.
#pragma once

#include <chrono>
#include <string>

namespace mortise {

/// Appends for example "2026-03-01T09:05:07.042Z". Years outside 0000 to 9999 are clamped.
void appendUtc(std::string& out, std::chrono::system_clock::time_point time);
std::string utcText(std::chrono::system_clock::time_point time);

}  // namespace mortise
