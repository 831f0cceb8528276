// Renderer: one record as one line. Runs on the log thread only and reuses its memory.
//
//   Json     {"event":..,"timestamp":..,"level":..,"logger":..,<context>,<fields>}
//   Console  2026-03-01T09:05:07.042Z INFO     pool.connected host=db1 request_id=..
//
// A key appears once: a field of the same name as a context entry wins, one named like the four
// head keys gets an underscore, a repeated field is left out. Control characters never reach a
// terminal: console values that hold any are quoted as JSON.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "log/field.hpp"
#include "log/record.hpp"
#include "log/settings.hpp"

namespace mortise::log {

class Renderer {
public:
    Renderer(Format format, bool colour) : format_(format), colour_(colour) {}

    /// The line without its end; valid until the next call.
    std::string_view render(const RecordView& record, Level level,
                            std::chrono::system_clock::time_point time);

private:
    void renderJson(const RecordView& record, Level level,
                    std::chrono::system_clock::time_point time);
    void renderConsole(const RecordView& record, Level level,
                       std::chrono::system_clock::time_point time);
    void jsonContext(const RecordView& record);
    void jsonMember(std::string_view key, std::string_view value);
    void jsonValue(const Field& field);
    void consoleContext(const RecordView& record);
    void consoleText(std::string_view value);
    void consoleValue(const Field& field);

    const Format format_;
    const bool colour_;
    std::string line_;
    std::string scratch_;
};

}  // namespace mortise::log
