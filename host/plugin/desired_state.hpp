// DesiredState: which plugins the operator wants, remembered over restarts in `<state>/plugins.json`.
//
// Only changes made on the running host are written here; what merely lies in plugins.directory is not. Boot prefers a file named
// here. The file is replaced atomically, so a crash leaves the old or the new text, never half of one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace mortise::plugin {

struct DesiredPlugin {
    std::string file;
    std::string sha256;
    std::string version;
    /// False: removed by the operator; boot leaves it out even when plugins.directory has it.
    bool is_enabled = true;
};

struct DesiredState {
    /// Raised by every change; compared when an operator says what he believes to be current.
    std::uint64_t revision = 0;
    std::map<std::string, DesiredPlugin> plugins;

    /// Empty when the file does not exist. Throws Error DESIRED_STATE_DAMAGED.
    static DesiredState load(const std::filesystem::path& path);
    /// Throws Error STORE_WRITE.
    void save(const std::filesystem::path& path) const;
    std::string toJson() const;
};

}  // namespace mortise::plugin
