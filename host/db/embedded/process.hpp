// Process: one program that is not part of the host: initdb, or a postmaster started now or found
// running.
//
// Held through a pidfd, so that a signal never reaches a stranger who got the same number later,
// and waiting needs no SIGCHLD. A started process leads a session of its own (no Ctrl-C from the
// terminal), starts with default signals and, when the host is root, as another user.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "db/statement.hpp"

namespace mortise::db {

/// Whom to become. Empty name: stay who we are.
struct User {
    std::string name;
    uid_t user_id = 0;
    gid_t group_id = 0;
    bool isOther() const noexcept { return !name.empty(); }
};

class Process {
public:
    struct Start {
        std::vector<std::string> arguments;  ///< The first is the program, absolute.
        std::filesystem::path directory;     ///< Working directory.
        std::filesystem::path output;        ///< Receives stdout and stderr, appended.
        User user;
        bool ends_with_host = false;
    };

    Process() = default;
    /// Throws mortise::Error when it cannot be started.
    static Process start(const Start& start);
    /// A running process that is not our child; empty when there is none.
    static Process find(pid_t id);

    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }
    pid_t id() const noexcept { return id_; }
    /// Waits for the end; false at the deadline.
    bool wait(Deadline deadline) noexcept;
    /// Of a child that ended: 0 for success.
    int exitStatus() const noexcept { return exit_status_; }
    void signal(int number) noexcept;

private:
    pid_t id_ = 0;
    bool is_child_ = false;
    int exit_status_ = 0;
    UniqueFd handle_;
};

}  // namespace mortise::db
