#include "cli/plugin_report.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

namespace mortise::cli {
namespace {

using Array = Poco::JSON::Array;
using Object = Poco::JSON::Object;

std::string textOf(const Object& object, const std::string& name) {
    return object.optValue<std::string>(name, "");
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size() + 1, width), ' ');
    return text;
}

std::string generationText(const Object& plugin, const std::string& role) {
    const Object::Ptr generation = plugin.getObject(role);
    if (generation.isNull()) {
        return {};
    }
    return "  " + padded(role, 9) + padded(textOf(*generation, "version"), 12) +
           padded(textOf(*generation, "state"), 10) + "in flight " +
           generation->getValue<std::string>("in_flight") + "  sha256 " +
           textOf(*generation, "sha256").substr(0, 12) + "\n";
}

std::string pluginText(const Object& plugin) {
    std::string text = textOf(plugin, "name") + "\n" + generationText(plugin, "serving") +
                       generationText(plugin, "parked");
    if (const Object::Ptr degraded = plugin.getObject("degraded"); !degraded.isNull()) {
        text += "  degraded " + textOf(*degraded, "step") + " " + textOf(*degraded, "code") + ": " +
                textOf(*degraded, "reason") + "\n";
    }
    if (const Array::Ptr leaving = plugin.getArray("leaving"); !leaving.isNull()) {
        for (const auto& each : *leaving) {
            const auto& generation = each.extract<Object::Ptr>();
            text += "  leaving  " + padded(textOf(*generation, "version"), 12) +
                    textOf(*generation, "state") + "\n";
        }
    }
    return text;
}

std::string stepText(const Object& step) {
    std::string text = "  " + padded(textOf(step, "name"), 11) +
                       (step.optValue("ok", false) ? "ok    " : "FAILED") + "  " +
                       step.getValue<std::string>("duration_us") + " us";
    const std::string detail = textOf(step, "detail");
    return text + (detail.empty() ? "" : "  " + detail) + "\n";
}

std::string findingText(const std::string& severity, const std::string& code,
                        const std::string& found, const std::string& needed,
                        const std::string& fix) {
    return "  " + severity + " " + code + ": found " + found + "; needed " + needed +
           (fix.empty() ? "" : "; " + fix) + "\n";
}

std::string reportText(const Object& report) {
    std::string text;
    for (const auto& step : *report.getArray("steps")) {
        text += stepText(*step.extract<Object::Ptr>());
    }
    for (const auto& each : *report.getArray("findings")) {
        const auto& finding = each.extract<Object::Ptr>();
        text += findingText(textOf(*finding, "severity"), textOf(*finding, "code"),
                            textOf(*finding, "found"), textOf(*finding, "needed"),
                            textOf(*finding, "fix"));
    }
    for (const auto& each : *report.getArray("clashes")) {
        const auto& clash = each.extract<Object::Ptr>();
        text += "  clash " + textOf(*clash, "kind") + " " + textOf(*clash, "what") + ": " +
                textOf(*clash, "reason") + "\n";
    }
    text += textOf(report, "plugin") + ": " + textOf(report, "outcome");
    if (const std::string code = textOf(report, "code"); !code.empty()) {
        text += " " + code + ": " + textOf(report, "reason");
        const std::string remedy = textOf(report, "remedy");
        text += remedy.empty() ? "" : "\nwhat to do: " + remedy;
    } else {
        text += " " + textOf(report, "version_before") + " -> " + textOf(report, "version_after");
    }
    text += "\n";
    if (const std::string previous = textOf(report, "previous"); !previous.empty()) {
        text += "the previous generation is " + previous + "\n";
    }
    for (const auto& reason : *report.getArray("previous_reasons")) {
        text += "  because " + reason.toString() + "\n";
    }
    return text;
}

}  // namespace

std::string findingsText(const std::vector<plugin::Finding>& findings) {
    std::string text;
    for (const plugin::Finding& finding : findings) {
        text += findingText(std::string(plugin::severityName(finding.severity)), finding.code,
                            finding.found, finding.needed, finding.fix);
    }
    return text;
}

std::string answerText(const Object& answer) {
    if (const Object::Ptr report = answer.getObject("report"); !report.isNull()) {
        return reportText(*report);
    }
    if (const Object::Ptr plugin = answer.getObject("plugin"); !plugin.isNull()) {
        return pluginText(*plugin);
    }
    std::string text;
    if (const Array::Ptr plugins = answer.getArray("plugins"); !plugins.isNull()) {
        for (const auto& plugin : *plugins) {
            text += pluginText(*plugin.extract<Object::Ptr>());
        }
    }
    return text;
}

}  // namespace mortise::cli
