#include "cli/application.hpp"

#include <Poco/Util/ServerApplication.h>

#include <algorithm>

#include "base/error.hpp"
#include "cli/command.hpp"
#include "config/config.hpp"

namespace mortise::cli {
namespace {

int runCommand(const Command& command, Arguments& arguments) {
    try {
        return command.run(arguments);
    } catch (const UsageError& error) {
        printError("mortise: " + error.message + "\nusage: mortise " + std::string(command.usage) +
                   "\n");
        return kExitUsage;
    } catch (const Error& error) {
        printError(std::string("mortise: ") + error.what() + "\n");
        return error.code() == config::kConfigInvalid ? kExitConfig : kExitFailed;
    } catch (const std::exception& error) {
        printError(std::string("mortise: ") + error.what() + "\n");
        return kExitFailed;
    }
}

class Application final : public Poco::Util::ServerApplication {
public:
    // The words belong to the subcommands, so Poco takes none of them as its own options.
    Application() { stopOptionsProcessing(); }

protected:
    int main(const std::vector<std::string>& words) override {
        if (words.empty() || words[0] == "--help" || words[0] == "help") {
            print(usageText());
            return words.empty() ? kExitUsage : kExitOk;
        }
        const auto known = commands();
        const auto found = std::find_if(known.begin(), known.end(), [&](const Command& command) {
            return command.name == words[0];
        });
        if (found == known.end()) {
            printError("mortise: there is no command \"" + words[0] + "\"\n\n" + usageText());
            return kExitUsage;
        }
        Arguments arguments({words.begin() + 1, words.end()});
        if (arguments.takeFlag("help")) {
            print("usage: mortise " + std::string(found->usage) + "\n");
            return kExitOk;
        }
        return runCommand(*found, arguments);
    }
};

}  // namespace

int runApplication(int argc, char** argv) {
    Application application;
    return application.run(argc, argv);
}

}  // namespace mortise::cli
