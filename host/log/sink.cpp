#include "log/sink.hpp"

#include <algorithm>
#include <exception>

namespace mortise::log {

void MemorySink::write(std::string_view line) noexcept {
    try {
        const std::lock_guard lock(mutex_);
        lines_.emplace_back(line);
        if (lines_.size() > line_count_max_) {
            lines_.pop_front();
        }
    } catch (const std::bad_alloc&) {
        return;  // A line that does not fit into memory is lost, as in any full sink.
    }
    arrived_.notify_all();
}

std::vector<std::string> MemorySink::lines() const {
    const std::lock_guard lock(mutex_);
    return {lines_.begin(), lines_.end()};
}

bool MemorySink::waitFor(std::string_view text, std::chrono::milliseconds deadline) const {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, deadline, [&] {
        return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    });
}

}  // namespace mortise::log
