#include "base/files.hpp"

#include <sys/stat.h>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace mortise;

namespace {

mode_t modeOf(const std::filesystem::path& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777U;
}

std::size_t entryCount(const std::filesystem::path& directory) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(directory), {}));
}

}  // namespace

TEST_CASE("a file is read whole up to its bound and refused above it") {
    const testing::TemporaryDirectory directory;
    const std::string content(100'000, 'x');
    const auto path = directory.write("file", content);
    CHECK(readFile(path, 100'000) == content);
    CHECK_THROWS_AS(readFile(path, 99'999), Error);
}

TEST_CASE("what is no regular file is not read") {
    const testing::TemporaryDirectory directory;
    REQUIRE(::mkfifo((directory.path() / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_AS(readFile(directory.path() / "pipe", 10), Error);
    CHECK_THROWS_AS(readFile(directory.path(), 10), Error);
    CHECK_THROWS_WITH(readFile(directory.path() / "none", 10),
                      Catch::Matchers::ContainsSubstring("No such file"));
}

TEST_CASE("an atomic write replaces content and mode and leaves nothing beside it") {
    const testing::TemporaryDirectory directory;
    const auto path = directory.path() / "file";
    writeFileAtomically(path, "one", 0644);
    writeFileAtomically(path, "two", 0600);
    CHECK(readFile(path, 10) == "two");
    CHECK(modeOf(path) == 0600);
    CHECK(entryCount(directory.path()) == 1);
}

TEST_CASE("an atomic creation never replaces") {
    const testing::TemporaryDirectory directory;
    const auto path = directory.path() / "file";
    CHECK(createFileAtomically(path, "one", 0600));
    CHECK_FALSE(createFileAtomically(path, "two", 0600));
    CHECK(readFile(path, 10) == "one");
    CHECK(entryCount(directory.path()) == 1);
}

TEST_CASE("writing where no directory is fails with the path and the reason") {
    const testing::TemporaryDirectory directory;
    CHECK_THROWS_WITH(writeFileAtomically(directory.path() / "none" / "file", "", 0600),
                      Catch::Matchers::ContainsSubstring("none") &&
                          Catch::Matchers::ContainsSubstring("No such"));
}

TEST_CASE("makeDirectory makes parents and leaves an existing directory as it is") {
    const testing::TemporaryDirectory directory;
    const auto path = directory.path() / "a" / "b";
    makeDirectory(path, 0700);
    CHECK(modeOf(path) == 0700);
    makeDirectory(path, 0755);
    CHECK(modeOf(path) == 0700);
    directory.write("file", "");
    CHECK_THROWS_AS(makeDirectory(directory.path() / "file", 0700), Error);
}
