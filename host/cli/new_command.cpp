// `mortise new plugin`: writes a plugin from the template of the SDK.
//
// The template and the script that fills it belong to the SDK, so that they also work without a host; this command finds them
// from its own place.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "base/error.hpp"
#include "base/files.hpp"
#include "cli/command.hpp"

namespace mortise::cli {
namespace {

std::filesystem::path findScript() {
    auto script =
        (executableDirectory() / "../share/mortise/template/new-plugin.sh").lexically_normal();
    if (!std::filesystem::exists(script)) {
        throw Error(500, "TEMPLATE_MISSING",
                    "\"" + script.string() + "\" is missing; install the SDK beside the host");
    }
    return script;
}

std::string ask(const std::string& question, const std::string& fallback) {
    print(question + (fallback.empty() ? "" : " [" + fallback + "]") + ": ");
    std::string answer;
    std::getline(std::cin, answer);
    return answer.empty() ? fallback : answer;
}

}  // namespace

int runNew(Arguments& arguments) {
    std::string directory = arguments.takeValue("directory");
    std::string maintainer = arguments.takeValue("maintainer");
    const std::vector<std::string>& words = arguments.words();
    if (words.empty() || words[0] != "plugin" || words.size() > 2 || !arguments.options().empty()) {
        throw UsageError{"new makes plugins: new plugin NAME"};
    }
    std::string name = words.size() == 2 ? words[1] : std::string();
    if (::isatty(STDIN_FILENO) != 0) {
        name =
            name.empty() ? ask("Name, the plural of what it keeps, such as order_items", "") : name;
        directory = directory.empty() ? ask("Directory", name) : directory;
        maintainer = maintainer.empty()
                         ? ask("Maintainer of its package, Name <mail>; empty for later", "")
                         : maintainer;
    }
    if (name.empty()) {
        throw UsageError{"what shall the plugin be called?"};
    }
    directory = directory.empty() ? name : directory;
    const std::string script = findScript();
    // An empty one is no argument: the list ends there.
    ::execl(script.c_str(), script.c_str(), name.c_str(), directory.c_str(),
            maintainer.empty() ? nullptr : maintainer.c_str(), nullptr);
    throw Error::internal("could not run \"" + script +
                          "\": " + std::generic_category().message(errno));
}

}  // namespace mortise::cli
