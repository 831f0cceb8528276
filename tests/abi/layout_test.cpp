// The binary half of the contract: sizes, offsets, types and numbers, compared with what was released.
//
// sdk/abi/layout-<minor>.txt holds one line per fact:
//   the newest file      must equal the headers: what is new is written down before it ships;
//   every older file     each of its members stands where it stood, as what it was; structs may only have grown.
// When a change is meant: `./dev abi-baseline` writes the newest file again, and the difference is reviewed.
#include "tests/abi/layout.hpp"

#include <algorithm>
#include <fstream>

#include "tests/abi/header_reader.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::test;
namespace fs = std::filesystem;

namespace {

const fs::path kInclude = MORTISE_SOURCE_DIR "/sdk/include";

std::string currentText() {
    return layoutText(kInclude, MORTISE_BINARY_DIR);
}

std::vector<fs::path> goldenFiles() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(MORTISE_SOURCE_DIR "/sdk/abi")) {
        if (entry.path().filename().string().rfind("layout-", 0) == 0) {
            files.push_back(entry.path());
        }
    }
    sortByRelease(files);
    return files;
}

constexpr const char* kHead =
    "# Layout of the plugin contract: sizes and offsets in bytes on 64-bit machines, types, "
    "numbers.\n"
    "# Released lines never change; see docs/abi.md.\n";

/// A change of one header that no release may make.
struct Mutation {
    std::string what;
    std::string header;
    std::string from;
    std::string to;
    /// All of this must stand in one of the sentences.
    std::vector<std::string> told;
};

std::vector<Mutation> mutationsOfStructs() {
    return {
        {"a member inserted in a table",
         "db.h",
         "    mortise_status (*execute)(",
         "    void (*early)(void);\n    mortise_status (*execute)(",
         {"mortise_db.execute moved from offset 8 to 16",
          "mortise_db.early was inserted before it"}},
        {"a member inserted in a hole",
         "abi.h",
         "    uint32_t http_status;\n    uint32_t reserved;",
         "    uint32_t http_status;\n    uint32_t severity;",
         {"mortise_error.reserved is gone", "mortise_error.severity stands in its place"}},
        {"a slot removed",
         "config.h",
         "    mortise_status (*get)(",
         "    mortise_status (*gone)(",
         {"mortise_config.get is gone", "mortise_config.gone stands in its place"}},
        {"the last member removed",
         "manifest.h",
         "    char id[44];\n    uint32_t table_size_min;",
         "    char id[44];",
         {"mortise_manifest_interface.table_size_min is gone", "stays where it is"}},
        {"two members exchanged",
         "abi.h",
         "    uint64_t capacity;\n    uint64_t size;",
         "    uint64_t size;\n    uint64_t capacity;",
         {"mortise_buffer.capacity moved from offset 8 to 16", "order"}},
        {"a type of the same size",
         "abi.h",
         "    uint32_t http_status;",
         "    int32_t http_status;",
         {"mortise_error.http_status was uint32_t", "is int32_t"}},
        {"a parameter of another type",
         "plugin.h",
         "(*prepare)(void *self, uint32_t deadline_ms,",
         "(*prepare)(void *self, uint64_t deadline_ms,",
         {"mortise_plugin.prepare was",
          "and is mortise_status (*)(void *, uint64_t, mortise_error *)"}},
        {"a smaller array",
         "abi.h",
         "    char message[208];",
         "    char message[200];",
         {"mortise_error shrank from 272 to 264 bytes"}},
        {"a growing value",
         "abi.h",
         "    const uint8_t *data;\n    uint64_t size;\n",
         "    const uint8_t *data;\n    uint64_t size;\n    uint64_t more;\n",
         {"mortise_bytes grew from 16 to 24 bytes", "no struct_size"}},
    };
}

std::vector<Mutation> mutationsOfNames() {
    return {
        {"another handler",
         "tasks.h",
         "typedef void (*mortise_task)(void *task_context);",
         "typedef int32_t (*mortise_task)(void *task_context);",
         {"mortise_task means int32_t (*)(void *)"}},
        {"a renumbered status",
         "abi.h",
         "#define MORTISE_CONFLICT 3",
         "#define MORTISE_CONFLICT 33",
         {"MORTISE_CONFLICT is 33", "released as what is 3"}},
        {"a number that is gone",
         "abi.h",
         "#define MORTISE_RETRY 15",
         "#define MORTISE_AGAIN 15",
         {"MORTISE_RETRY is gone"}},
        {"another interface id",
         "db.h",
         "INTERFACE \"mortise.db/1\"",
         "INTERFACE \"mortise.database/1\"",
         {"MORTISE_DB_INTERFACE is \"mortise.database/1\""}},
        {"another width of a scalar",
         "abi.h",
         "typedef uint64_t mortise_handle;",
         "typedef uint32_t mortise_handle;",
         {"mortise_handle means uint32_t"}},
    };
}

