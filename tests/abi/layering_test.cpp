// Who may include whom: the allow-list of the architecture over the whole tree. A new edge is a decision, so it fails here first.
#include <map>
#include <regex>
#include <set>

#include "tests/abi/header_reader.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::test;
namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

/// Folders of host/ a folder may include, besides itself and limits.hpp. `*` is everything.
const std::map<std::string, Names>& allowedFolders() {
    static const Names ground = {"base", "log", "metrics", "trace", "lifecycle", "run"};
    static const auto with = [](Names names, const Names& more) {
        names.insert(more.begin(), more.end());
        return names;
    };
    static const std::map<std::string, Names> allowed = {
        {"base", {}},
        {"config", {"base"}},
        {"log", {"base"}},
        {"metrics", {"base"}},
        {"trace", {"base"}},
        {"cache", {"base", "metrics"}},
        {"lifecycle", {"base", "log", "metrics"}},
        {"run", {"base", "log", "metrics"}},
        {"db", ground},
        {"redis", ground},
        {"identity", ground},
        {"http", with(ground, {"identity"})},
        {"api", with(ground, {"identity", "http"})},
        {"plugin", {"base", "log", "metrics", "lifecycle", "run", "mortise"}},
        {"bridge",
         {"base", "config", "log", "metrics", "trace", "lifecycle", "run", "cache", "db", "redis",
          "identity", "http", "api", "plugin", "mortise"}},
        {"admin", {"*"}},
        {"cli", {"*"}},
        {"app", {"*"}},
        {"testing", {"*"}},
    };
    return allowed;
}

/// Libraries and the folders whose files may include them, by the first part of the include.
const std::map<std::string, Names>& libraryOwners() {
    static const std::map<std::string, Names> owners = {
        {"pqxx", {"db"}},           {"libpq-fe.h", {"db"}},
        {"spdlog", {"log"}},        {"simdjson.h", {"bridge", "identity"}},
        {"argon2.h", {"identity"}}, {"crypt.h", {"identity"}},
        {"llhttp.h", {"http"}},     {"boost", {"plugin"}},
        {"curl", {"http"}},
    };
    return owners;
}

struct Include {
    fs::path file;
    std::string name;
};

bool isSource(const fs::path& file) {
    const std::string extension = file.extension().string();
    return extension == ".hpp" || extension == ".cpp" || extension == ".h" || extension == ".c";
}

std::vector<Include> includesBelow(const std::string& folder) {
    static const std::regex include(R"((?:^|\n)\s*#\s*include\s*[<"]([^>"]+)[>"])");
    std::vector<Include> includes;
    const fs::path root = fs::path(MORTISE_SOURCE_DIR) / folder;
    if (!fs::exists(root)) {
        return includes;
    }
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file() || !isSource(entry.path())) {
            continue;
        }
        const std::string text = readText(entry.path());
        for (std::sregex_iterator it(text.begin(), text.end(), include), end; it != end; ++it) {
            includes.push_back({fs::relative(entry.path(), MORTISE_SOURCE_DIR), (*it)[1]});
        }
    }
    return includes;
}

std::string firstPart(const std::string& path) {
    return path.substr(0, path.find('/'));
}

/// The folder of host/ a file lies in.
std::string folderOf(const fs::path& file) {
    auto part = file.begin();
    return (++part)->string();
}

bool mayInclude(const std::string& folder, const std::string& target) {
    const auto found = allowedFolders().find(folder);
    if (found == allowedFolders().end() || folder == target) {
        return true;
    }
    return found->second.count("*") == 1 || found->second.count(target) == 1;
}

}  // namespace

TEST_CASE("folders of the host include only what lies below them") {
    for (const Include& include : includesBelow("host")) {
        const std::string folder = folderOf(include.file);
        const std::string target = firstPart(include.name);
        const bool is_folder = allowedFolders().count(target) == 1 || target == "mortise";
        if (!is_folder || include.name.find('/') == std::string::npos) {
            continue;
        }
        INFO(include.file.string() << " includes " << include.name);
        CHECK(mayInclude(folder, target));
    }
}

TEST_CASE("each library is known to one folder") {
    for (const Include& include : includesBelow("host")) {
        const auto owner = libraryOwners().find(firstPart(include.name));
        if (owner == libraryOwners().end()) {
            continue;
        }
        INFO(include.file.string() << " includes " << include.name);
        CHECK(owner->second.count(folderOf(include.file)) == 1);
    }
}

TEST_CASE("the SDK includes the standard libraries and itself") {
    for (const Include& include : includesBelow("sdk")) {
        INFO(include.file.string() << " includes " << include.name);
        const std::string first = firstPart(include.name);
        const bool is_test = include.file.string().find("/tests/") != std::string::npos;
        CHECK((first == "mortise" || include.name.find('/') == std::string::npos ||
               (is_test && first == "catch2")));
        CHECK(allowedFolders().count(first) == 0);
        CHECK(libraryOwners().count(first) == 0);
        CHECK(first != "Poco");
    }
}

TEST_CASE("a plugin includes the SDK and its own folder") {
    for (const Include& include : includesBelow("plugins")) {
        auto part = include.file.begin();
        const std::string own = (++part)->string();
        const std::string first = firstPart(include.name);
        INFO(include.file.string() << " includes " << include.name);
        const bool is_test = include.file.string().find("/tests/") != std::string::npos;
        CHECK((first == "mortise" || first == own || include.name.find('/') == std::string::npos ||
               (is_test && (first == "tests" || first == "plugins"))));
        CHECK(libraryOwners().count(first) == 0);
    }
}

TEST_CASE("only the contract, and what was released of it, has files that end in .h") {
    const fs::path sdk = fs::path(MORTISE_SOURCE_DIR) / "sdk";
    for (const std::string folder : {"host", "plugins", "sdk", "tests"}) {
        for (const auto& entry :
             fs::recursive_directory_iterator(fs::path(MORTISE_SOURCE_DIR) / folder)) {
            if (entry.path().extension() == ".h") {
                const fs::path place = fs::relative(entry.path().parent_path(), sdk);
                INFO(entry.path());
                CHECK((place == "include/mortise" || place.string().rfind("abi/golden/", 0) == 0));
            }
        }
    }
}

TEST_CASE(
    "a header with a heavy library in it is included by source files of its own folder only") {
    const Names heavy = {"Poco", "boost", "pqxx", "spdlog", "simdjson.h", "openssl", "libpq-fe.h"};
    const std::vector<Include> includes = includesBelow("host");
    Names heavy_headers;  // as they are included: "identity/openssl_handles.hpp"
    for (const Include& include : includes) {
        if (include.file.extension() == ".hpp" && heavy.count(firstPart(include.name)) == 1) {
            heavy_headers.insert(fs::relative(include.file, "host").string());
        }
    }
    for (const Include& include : includes) {
        if (heavy_headers.count(include.name) == 1) {
            INFO(include.file.string() << " includes " << include.name);
            CHECK(include.file.extension() == ".cpp");
            CHECK(folderOf(include.file) == firstPart(include.name));
        }
    }
}
