#include "config/documents.hpp"

#include "base/files.hpp"
#include "config/config.hpp"
#include "config/dotenv.hpp"
#include "config/host_schema.hpp"
#include "config/layers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace mortise;
using namespace mortise::config;

namespace {

const std::filesystem::path kEtc = std::filesystem::path(MORTISE_SOURCE_DIR) / "etc";

// `#name=value` becomes `name=value`; prose keeps its mark.
std::string uncommented(const std::string& text) {
    std::string out = text;
    for (std::size_t at = out.find("\n#"); at != std::string::npos; at = out.find("\n#", at + 1)) {
        if (out[at + 2] != ' ') {
            out.erase(at + 1, 1);
        }
    }
    return out;
}

}  // namespace

TEST_CASE("etc/mortise.properties is what the schema says") {
    CHECK(readFile(kEtc / "mortise.properties", 1 << 20U) == propertiesDocument(hostSchema()));
}

TEST_CASE("etc/.env.example is what the schema says") {
    CHECK(readFile(kEtc / ".env.example", 1 << 20U) == dotEnvExample(hostSchema()));
}

TEST_CASE("the example can be copied as it is for development") {
    Layers layers;
    layers.addDotEnv(kEtc / ".env.example");
    const Config config = Config::resolve(hostSchema(), layers, Unknown::Report);
    CHECK(config.text("secret_key") == kSecretPlaceholder);
    CHECK(config.text("database.url") == "embedded:");
}

TEST_CASE("every line of both files names an existing setting") {
    std::vector<std::string> problems;
    const auto lines = parseDotEnv(uncommented(dotEnvExample(hostSchema())), problems);
    CHECK(problems.empty());
    CHECK(lines.size() == hostSchema().settings().size());
    for (const DotEnvLine& line : lines) {
        CAPTURE(line.name);
        CHECK(hostSchema().findByEnvironment(line.name) != nullptr);
    }
    const testing::TemporaryDirectory directory;
    Layers layers;
    layers.addFile(directory.write("a.properties", uncommented(propertiesDocument(hostSchema()))),
                   true);
    CHECK(layers.problems().empty());
    CHECK(layers.assignments().size() == hostSchema().settings().size());
    for (const Assignment& assignment : layers.assignments()) {
        CAPTURE(assignment.name);
        CHECK(hostSchema().find(assignment.name) != nullptr);
    }
}

TEST_CASE("the reference has a row for every setting") {
    const std::string text = referenceDocument(hostSchema());
    const Schema schema = hostSchema();
    for (const Setting& setting : schema.settings()) {
        CAPTURE(setting.key);
        CHECK(text.find("| `" + setting.key + "` | `" + environmentNameOf(setting.key) + "` |") !=
              std::string::npos);
    }
}
