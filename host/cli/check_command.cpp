// `mortise plugin check FILE...`: for the continuous integration of those who write plugins.
#include <algorithm>

#include "app/configuration.hpp"
#include "app/offline_check.hpp"
#include "cli/command.hpp"
#include "cli/plugin_report.hpp"

namespace mortise::cli {
namespace {

std::string clashText(const plugin::Clash& clash) {
    return "  clash " + clash.kind + " " + clash.what + ": " + clash.reason + "\n";
}

std::string fileText(const app::CheckedFile& file, bool strict) {
    std::string text = file.file.string();
    text += file.plugin.empty() ? "\n" : ": " + file.plugin + " " + file.version + "\n";
    text += findingsText(file.findings);
    if (!file.probe_code.empty()) {
        text += "  rejection " + file.probe_code + ": " + file.probe_reason + "\n";
    }
    for (const plugin::Clash& clash : file.clashes) {
        text += clashText(clash);
    }
    if (file.isAccepted(strict)) {
        return text + "  accepted: it loads and declares\n";
    }
    const std::string remedy = file.remedy();
    return text + "  refused" + (remedy.empty() ? "" : "; what to do: " + remedy) + "\n";
}

}  // namespace

int runCheck(Arguments& arguments, const std::vector<std::string>& files, bool as_json) {
    const bool strict = arguments.takeFlag("strict");
    app::Configuration configuration(arguments.options());
    const std::vector<app::CheckedFile> checked = app::checkFiles(configuration, files);
    if (as_json) {
        print(app::checkedJson(checked, strict) + "\n");
    } else {
        for (const app::CheckedFile& file : checked) {
            print(fileText(file, strict));
        }
    }
    const bool is_ok =
        std::all_of(checked.begin(), checked.end(),
                    [&](const app::CheckedFile& file) { return file.isAccepted(strict); });
    return is_ok ? kExitOk : kExitRefused;
}

}  // namespace mortise::cli
