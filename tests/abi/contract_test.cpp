// The written half of the contract: what every header and every function of the SDK must say and must not use.
#include <regex>
#include <set>

#include "tests/abi/header_reader.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::test;

namespace {

/// What the comment of a function leaves out, in one text.
std::string unsaid(const std::string& comment) {
    std::string missing;
    for (const char* word : {"in", "out", "status", "owner", "thread", "since"}) {
        // "in, out: nothing" says both. A word inside another one says nothing.
        const std::regex label("(^|[^a-z])" + std::string(word) + "(:|, out:)");
        missing += std::regex_search(comment, label) ? "" : std::string(word) + ' ';
    }
    return missing;
}

constexpr const char* kWhole =
    "/** Does it.\n *  in: `a`. out: nothing. status: OK. owner: nobody. thread: [any]. since: 1.0 "
    "*/";

}  // namespace

TEST_CASE("a comment that leaves anything out is noticed") {
    CHECK(unsaid(kWhole).empty());
    CHECK(unsaid("in, out: nothing. status: OK. owner: x. thread: [any]. since: 1.0").empty());
    for (const std::string word : {"in", "out", "status", "owner", "thread", "since"}) {
        const std::string without =
            std::regex_replace(std::string(kWhole), std::regex(word + ": ?[^.]*\\."), "");
        CHECK(unsaid(without) == word + " ");
    }
}

TEST_CASE("every function of the contract says status, owner, thread and since") {
    std::size_t function_count = 0;
    for (const auto& header : sdkHeaders()) {
        for (const HeaderStruct& type : readStructs(header)) {
            for (const HeaderMember& member : type.members) {
                if (!member.is_function) {
                    continue;
                }
                ++function_count;
                INFO(type.header << ": " << type.name << "." << member.name);
                CHECK(unsaid(member.comment).empty());
                CHECK(std::regex_search(member.comment,
                                        std::regex(R"(\[(control|request|reactor|any)\])")));
            }
        }
    }
    CHECK(function_count > 50);
}

TEST_CASE("a member of a later release is hidden from plugins for older hosts") {
    const std::regex since(R"(since: 1\.([0-9]+))");
    for (const auto& header : sdkHeaders()) {
        for (const HeaderStruct& type : readStructs(header)) {
            for (const HeaderMember& member : type.members) {
                std::smatch match;
                if (!std::regex_search(member.comment, match, since) || match[1] == "0") {
                    continue;
                }
                const int release = 10000 + std::stoi(match[1]) * 100;
                INFO(type.header << ": " << type.name << "." << member.name);
                CHECK_THAT(member.guard, Catch::Matchers::ContainsSubstring(
                                             "#if MORTISE_TARGET >= " + std::to_string(release)));
            }
        }
    }
}

TEST_CASE("tables of functions begin with their size") {
    for (const auto& header : sdkHeaders()) {
        for (const HeaderStruct& type : readStructs(header)) {
            bool has_function = false;
            for (const HeaderMember& member : type.members) {
                has_function = has_function || member.is_function;
            }
            INFO(type.header << ": " << type.name);
            CHECK((!has_function || type.members.front().name == "struct_size"));
        }
    }
}

TEST_CASE("only fixed-width types cross the line") {
    const std::regex forbidden(
        R"(\b(bool|_Bool|size_t|ssize_t|wchar_t|long|short|unsigned|int|enum|FILE|errno|va_list)\b)");
    for (const auto& header : sdkHeaders()) {
        const std::string code = withoutComments(readText(header));
        std::smatch match;
        INFO(header.filename().string());
        const bool found = std::regex_search(code, match, forbidden);
        INFO((found ? match[0].str() : std::string()));
        CHECK_FALSE(found);
    }
}

TEST_CASE("headers of the contract include the two standard headers and each other only") {
    const std::regex include(R"(#include\s+[<"]([^>"]+)[>"])");
    const std::set<std::string> standard = {"stddef.h", "stdint.h"};
    for (const auto& header : sdkHeaders()) {
        const std::string text = readText(header);
        for (std::sregex_iterator it(text.begin(), text.end(), include), end; it != end; ++it) {
            const std::string name = (*it)[1];
            INFO(header.filename().string() << " includes " << name);
            CHECK((standard.count(name) == 1 || name.rfind("mortise/", 0) == 0));
        }
    }
}

TEST_CASE("every interface names itself as area and revision") {
    const std::regex interface_id(R"(#define MORTISE_\w+_INTERFACE "([^"]*)\")");
    const std::regex expected(R"(mortise\.[a-z_]+/[1-9][0-9]*)");
    for (const auto& header : sdkHeaders()) {
        const std::string text = readText(header);
        for (std::sregex_iterator it(text.begin(), text.end(), interface_id), end; it != end;
             ++it) {
            const std::string id = (*it)[1];
            INFO(id);
            CHECK(std::regex_match(id, expected));
        }
    }
}
