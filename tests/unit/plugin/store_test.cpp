#include "plugin/store.hpp"

#include <sys/stat.h>

#include <fstream>

#include "base/error.hpp"
#include "plugin/desired_state.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/plugin/swap_fixture.hpp"

using namespace mortise::plugin;
using namespace mortise::plugin::test;

namespace {

template <typename Body>
std::string codeOf(Body body) {
    try {
        body();
        return {};
    } catch (const mortise::Error& failure) {
        return failure.code();
    }
}

std::filesystem::path makeFile(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    return path;
}

}  // namespace

TEST_CASE("a file is kept under its hash, read-only") {
    const TemporaryDirectory directory;
    const Store store(directory.path() / "store");
    const StoredFile file =
        store.keep(store.receive(makeFile(directory.path() / "a.so", "abc")), "notes", "1.0.0");
    CHECK(file.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(file.path.string().find("/notes/1.0.0-ba7816bf") != std::string::npos);
    struct stat facts {};
    REQUIRE(::stat(file.path.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0444);
    CHECK(store.find("notes", "1.0.0", file.sha256).path == file.path);
    CHECK(codeOf([&] { store.find("notes", "2.0.0", file.sha256); }) == "STORE_MISSING");
}

TEST_CASE("what is not kept leaves nothing behind") {
    const TemporaryDirectory directory;
    const Store store(directory.path() / "store");
    { const Incoming incoming = store.receive(makeFile(directory.path() / "a.so", "abc")); }
    CHECK(std::filesystem::is_empty(directory.path() / "store"));
    CHECK(codeOf([&] { store.receive(directory.path()); }) == "FILE_UNREADABLE");
    CHECK(codeOf([&] { store.receive(directory.path() / "missing"); }) == "FILE_UNREADABLE");
    REQUIRE(::mkfifo((directory.path() / "pipe").c_str(), 0600) == 0);
    CHECK(codeOf([&] { store.receive(directory.path() / "pipe"); }) == "FILE_UNREADABLE");
    CHECK(std::filesystem::is_empty(directory.path() / "store"));
}

TEST_CASE("every load gets a file with its own inode") {
    const TemporaryDirectory directory;
    const Store store(directory.path() / "store");
    const StoredFile file =
        store.keep(store.receive(makeFile(directory.path() / "a.so", "abc")), "notes", "1.0.0");
    struct stat first {};
    struct stat second {};
    REQUIRE(::stat(store.privateCopy(file, 1).c_str(), &first) == 0);
    REQUIRE(::stat(store.privateCopy(file, 2).c_str(), &second) == 0);
    CHECK(first.st_ino != second.st_ino);
}

TEST_CASE("a stored file that was altered or replaced by a link is not loaded") {
    const TemporaryDirectory directory;
    const Store store(directory.path() / "store");
    const StoredFile file =
        store.keep(store.receive(makeFile(directory.path() / "a.so", "abc")), "notes", "1.0.0");
    std::filesystem::remove(file.path);
    makeFile(file.path, "abd");
    CHECK(codeOf([&] { store.find("notes", "1.0.0", file.sha256); }) == "STORE_ALTERED");
    CHECK(codeOf([&] { store.privateCopy(file, 1); }) == "STORE_ALTERED");
    CHECK_FALSE(std::filesystem::exists(file.path.parent_path() / "gen-1.so"));
    std::filesystem::remove(file.path);
    std::filesystem::create_symlink(directory.path() / "a.so", file.path);
    CHECK(codeOf([&] { store.find("notes", "1.0.0", file.sha256); }) == "STORE_ALTERED");
    CHECK(codeOf([&] { store.privateCopy(file, 1); }) == "STORE_ALTERED");
}

TEST_CASE("a directory of the store that is a link out of it is refused") {
    const TemporaryDirectory directory;
    const Store store(directory.path() / "store");
    std::filesystem::create_directory(directory.path() / "elsewhere");
    std::filesystem::create_directory_symlink(directory.path() / "elsewhere",
                                              directory.path() / "store" / "notes");
    CHECK(codeOf([&] {
              store.keep(store.receive(makeFile(directory.path() / "a.so", "abc")), "notes",
                         "1.0.0");
          }) == "STORE_ALTERED");
    CHECK(std::filesystem::is_empty(directory.path() / "elsewhere"));
}

TEST_CASE("a new process sweeps what the last one left half done, and nothing else") {
    const TemporaryDirectory directory;
    StoredFile file;
    {
        const Store store(directory.path() / "store");
        file =
            store.keep(store.receive(makeFile(directory.path() / "a.so", "abc")), "notes", "1.0.0");
        makeFile(directory.path() / "store" / "incoming-123456.so", "x");
        store.privateCopy(file, 7);
    }
    const Store store(directory.path() / "store");
    CHECK_FALSE(std::filesystem::exists(directory.path() / "store" / "incoming-123456.so"));
    CHECK_FALSE(std::filesystem::exists(file.path.parent_path() / "gen-7.so"));
    CHECK(std::filesystem::exists(file.path));
}

TEST_CASE("pruning keeps the newest versions and those in use") {
    const TemporaryDirectory directory;
    const Store store(directory.path() / "store");
    std::vector<StoredFile> files;
    for (int i = 0; i < 12; ++i) {
        files.push_back(
            store.keep(store.receive(makeFile(directory.path() / "a.so", std::to_string(i))),
                       "notes", "1.0." + std::to_string(i)));
        const auto when =
            std::filesystem::file_time_type::clock::now() - std::chrono::hours(100 - i);
        std::filesystem::last_write_time(files.back().path.parent_path(), when);
    }
    store.prune("notes", {files[0].sha256});
    CHECK(std::filesystem::exists(files[0].path));
    CHECK_FALSE(std::filesystem::exists(files[1].path));
    CHECK_FALSE(std::filesystem::exists(files[3].path));
    CHECK(std::filesystem::exists(files[4].path));
    CHECK(std::filesystem::exists(files[11].path));
}

TEST_CASE("the desired state survives a restart and refuses a damaged file") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "plugins.json";
    CHECK(DesiredState::load(path).revision == 0);
    DesiredState state;
    state.revision = 7;
    state.plugins["notes"] = {"/a \"b\"/plugin.so", "00ff", "1.0.0", true};
    state.plugins["jobs"] = {"", "", "2.0.0", false};
    state.save(path);
    CHECK(DesiredState::load(path).toJson() == state.toJson());
    makeFile(path, "{\"revision\":1}");
    CHECK(codeOf([&] { DesiredState::load(path); }) == "DESIRED_STATE_DAMAGED");
    makeFile(path, "{");
    CHECK(codeOf([&] { DesiredState::load(path); }) == "DESIRED_STATE_DAMAGED");
}
