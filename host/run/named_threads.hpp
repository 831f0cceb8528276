// NamedThreads: threads the host starts for a plugin.
//
// Problem: a library cannot be unmapped while a thread runs its code, and nobody can tell for a thread the plugin started.
// Choice:  the host starts it, names it, counts it and hands out a number. It is asked to stop, never killed.
// Guarantee: join() returned Joined means that the thread has ended and no frame of its body exists any more.
//
// A thread whose body ignores the request outlives its deadline; it is then reported (count(), names()) and its generation
// stays mapped.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "limits.hpp"

namespace mortise::run {

class NamedThreads {
public:
    /// Never 0 and never used twice.
    using Handle = std::uint64_t;
    /// Gets its own handle, to ask isStopRequested() with. Must not throw.
    using Body = std::function<void(Handle)>;

    enum class Joined {
        Done,     ///< It has ended; the handle is gone.
        Unknown,  ///< No such handle (any more), or it is the calling thread.
        Late,     ///< It still runs; the handle stays.
    };

    explicit NamedThreads(std::size_t count_max = limits::kPluginThreadCountMax);
    /// Asks all to stop. Threads that still run afterwards are left to themselves: their shared state outlives this object.
    ~NamedThreads();
    NamedThreads(const NamedThreads&) = delete;
    NamedThreads& operator=(const NamedThreads&) = delete;

    /// Starts a thread; `name` is cut to 15 bytes. 0 when the bound is reached or the system has no thread left. Any thread.
    [[nodiscard]] Handle start(std::string_view name, Body body);

    /// True when it should return; also for unknown handles. Any thread.
    bool isStopRequested(Handle handle) const noexcept;
    /// For bodies that sleep: waits for the request to stop, at most until `deadline`; true when requested.
    bool waitForStop(Handle handle, std::chrono::steady_clock::time_point deadline) const;

    void requestStop(Handle handle) noexcept;
    /// Asks to stop and waits until the thread has ended.
    Joined join(Handle handle, std::chrono::steady_clock::time_point deadline);
    /// Asks all to stop and waits for all; true when none is left.
    bool joinAll(std::chrono::steady_clock::time_point deadline);

    /// Threads that were not joined yet, ended or not.
    std::size_t count() const noexcept;
    /// Their names, for reports.
    std::vector<std::string> names() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace mortise::run
