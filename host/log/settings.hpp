// Settings of the log; app fills them from configuration.
#pragma once

#include <cstddef>
#include <filesystem>

#include "limits.hpp"
#include "log/field.hpp"

namespace mortise::log {

enum class Format {
    Json,     ///< One object per line.
    Console,  ///< Time, level, event and key=value for people.
};

struct Settings {
    Level level = Level::Info;
    Format format = Format::Json;
    /// Console only: level names in colour. `isColourTerminal()` tells whether standard output
    /// shows it.
    bool colour = false;
    /// Empty: standard output. Otherwise a file, rotated at `file_size_max`; `file_count_max` old
    /// ones are kept.
    std::filesystem::path file{};
    std::size_t file_size_max = limits::kLogFileSizeMax;
    std::size_t file_count_max = limits::kLogFileCountMax;
    /// Records that may wait for the log thread; beyond it the oldest are dropped and counted.
    std::size_t queue_size = limits::kLogQueueSize;
};

/// Standard output is a terminal that understands colour (and NO_COLOR is not set).
bool isColourTerminal() noexcept;

}  // namespace mortise::log
