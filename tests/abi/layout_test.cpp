// The binary half of the contract: size and offset of every struct and member, compared with what was released.
//
// sdk/abi/layout-<minor>.txt holds one line per struct and per member. The headers are read as text, a C program that prints the
// same lines is compiled by the C compiler and run, and both are compared:
//   the newest file      must equal the headers: what is new is written down before it ships;
//   every older file     each of its members stands where it stood, with the size it had; structs may only have grown.
// When a change is meant: `abi_layout "[write]"` writes the newest file again, and the difference is reviewed.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/abi/header_reader.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::test;
namespace fs = std::filesystem;

namespace {

/// "mortise_str.data" -> "offset 0 size 8", "mortise_str" -> "size 16".
using Layout = std::map<std::string, std::string>;

std::string programText() {
    std::ostringstream program;
    program << "#include <stddef.h>\n#include <stdio.h>\n";
    for (const auto& header : sdkHeaders()) {
        program << "#include \"mortise/" << header.filename().string() << "\"\n";
    }
    program << "int main(void) {\n";
    for (const auto& header : sdkHeaders()) {
        for (const HeaderStruct& type : readStructs(header)) {
            program << "printf(\"" << type.name << " size %zu\\n\", sizeof(struct " << type.name
                    << "));\n";
            for (const HeaderMember& member : type.members) {
                program << "printf(\"" << type.name << "." << member.name
                        << " offset %zu size %zu\\n\", offsetof(struct " << type.name << ", "
                        << member.name << "), sizeof(((struct " << type.name << "*)0)->"
                        << member.name << "));\n";
            }
        }
    }
    program << "return 0;\n}\n";
    return program.str();
}

/// Prints the layout of the headers as they are now.
std::string currentText() {
    const fs::path source = MORTISE_BINARY_DIR "/layout.c";
    const fs::path binary = MORTISE_BINARY_DIR "/layout";
    std::ofstream(source) << programText();
    const std::string build = std::string(MORTISE_C_COMPILER) +
                              " -std=c11 -I" MORTISE_SOURCE_DIR "/sdk/include -o " +
                              binary.string() + " " + source.string();
    REQUIRE(std::system(build.c_str()) == 0);
    FILE* output = popen(binary.c_str(), "r");
    REQUIRE(output != nullptr);
    std::string text;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, output)) {
        text.append(buffer, count);
    }
    REQUIRE(pclose(output) == 0);
    return text;
}

Layout parse(const std::string& text) {
    Layout layout;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line[0] != '#') {
            const std::size_t space = line.find(' ');
            layout[line.substr(0, space)] = line.substr(space + 1);
        }
    }
    return layout;
}

bool isStruct(const std::string& name) {
    return name.find('.') == std::string::npos;
}

std::size_t sizeIn(const std::string& text) {
    return static_cast<std::size_t>(std::stoul(text.substr(text.rfind(' ') + 1)));
}

std::vector<fs::path> goldenFiles() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(MORTISE_SOURCE_DIR "/sdk/abi")) {
        if (entry.path().filename().string().rfind("layout-", 0) == 0) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

constexpr const char* kHead =
    "# Layout of the plugin contract: size of every struct, offset and size of every member, in "
    "bytes, on 64-bit machines.\n"
    "# Released lines never change; see docs/abi.md.\n";

}  // namespace

TEST_CASE("no released member has moved, shrunk or gone") {
    const Layout current = parse(currentText());
    REQUIRE_FALSE(goldenFiles().empty());
    for (const fs::path& file : goldenFiles()) {
        for (const auto& [name, released] : parse(readText(file))) {
            const auto found = current.find(name);
            INFO(file.filename().string() << ": " << name << " was released with " << released);
            if (found == current.end()) {
                FAIL_CHECK("and is gone: a released name stays");
                continue;
            }
            if (isStruct(name)) {
                INFO("now " << found->second);
                CHECK(sizeIn(found->second) >= sizeIn(released));
            } else {
                CHECK(found->second == released);
            }
        }
    }
}

TEST_CASE("the newest layout file holds exactly what the headers declare") {
    REQUIRE_FALSE(goldenFiles().empty());
    const Layout newest = parse(readText(goldenFiles().back()));
    for (const auto& [name, now] : parse(currentText())) {
        const auto found = newest.find(name);
        INFO(name << " " << now);
        if (found == newest.end()) {
            FAIL_CHECK("is new and not yet written down in sdk/abi");
        } else {
            CHECK(found->second == now);
        }
    }
}

TEST_CASE("structs grow only behind their last released member") {
    const Layout current = parse(currentText());
    for (const fs::path& file : goldenFiles()) {
        const Layout released = parse(readText(file));
        for (const auto& [name, place] : current) {
            const std::string owner = name.substr(0, name.find('.'));
            if (isStruct(name) || released.count(name) == 1 || released.count(owner) == 0) {
                continue;
            }
            std::size_t offset = 0;
            REQUIRE(std::sscanf(place.c_str(), "offset %zu", &offset) == 1);
            INFO(file.filename().string() << ": new member " << name << " at " << offset);
            CHECK(offset >= sizeIn(released.at(owner)));
        }
    }
}

TEST_CASE("write the newest layout file", "[.][write]") {
    const fs::path file = goldenFiles().empty()
                              ? fs::path(MORTISE_SOURCE_DIR "/sdk/abi/layout-1.0.txt")
                              : goldenFiles().back();
    std::ofstream(file) << kHead << currentText();
}
