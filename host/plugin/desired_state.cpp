#include "plugin/desired_state.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/unique_fd.hpp"
#include "plugin/report.hpp"

namespace mortise::plugin {
namespace {

[[noreturn]] void failWrite(const std::filesystem::path& path) {
    throw Error(
        500, "STORE_WRITE",
        "could not write \"" + path.string() + "\": " + std::generic_category().message(errno));
}

DesiredPlugin readPlugin(const Poco::JSON::Object& object) {
    DesiredPlugin plugin;
    plugin.file = object.getValue<std::string>("file");
    plugin.sha256 = object.getValue<std::string>("sha256");
    plugin.version = object.getValue<std::string>("version");
    plugin.is_enabled = object.getValue<bool>("enabled");
    return plugin;
}

}  // namespace

DesiredState DesiredState::load(const std::filesystem::path& path) {
    DesiredState state;
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return state;
    }
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    try {
        const auto root = Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
        state.revision = root->getValue<Poco::UInt64>("revision");
        const auto plugins = root->getObject("plugins");
        for (const auto& name : plugins->getNames()) {
            state.plugins.emplace(name, readPlugin(*plugins->getObject(name)));
        }
    } catch (const Poco::Exception& failure) {
        throw Error(500, "DESIRED_STATE_DAMAGED",
                    "\"" + path.string() + "\" cannot be read: " + failure.displayText());
    }
    return state;
}

std::string DesiredState::toJson() const {
    std::string out = "{\"revision\":" + std::to_string(revision) + ",\"plugins\":{";
    const char* separator = "";
    for (const auto& [name, plugin] : plugins) {
        out += separator;
        separator = ",";
        appendJsonString(out, name);
        out += ":{\"file\":";
        appendJsonString(out, plugin.file);
        out += ",\"sha256\":";
        appendJsonString(out, plugin.sha256);
        out += ",\"version\":";
        appendJsonString(out, plugin.version);
        out += std::string(",\"enabled\":") + (plugin.is_enabled ? "true" : "false") + '}';
    }
    return out += "}}";
}

void DesiredState::save(const std::filesystem::path& path) const {
    const std::filesystem::path next = path.string() + ".next";
    const std::string text = toJson() + '\n';
    {
        const UniqueFd fd(::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!fd ||
            ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
            ::fsync(fd.get()) != 0) {
            failWrite(next);
        }
    }
    if (::rename(next.c_str(), path.c_str()) != 0) {
        failWrite(path);
    }
    const UniqueFd directory(
        ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) {
        failWrite(path.parent_path());
    }
}

}  // namespace mortise::plugin