std::vector<Mutation> mutations() {
    std::vector<Mutation> all = mutationsOfStructs();
    const std::vector<Mutation> names = mutationsOfNames();
    all.insert(all.end(), names.begin(), names.end());
    return all;
}

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) {
        text += sentence + '\n';
    }
    return text;
}

bool isTold(const Mutation& mutation, const std::vector<std::string>& sentences) {
    return std::any_of(sentences.begin(), sentences.end(), [&](const std::string& sentence) {
        return std::all_of(mutation.told.begin(), mutation.told.end(), [&](const auto& part) {
            return sentence.find(part) != std::string::npos;
        });
    });
}

std::string layoutWith(const Mutation& mutation) {
    const fs::path root =
        mutatedHeaders(MORTISE_BINARY_DIR "/mutated", mutation.header, mutation.from, mutation.to);
    return layoutText(root, root);
}

}  // namespace

TEST_CASE("the tenth release is newer than the second") {
    std::vector<fs::path> files = {"layout-1.10.txt", "layout-1.2.txt", "layout-2.0.txt",
                                   "layout-1.9.txt"};
    sortByRelease(files);
    CHECK(files == std::vector<fs::path>{"layout-1.2.txt", "layout-1.9.txt", "layout-1.10.txt",
                                         "layout-2.0.txt"});
}

TEST_CASE("nothing that was released has moved, shrunk, changed or gone") {
    const Layout current = parseLayout(currentText());
    REQUIRE_FALSE(goldenFiles().empty());
    for (const fs::path& file : goldenFiles()) {
        for (const std::string& sentence : layoutBreaks(parseLayout(readText(file)), current)) {
            FAIL_CHECK(file.filename().string() << ": " << sentence);
        }
    }
}

TEST_CASE("the newest layout file holds exactly what the headers declare") {
    REQUIRE_FALSE(goldenFiles().empty());
    const Layout newest = parseLayout(readText(goldenFiles().back()));
    const Layout current = parseLayout(currentText());
    for (const auto& [name, now] : current) {
        INFO(name << ' ' << now << " is not written down in sdk/abi: ./dev abi-baseline");
        CHECK((newest.count(name) == 1 && newest.at(name) == now));
    }
    CHECK(newest.size() == current.size());
}

TEST_CASE("a deliberate break of the contract is told, and what broke") {
    const Layout released = parseLayout(currentText());
    for (const Mutation& mutation : mutations()) {
        const std::vector<std::string> sentences =
            layoutBreaks(released, parseLayout(layoutWith(mutation)));
        INFO(mutation.what << " is told as\n" << joined(sentences));
        CHECK(isTold(mutation, sentences));
    }
}

TEST_CASE("what is appended or only called otherwise breaks nothing") {
    const Layout released = parseLayout(currentText());
    const Mutation harmless[] = {
        {"a member appended",
         "config.h",
         "} mortise_config;",
         "    void (*later)(void);\n} mortise_config;",
         {}},
        {"a new number",
         "abi.h",
         "#define MORTISE_RETRY 15",
         "#define MORTISE_RETRY 15\n#define MORTISE_LATER 16",
         {}},
        {"another name of a parameter",
         "plugin.h",
         "(*prepare)(void *self, uint32_t deadline_ms,",
         "(*prepare)(void *plugin, uint32_t time_ms,",
         {}},
        {"the next release",
         "abi.h",
         "MORTISE_SDK_VERSION 10000u",
         "MORTISE_SDK_VERSION 10100u",
         {}},
    };
    for (const Mutation& mutation : harmless) {
        const std::vector<std::string> sentences =
            layoutBreaks(released, parseLayout(layoutWith(mutation)));
        INFO(mutation.what << " is told as\n" << joined(sentences));
        CHECK(sentences.empty());
    }
}

TEST_CASE("write the newest layout file", "[.][write]") {
    const fs::path file = goldenFiles().empty()
                              ? fs::path(MORTISE_SOURCE_DIR "/sdk/abi/layout-1.0.txt")
                              : goldenFiles().back();
    std::ofstream(file) << kHead << currentText();
}
