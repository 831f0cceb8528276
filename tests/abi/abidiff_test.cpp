// The second opinion on the layout: libabigail compares debug information with sdk/abi/abi-<minor>.xml.
//
// A small library with one function for every struct of the contract is compiled with debug information; abidw writes what it holds,
// abidiff compares. What is only appended is no break. Without the package abigail-tools nothing can be compared: ctest calls the test
// skipped then, and where CI is set, as on the machines that judge a change, it fails.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/abi/header_reader.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::test;
namespace fs = std::filesystem;

namespace {

const fs::path kAbi = MORTISE_SOURCE_DIR "/sdk/abi";
const fs::path kWork = MORTISE_BINARY_DIR "/abidiff";

struct Ran {
    int exit_code = 0;
    std::string output;
};

Ran runCommand(const std::string& command) {
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    Ran ran;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) {
        ran.output.append(buffer, count);
    }
    const int status = pclose(pipe);
    ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

/// Says why when it is not so.
bool hasAbigail() {
    if (runCommand("abidiff --version").exit_code == 0 &&
        runCommand("abidw --version").exit_code == 0) {
        return true;
    }
    if (std::getenv("CI") != nullptr) {
        FAIL("abidiff and abidw are not installed (package abigail-tools)");
    }
    // CMakeLists.txt knows this text.
    WARN("skipped: abidiff and abidw are not installed (package abigail-tools)");
    return false;
}

std::string librarySource(const fs::path& include_directory) {
    std::ostringstream source;
    for (const auto& header : sdkHeaders(include_directory)) {
        source << "#include \"mortise/" << header.filename().string() << "\"\n";
    }
    for (const auto& header : sdkHeaders(include_directory)) {
        for (const HeaderStruct& type : readStructs(header)) {
            source << "void use_" << type.name << "(struct " << type.name
                   << " *value) { (void)value; }\n";
        }
    }
    return source.str();
}

void mustRun(const std::string& command) {
    const Ran ran = runCommand(command);
    INFO(command << '\n' << ran.output);
    REQUIRE(ran.exit_code == 0);
}

/// Without paths, places and the machine, so that every machine writes the same.
void describe(const fs::path& include_directory, const fs::path& output) {
    fs::create_directories(kWork);
    const fs::path source = kWork / "contract.c";
    const fs::path library = kWork / "libcontract.so";
    std::ofstream(source) << librarySource(include_directory);
    mustRun(std::string(MORTISE_C_COMPILER) +
            " -std=c11 -g -O0 -shared -fPIC -ffile-prefix-map=" + kWork.string() + "=. -I" +
            include_directory.string() + " -o " + library.string() + ' ' + source.string());
    mustRun(
        "abidw --type-id-style hash --no-corpus-path --no-comp-dir-path --no-show-locs "
        "--no-architecture --no-elf-needed --no-parameter-names --out-file " +
        output.string() + ' ' + library.string());
}

/// What abidiff says, and whether it is a break. Its own suppression of members at the end of a struct hides other changes of the
/// struct too, so its report is read instead.
struct Opinion {
    bool is_break = false;
    std::string report;
};

Opinion compare(const fs::path& baseline, const fs::path& include_directory) {
    const fs::path current = kWork / "current.xml";
    describe(include_directory, current);
    const Ran ran = runCommand("abidiff --leaf-changes-only --harmless " + baseline.string() + ' ' +
                               current.string());
    const auto says = [&](const char* text) { return ran.output.find(text) != std::string::npos; };
    const bool only_longer = ran.exit_code == 4 && !says("data member change") &&
                             !says("data member deletion") &&
                             says("functions summary: 0 Removed, 0 Changed");
    return {ran.exit_code != 0 && !only_longer, ran.output};
}

std::vector<fs::path> baselines() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(kAbi)) {
        if (entry.path().extension() == ".xml") {
            files.push_back(entry.path());
        }
    }
    sortByRelease(files);
    return files;
}

Opinion compareMutated(const std::string& header, const std::string& from, const std::string& to) {
    const fs::path baseline = kWork / "unchanged.xml";
    describe(MORTISE_SOURCE_DIR "/sdk/include", baseline);
    return compare(baseline, mutatedHeaders(kWork / "mutated", header, from, to));
}

}  // namespace

TEST_CASE("abidiff finds no change since any release") {
    if (!hasAbigail()) {
        return;
    }
    REQUIRE_FALSE(baselines().empty());
    for (const fs::path& baseline : baselines()) {
        const Opinion opinion = compare(baseline, MORTISE_SOURCE_DIR "/sdk/include");
        INFO(baseline.filename().string() << '\n' << opinion.report);
        CHECK_FALSE(opinion.is_break);
    }
}

TEST_CASE("abidiff finds a member that was inserted, exchanged, removed or of another type") {
    if (!hasAbigail()) {
        return;
    }
    struct Change {
        const char* header;
        const char* from;
        const char* to;
        const char* told;
    };
    const Change changes[] = {
        {"db.h", "    mortise_status (*execute)(",
         "    void (*early)(void);\n    mortise_status (*execute)(", "early"},
        {"abi.h", "    uint64_t capacity;\n    uint64_t size;",
         "    uint64_t size;\n    uint64_t capacity;", "capacity"},
        {"manifest.h", "    char id[44];\n    uint32_t table_size_min;", "    char id[44];",
         "table_size_min"},
        {"abi.h", "    uint32_t http_status;", "    int32_t http_status;", "http_status"},
    };
    for (const Change& change : changes) {
        const Opinion opinion = compareMutated(change.header, change.from, change.to);
        INFO(change.header << ": " << change.to << '\n' << opinion.report);
        CHECK(opinion.is_break);
        CHECK_THAT(opinion.report, Catch::Matchers::ContainsSubstring(change.told));
    }
}

TEST_CASE("abidiff has nothing against a member that is appended") {
    if (!hasAbigail()) {
        return;
    }
    const Opinion opinion = compareMutated("config.h", "} mortise_config;",
                                           "    void (*later)(void);\n} mortise_config;");
    INFO(opinion.report);
    CHECK_FALSE(opinion.is_break);
    CHECK_THAT(opinion.report, Catch::Matchers::ContainsSubstring("later"));
}

TEST_CASE("write the newest baseline of abidiff", "[.][write]") {
    if (hasAbigail()) {
        describe(MORTISE_SOURCE_DIR "/sdk/include",
                 baselines().empty() ? kAbi / "abi-1.0.xml" : baselines().back());
    }
}
