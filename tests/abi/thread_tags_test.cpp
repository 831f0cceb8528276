// The threads a header allows are those the bridge asserts: a tag that only stands in a comment is a hope.
#include <algorithm>
#include <map>
#include <regex>

#include "tests/abi/header_reader.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::test;
namespace fs = std::filesystem;

namespace {

/// Function -> the enumerator that stands with it in a table of the bridge.
std::map<std::string, std::string> assertedTags() {
    static const std::regex entry(R"re(kOnThread<"(mortise_\w+\.\w+)",\s*ThreadTag::(\w+))re");
    std::map<std::string, std::string> tags;
    for (const auto& file : fs::directory_iterator(MORTISE_SOURCE_DIR "/host/bridge")) {
        const std::string text = readText(file.path());
        for (std::sregex_iterator it(text.begin(), text.end(), entry), end; it != end; ++it) {
            tags[(*it)[1]] = (*it)[2];
        }
    }
    return tags;
}

/// The enumerator for what stands behind "thread:"; empty for [any].
std::string tagOf(const std::string& comment) {
    const std::string tags = comment.substr(comment.rfind("thread:"));
    const auto has = [&](const char* tag) { return tags.find(tag) != std::string::npos; };
    if (has("[any]")) {
        return "";
    }
    std::string name;
    using Words = std::pair<const char*, const char*>;
    for (const auto& [tag, word] : {Words("[control]", "Control"), Words("[request]", "Request"),
                                    Words("[reactor]", "Reactor")}) {
        if (has(tag)) {
            name += (name.empty() ? "" : "Or") + std::string(word);
        }
    }
    return name;
}

}  // namespace

TEST_CASE("the bridge asserts the thread tag of every function of its tables") {
    const std::map<std::string, std::string> asserted = assertedTags();
    std::map<std::string, std::string> declared;
    // Tables of plugins, which the host calls.
    const std::string others[] = {"mortise_plugin", "mortise_job_observer"};
    for (const auto& header : sdkHeaders()) {
        for (const HeaderStruct& type : readStructs(header)) {
            if (std::find(std::begin(others), std::end(others), type.name) != std::end(others)) {
                continue;
            }
            for (const HeaderMember& member : type.members) {
                if (const std::string tag = member.is_function ? tagOf(member.comment) : "";
                    !tag.empty()) {
                    declared[type.name + "." + member.name] = tag;
                }
            }
        }
    }
    CHECK(declared.size() > 20);
    CHECK(asserted == declared);
}
