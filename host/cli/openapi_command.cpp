// `mortise openapi`: the API document of the plugins on disk, and what a change of it breaks.
#include <filesystem>

#include "api/openapi_diff.hpp"
#include "app/configuration.hpp"
#include "app/offline_document.hpp"
#include "base/files.hpp"
#include "base/json_text.hpp"
#include "cli/command.hpp"

namespace mortise::cli {
namespace {

/// Documents of hundreds of routes stay below a tenth of it.
constexpr std::size_t kDocumentSizeMax = 64 * 1024 * 1024;

std::string read(const std::string& file) {
    return readFile(file, kDocumentSizeMax);
}

std::string listJson(std::string_view name, const std::vector<std::string>& texts) {
    std::string json = "\"" + std::string(name) + "\":[";
    for (const std::string& text : texts) {
        json += json.back() == '[' ? "" : ",";
        appendJsonString(json, text);
    }
    return json + "]";
}

void printLines(std::string_view title, const std::vector<std::string>& lines) {
    if (!lines.empty()) {
        print(std::string(title) + "\n");
    }
    for (const std::string& line : lines) {
        print("  " + line + "\n");
    }
}

int compareDocuments(Arguments& arguments) {
    const bool as_json = arguments.takeFlag("json");
    const std::string meant_file = arguments.takeValue("meant");
    const auto& words = arguments.words();
    if (words.size() != 3 || !arguments.options().empty()) {
        throw UsageError{"openapi diff takes the older and the newer document"};
    }
    const api::JudgedBreaks judged =
        api::judgeBreaks(api::openApiBreaks(read(words[1]), read(words[2])),
                         meant_file.empty() ? std::string() : read(meant_file));
    if (as_json) {
        print("{" + listJson("undeclared", judged.undeclared) + "," +
              listJson("declared", judged.declared) + "," + listJson("stale", judged.stale) +
              "}\n");
    } else {
        printLines("breaks clients:", judged.undeclared);
        printLines("breaks clients, as meant:", judged.declared);
        printLines("meant, but not there:", judged.stale);
    }
    if (!judged.undeclared.empty()) {
        return kExitRefused;
    }
    return judged.stale.empty() ? kExitOk : kExitFailed;
}

}  // namespace

int runOpenApi(Arguments& arguments) {
    const auto& words = arguments.words();
    if (!words.empty() && words[0] == "diff") {
        return compareDocuments(arguments);
    }
    if (!words.empty()) {
        throw UsageError{"openapi does not know \"" + words[0] + "\""};
    }
    app::Configuration configuration(arguments.options());
    print(app::offlineDocument(configuration) + "\n");
    return kExitOk;
}

}  // namespace mortise::cli
