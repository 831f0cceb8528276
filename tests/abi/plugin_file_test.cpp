// What mortise_add_plugin() builds, read by the host's own reader: exports, note, migrations, and nothing that would keep the
// library mapped.
#include <algorithm>

#include "mortise/db.h"
#include "mortise/plugin.h"
#include "plugin/elf_file.hpp"
#include "plugin/manifest.hpp"
#include "plugin/preflight.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using plugin::ElfFile;
using plugin::Finding;
using plugin::Manifest;

namespace {

constexpr const char* kHello = MORTISE_HELLO_FILE;
constexpr const char* kNotes = MORTISE_NOTES_FILE;
constexpr const char* kNotesNext = MORTISE_NOTES_NEXT_FILE;

std::vector<std::string> exportsOf(const ElfFile& file) {
    std::vector<std::string> names;
    for (const auto& symbol : file.dynamicSymbols()) {
        if (symbol.section != 0 && symbol.binding != 0) {
            names.push_back(symbol.name);
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST_CASE("a plugin exports its note and its entry, and nothing else") {
    const std::string path = GENERATE(as<std::string>{}, kHello, kNotes);
    INFO(path);
    CHECK(exportsOf(ElfFile::open(path)) ==
          std::vector<std::string>{"mortise_plugin_note", MORTISE_OPEN_SYMBOL});
}

TEST_CASE("the host finds nothing to say about the files of the examples") {
    const std::string path = GENERATE(as<std::string>{}, kHello, kNotes);
    for (const Finding& finding : plugin::lintElf(ElfFile::open(path), "", "/nowhere")) {
        INFO(path << ": " << finding.code << " " << finding.found);
        // Sanitizers and coverage add libraries and symbols of their own; what they add does not ship.
        CHECK((MORTISE_INSTRUMENTED || finding.severity == Finding::Severity::Notice));
    }
}

TEST_CASE("the note carries plugin.json and the sizes of the interface tables") {
    const Manifest manifest = Manifest::read(ElfFile::open(kNotes));
    CHECK(manifest.name == "notes");
    CHECK(manifest.version.text() == "1.0.0");
    CHECK(manifest.abi_version == MORTISE_ABI_VERSION);
    CHECK(manifest.sdk_version == MORTISE_SDK_VERSION);
    CHECK(manifest.calls.size() == 1);
    CHECK(manifest.route_grants == std::vector<std::string>{"/api/v1/notes"});
    CHECK(manifest.schema_max == 1);
    const auto db = std::find_if(manifest.interfaces.begin(), manifest.interfaces.end(),
                                 [](const auto& entry) { return entry.id == "mortise.db/1"; });
    REQUIRE(db != manifest.interfaces.end());
    CHECK(db->table_size_min == sizeof(mortise_db));
}

TEST_CASE("migrations lie in their section, byte for byte") {
    const auto migrations = plugin::readMigrations(ElfFile::open(kNotes));
    REQUIRE(migrations.size() == 2);
    for (const auto& migration : migrations) {
        CHECK((migration.name == "0001_create_notes.up.sql" ||
               migration.name == "0001_create_notes.down.sql"));
        CHECK_FALSE(migration.body.empty());
        CHECK(migration.body.back() == '\n');
    }
    CHECK(plugin::readMigrations(ElfFile::open(kHello)).empty());
}

TEST_CASE("the same sources build as another version beside the first") {
    const Manifest manifest = Manifest::read(ElfFile::open(kNotesNext));
    CHECK(manifest.name == "notes");
    CHECK(manifest.version.text() == "1.1.0");
    CHECK(manifest.json.find("\"1.1.0\"") != std::string::npos);
}
