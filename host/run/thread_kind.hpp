// ThreadKind: what the calling thread was started for, for those who must know where they run.
#pragma once

#include <cstdint>

namespace mortise::run {

enum class ThreadKind : std::uint8_t {
    Other,    ///< Not told: threads without code of plugins, of tests, of plugins themselves.
    Control,  ///< Changes plugins.
    Request,  ///< Runs what may block: the executor, and threads started for plugins.
    Reactor,  ///< An event loop.
};

ThreadKind threadKind() noexcept;
/// By the thread itself, when it begins.
void setThreadKind(ThreadKind kind) noexcept;

}  // namespace mortise::run
