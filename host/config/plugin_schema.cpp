// Schema::addPlugin: the settings a plugin's manifest declares.
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/strings.hpp"
#include "config/schema.hpp"
#include "limits.hpp"

namespace mortise::config {

namespace {

using Poco::Dynamic::Var;

// Reads one object of the array and remembers what is wrong with it.
class SettingReader {
public:
    SettingReader(std::string_view plugin, const Poco::JSON::Object& object,
                  std::vector<std::string>& problems)
        : plugin_(plugin), object_(object), problems_(problems) {}

    Setting read() {
        Setting setting;
        setting.key = plugin_ + "." + text("key");
        const std::string type = text("type");
        if (const std::optional<Type> known = typeOf(type)) {
            setting.type = *known;
        } else {
            report(setting, "has the unknown type \"" + type + "\"");
        }
        setting.description = text("description");
        setting.minimum = number(setting, "minimum");
        setting.maximum = number(setting, "maximum");
        setting.secret = object_.optValue("secret", false);
        readChoices(setting);
        if (object_.has("default")) {
            setting.standard = plainText(object_.get("default"));
        }
        refuseOtherMembers(setting);
        return setting;
    }

private:
    void report(const Setting& setting, const std::string& what) {
        problems_.push_back("setting \"" + setting.key + "\" " + what);
    }

    std::string text(const std::string& member) const {
        const Var value = object_.get(member);
        return value.isString() ? value.convert<std::string>() : std::string();
    }

    std::optional<double> number(const Setting& setting, const std::string& member) {
        const Var value = object_.get(member);
        if (value.isEmpty()) {
            return std::nullopt;
        }
        if (!value.isNumeric() || value.isBoolean()) {
            report(setting, "has a " + member + " that is no number");
            return std::nullopt;
        }
        return value.convert<double>();
    }

    void readChoices(Setting& setting) {
        if (!object_.has("enum")) {
            return;
        }
        const std::optional<std::vector<std::string>> choices =
            parseList(plainText(object_.get("enum")));
        if (!choices || choices->empty()) {
            report(setting, "has an enum that is no list of texts");
            return;
        }
        setting.choices = *choices;
    }

    // A default as the operator would write it: texts bare, lists as JSON.
    static std::string plainText(const Var& value) {
        return value.isString() ? value.convert<std::string>() : Var(value).toString();
    }

    void refuseOtherMembers(const Setting& setting) {
        static constexpr std::string_view kKnown[] = {"key",     "type", "default", "minimum",
                                                      "maximum", "enum", "secret",  "description"};
        for (const std::string& name : object_.getNames()) {
            if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
                report(setting, "has the unknown member \"" + name + "\"");
            }
        }
    }

    std::string plugin_;
    const Poco::JSON::Object& object_;
    std::vector<std::string>& problems_;
};

std::vector<Setting> readSettings(std::string_view plugin, std::string_view json,
                                  std::vector<std::string>& problems) {
    std::vector<Setting> settings;
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(8);
        const auto array = parser.parse(std::string(json)).extract<Poco::JSON::Array::Ptr>();
        for (const Var& item : *array) {
            settings.push_back(
                SettingReader(plugin, *item.extract<Poco::JSON::Object::Ptr>(), problems).read());
        }
    } catch (const Poco::Exception& reason) {
        problems.push_back("settings are no JSON array of objects: " + reason.displayText());
    }
    return settings;
}

}  // namespace

void Schema::addPlugin(std::string_view plugin, std::string_view settings_json) {
    std::vector<std::string> problems;
    Schema next = *this;
    next.removePlugin(plugin);
    if (next.hasArea(plugin) || next.find(plugin) != nullptr) {
        problems.push_back("the name belongs to the host's own settings");
    }
    if (!trimmed(settings_json).empty()) {
        for (Setting& setting : readSettings(plugin, settings_json, problems)) {
            try {
                next.add(std::move(setting));
            } catch (const Error& reason) {
                problems.emplace_back(reason.what());
            }
        }
    }
    if (!problems.empty()) {
        throw Error(
            500, "SCHEMA_INVALID",
            "settings of plugin \"" + std::string(plugin) + "\": " + joined(problems, "; "));
    }
    next.plugins_.emplace_back(plugin);
    *this = std::move(next);
}

}  // namespace mortise::config
