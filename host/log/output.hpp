// Output: where lines go. Used by the log thread only.
#pragma once

#include <memory>
#include <string_view>

#include "log/settings.hpp"

namespace mortise::log {

class Sink;

class Output {
public:
    virtual ~Output() = default;
    virtual void write(std::string_view line) = 0;
    /// Nothing may stay behind in a buffer.
    virtual void flush() = 0;
};

/// Standard output, or the file of the settings. Throws mortise::Error when the file cannot be
/// opened.
std::unique_ptr<Output> makeOutput(const Settings& settings);
std::unique_ptr<Output> makeOutput(Sink& sink);

}  // namespace mortise::log
