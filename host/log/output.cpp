#include "log/output.hpp"

#include <poll.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "log/sink.hpp"

namespace mortise::log {

namespace {

// Standard output: lines are gathered while more are waiting, so a busy log costs one system call
// per many lines.
class StandardOutput final : public Output {
public:
    void write(std::string_view line) override {
        buffer_ += line;
        buffer_ += '\n';
        if (buffer_.size() >= kGatherSize) {
            flush();
        }
    }

    void flush() override {
        std::string_view rest = buffer_;
        while (!rest.empty()) {
            const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
            if (written > 0) {
                rest.remove_prefix(static_cast<std::size_t>(written));
            } else if (errno == EAGAIN && isWritableSoon()) {
                continue;
            } else if (errno != EINTR) {
                break;  // The reader is gone or stuck: lines are lost, the log thread is not.
            }
        }
        buffer_.clear();
    }

private:
    static constexpr std::size_t kGatherSize = 64 * 1024;
    static constexpr int kStuckAfterMs = 1000;

    static bool isWritableSoon() {
        pollfd waiting{STDOUT_FILENO, POLLOUT, 0};
        return ::poll(&waiting, 1, kStuckAfterMs) > 0;
    }

    std::string buffer_;
};

class FileOutput final : public Output {
public:
    explicit FileOutput(const Settings& settings)
        : file_(settings.file.string(), settings.file_size_max, settings.file_count_max) {
        // The line is finished already: no pattern of spdlog's own.
        file_.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    }
    void write(std::string_view line) override {
        file_.log({spdlog::source_loc{}, "", spdlog::level::info,
                   spdlog::string_view_t(line.data(), line.size())});
    }
    void flush() override { file_.flush(); }

private:
    spdlog::sinks::rotating_file_sink_st file_;
};

class SinkOutput final : public Output {
public:
    explicit SinkOutput(Sink& sink) : sink_(sink) {}
    void write(std::string_view line) override { sink_.write(line); }
    void flush() override {}

private:
    Sink& sink_;
};

}  // namespace

std::unique_ptr<Output> makeOutput(const Settings& settings) {
    if (settings.file.empty()) {
        return std::make_unique<StandardOutput>();
    }
    try {
        return std::make_unique<FileOutput>(settings);
    } catch (const std::exception& reason) {
        throw Error(500, "LOG_UNAVAILABLE",
                    "could not open log file \"" + settings.file.string() + "\"", reason);
    }
}

std::unique_ptr<Output> makeOutput(Sink& sink) {
    return std::make_unique<SinkOutput>(sink);
}

bool isColourTerminal() noexcept {
    const char* terminal = std::getenv("TERM");
    const char* no_colour = std::getenv("NO_COLOR");
    const bool wanted = no_colour == nullptr || *no_colour == '\0';
    return wanted && terminal != nullptr && std::string_view(terminal) != "dumb" &&
           ::isatty(STDOUT_FILENO) == 1;
}

}  // namespace mortise::log
