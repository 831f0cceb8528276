// `mortise plugin ...`: questions about a file are answered here, everything else by the running host over the control socket.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <filesystem>

#include "admin/control_client.hpp"
#include "app/configuration.hpp"
#include "app/parts.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/strings.hpp"
#include "cli/command.hpp"
#include "cli/plugin_report.hpp"
#include "limits.hpp"
#include "plugin/preflight.hpp"
#include "plugin/probe.hpp"

namespace mortise::cli {
namespace {

/// Binding without a running host: settings are checked, the database is not.
class Offline {
public:
    explicit Offline(const std::vector<std::string>& options)
        : configuration_(options), source_(configuration_, no_pool_), binding_(nullptr, source_) {}
    bridge::Binding& binding() { return binding_; }

private:
    app::Configuration configuration_;
    const std::atomic<db::Pool*> no_pool_{nullptr};
    app::HostPluginSource source_;
    bridge::Binding binding_;
};

std::filesystem::path socketOf(Arguments& arguments) {
    const std::string wanted = arguments.takeValue("socket");
    return wanted.empty() ? app::Configuration(arguments.options()).controlSocket()
                          : std::filesystem::path(wanted);
}

/// The request as the control socket expects it.
std::string requestOf(const std::string& what, const std::string& subject, Arguments& arguments) {
    std::string request = R"({"command":)" + jsonString("plugin." + what);
    if (what == "apply") {
        request += R"(,"file":)" + jsonString(std::filesystem::absolute(subject).string());
        request += arguments.takeFlag("dry-run") ? R"(,"dry_run":true)" : "";
        request += arguments.takeFlag("confirm") ? R"(,"confirm":true)" : "";
        const std::string revision = arguments.takeValue("revision");
        if (!revision.empty()) {
            if (!parseInteger(revision)) {
                throw UsageError{"--revision needs a number"};
            }
            request += R"(,"revision":)" + revision;
        }
    } else if (!subject.empty()) {
        request += R"(,"name":)" + jsonString(subject);
    }
    return request + '}';
}

int askHost(const std::string& what, const std::string& subject, Arguments& arguments,
            bool as_json) {
    const std::string request = requestOf(what, subject, arguments);
    const std::string answer =
        admin::callControl(socketOf(arguments), request, limits::kControlCallDeadline);
    const auto parsed = Poco::JSON::Parser().parse(answer).extract<Poco::JSON::Object::Ptr>();
    const bool is_ok = parsed->optValue("ok", false);
    if (as_json) {
        print(answer + "\n");
    } else if (parsed->has("error")) {
        printError("mortise: " + parsed->getValue<std::string>("error") + "\n");
    } else {
        print(answerText(*parsed));
    }
    return is_ok ? kExitOk : kExitRefused;
}

}  // namespace

int runPlugin(Arguments& arguments) {
    const bool as_json = arguments.takeFlag("json");
    const std::vector<std::string>& words = arguments.words();
    const std::string what = words.empty() ? "" : words[0];
    if (what == "list" && words.size() == 1) {
        return askHost(what, "", arguments, as_json);
    }
    if (what == "check" && words.size() >= 2) {
        return runCheck(arguments, {words.begin() + 1, words.end()}, as_json);
    }
    if (words.size() != 2) {
        throw UsageError{"plugin needs a verb and its file or name"};
    }
    if (what == "inspect") {
        print(plugin::inspectJson(words[1]) + "\n");
        return kExitOk;
    }
    for (const char* known : {"status", "apply", "rollback", "confirm", "remove"}) {
        if (what == known) {
            return askHost(what, words[1], arguments, as_json);
        }
    }
    throw UsageError{"plugin cannot \"" + what + "\""};
}

int runPluginProbe(Arguments& arguments) {
    if (arguments.words().size() != 1) {
        throw UsageError{"plugin-probe needs one file"};
    }
    Offline offline(arguments.options());
    return plugin::probeMain(arguments.words().front(), offline.binding());
}

}  // namespace mortise::cli
