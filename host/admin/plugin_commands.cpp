#include "admin/plugin_commands.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "log/log.hpp"
#include "plugin/registry.hpp"
#include "plugin/swap.hpp"

namespace mortise::admin {
namespace {

using Request = Poco::JSON::Object;

Error invalid(const std::string& message) {
    return Error(400, "BAD_REQUEST", message);
}

Request::Ptr parse(const std::string& text) {
    try {
        return Poco::JSON::Parser().parse(text).extract<Request::Ptr>();
    } catch (const std::exception&) {
        throw invalid("the request is no JSON object");
    }
}

std::string textOf(const Request& request, const std::string& name) {
    const Poco::Dynamic::Var value = request.get(name);
    if (!value.isString() || value.toString().empty()) {
        throw invalid("the request needs the text \"" + name + "\"");
    }
    return value.toString();
}

bool flagOf(const Request& request, const std::string& name) {
    const Poco::Dynamic::Var value = request.get(name);
    return value.isBoolean() && value.convert<bool>();
}

std::string answerOf(const plugin::ChangeReport& report) {
    return std::string(R"({"ok":)") + (report.ok() ? "true" : "false") + R"(,"report":)" +
           report.toJson() + '}';
}

plugin::ApplyOptions optionsOf(const Request& request) {
    plugin::ApplyOptions options;
    options.dry_run = flagOf(request, "dry_run");
    options.confirm = flagOf(request, "confirm");
    if (request.has("revision")) {
        options.expected_revision = request.getValue<Poco::UInt64>("revision");
    }
    return options;
}

std::string statusOf(const plugin::Registry& registry, const std::string& name) {
    const auto status = registry.status(name);
    if (!status) {
        throw Error(404, "PLUGIN_NOT_FOUND", "there is no plugin \"" + name + "\"");
    }
    const std::string list = plugin::statusJson({*status});
    return R"({"ok":true,"plugin":)" + list.substr(1, list.size() - 2) + '}';
}

}  // namespace

PluginCommands::PluginCommands(plugin::Registry& registry, log::Log& log, CommandHooks hooks)
    : registry_(registry), log_(log), hooks_(std::move(hooks)) {}

plugin::Swap& PluginCommands::swap() const {
    plugin::Swap* swap = swap_.load(std::memory_order_acquire);
    if (swap == nullptr) {
        throw Error::unavailable("the host is starting or stopping; try again");
    }
    return *swap;
}

std::string PluginCommands::apply(const std::string& file, plugin::ApplyOptions options) {
    options.migrate = hooks_.before_apply;
    return answerOf(swap().apply(file, options));
}

std::string PluginCommands::setLevel(const std::string& name) {
    const auto level = log::levelOf(name);
    if (!level) {
        throw invalid("there is no log level \"" + name + "\"");
    }
    log_.setLevel(*level);
    return R"({"ok":true})";
}

std::string PluginCommands::embeddedUrl() const {
    const std::string url = hooks_.embedded_url ? hooks_.embedded_url() : std::string();
    if (url.empty()) {
        throw Error(404, "NOT_FOUND", "this host runs no database of its own");
    }
    return R"({"ok":true,"url":)" + jsonString(url) + '}';
}

std::string PluginCommands::handle(const std::string& text) {
    const Request::Ptr request = parse(text);
    const std::string command = textOf(*request, "command");
    if (command == "plugin.list") {
        return R"({"ok":true,"plugins":)" + plugin::statusJson(registry_.snapshot()) +
               R"(,"revision":)" + std::to_string(swap().revision()) + '}';
    }
    if (command == "plugin.status") {
        return statusOf(registry_, textOf(*request, "name"));
    }
    if (command == "plugin.apply") {
        return apply(textOf(*request, "file"), optionsOf(*request));
    }
    if (command == "plugin.rollback") {
        return answerOf(swap().rollback(textOf(*request, "name")));
    }
    if (command == "plugin.confirm") {
        return answerOf(swap().confirm(textOf(*request, "name")));
    }
    if (command == "plugin.remove") {
        return answerOf(swap().remove(textOf(*request, "name")));
    }
    if (command == "log.level") {
        return setLevel(textOf(*request, "level"));
    }
    if (command == "database.url") {
        return embeddedUrl();
    }
    throw invalid("there is no command \"" + command + "\"");
}

}  // namespace mortise::admin
