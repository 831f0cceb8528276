// ControlClient: the command line's half of the control socket.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace mortise::admin {

/// Sends one request and waits for its answer. Throws mortise::Error when no host listens there or it does not answer in time.
std::string callControl(const std::filesystem::path& socket_path, const std::string& request,
                        std::chrono::milliseconds deadline);

}  // namespace mortise::admin
