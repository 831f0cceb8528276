// The address of a UNIX socket, checked for the length the kernel allows.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace mortise::admin {

/// Throws mortise::Error when the path does not fit.
sockaddr_un socketAddress(const std::filesystem::path& path);

enum class LineOutcome { Complete, TimedOut, TooLong, Closed };

/// Reads up to a line feed (left out) into `line`, or says why there is none.
LineOutcome readLine(int fd, std::string& line, std::size_t size_max,
                     std::chrono::steady_clock::time_point deadline);
/// Writes `text` and a line feed; false when the peer is gone or too slow.
bool writeLine(int fd, const std::string& text, std::chrono::steady_clock::time_point deadline);

}  // namespace mortise::admin
