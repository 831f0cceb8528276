// OfflineCheck: everything that can be known of plugin files without a host that serves, as `mortise plugin check` prints it.
//
// It goes as far as a change does before the first step in the host: preflight with the configuration at hand, the probe in a child
// process, and the judgement of what is declared: against the host's own routes and codes, and against the other files given.
// Missing on purpose: the database, which may be another one than where the plugin is to serve, and everything from load on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "plugin/report.hpp"

namespace mortise::app {

class Configuration;

struct CheckedFile {
    std::filesystem::path file;
    /// These three are empty when the file could not be read so far.
    std::string plugin;
    std::string version;
    std::string sha256;
    std::vector<plugin::Finding> findings;
    /// Code and text of a probe that failed; empty when it was not made or went well.
    std::string probe_code;
    std::string probe_reason;
    std::vector<plugin::Clash> clashes;
    /// What it declares, as JSON; empty when it did not get there.
    std::string ledger_json;

    /// With `strict` a risk that it stays mapped is a reason too.
    bool isAccepted(bool strict) const;
    /// What to do about the first reason.
    std::string remedy() const;
};

/// One entry for each file, in their order. Runs code of the plugins, in children.
std::vector<CheckedFile> checkFiles(Configuration& configuration,
                                    const std::vector<std::string>& files);

/// {"ok":true,"files":[...]}
std::string checkedJson(const std::vector<CheckedFile>& files, bool strict);

}  // namespace mortise::app
