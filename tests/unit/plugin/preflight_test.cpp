#include "plugin/preflight.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "mortise/manifest.h"
#include "plugin/elf_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/plugin/swap_fixture.hpp"

using namespace mortise::plugin;
using namespace mortise::plugin::test;

namespace {

bool has(const std::vector<Finding>& findings, const std::string& code) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.code == code; });
}

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::filesystem::path write(const TemporaryDirectory& directory, const std::string& content) {
    const auto path = directory.path() / "file.so";
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

PreflightReport check(const std::filesystem::path& file,
                      const std::vector<Neighbour>& neighbours = {}) {
    FakeBinding binding;
    return Preflight(binding, "/nowhere/store").check(file, neighbours);
}

std::string descriptorOf(const mortise_manifest& head, const std::string& json) {
    return std::string(reinterpret_cast<const char*>(&head), sizeof head) + json;
}

mortise_manifest headOf(const std::string& json) {
    mortise_manifest head{};
    head.magic = MORTISE_MANIFEST_MAGIC;
    head.abi_version = MORTISE_ABI_VERSION;
    head.json_size = static_cast<std::uint32_t>(json.size());
    std::strcpy(head.name, "notes");
    std::strcpy(head.version, "1.0.0");
    return head;
}

std::string problemOf(const std::string& json) {
    try {
        Manifest::parse(descriptorOf(headOf(json), json));
        return {};
    } catch (const mortise::Error& failure) {
        return failure.code() + " " + failure.what();
    }
}

}  // namespace

TEST_CASE("a well-behaved plugin passes and its manifest is readable without running it") {
    const auto report = check(rogue("well_behaved"));
    CAPTURE(report.rejectionText());
    CHECK(report.isAccepted());
    CHECK(report.manifest->name == "rogue");
    CHECK(report.manifest->version.text() == "1.0.0");
    CHECK(report.manifest->route_grants == std::vector<std::string>{"/api/v1/rogue"});
    CHECK(report.mappingRisks().empty());
    CHECK(inspectJson(rogue("well_behaved")).find("\"exports\":[\"mortise_plugin_open_v1\"]") !=
          std::string::npos);
}

TEST_CASE("every sin that shows in the file has a code of its own") {
    const std::pair<const char*, const char*> sins[] = {
        {"no_entry", "ELF_ENTRY_MISSING"},
        {"no_manifest", "MANIFEST_MISSING"},
        {"newer_abi", "MANIFEST_ABI"},
        {"lies_about_version", "MANIFEST_INVALID"},
        {"missing_interface", "INTERFACE_MISSING"},
        {"bigger_table", "INTERFACE_TOO_OLD"},
        {"missing_provider", "DEPENDENCY_MISSING"},
        {"extra_export", "ELF_EXTRA_EXPORTS"},
        {"executable_stack", "ELF_EXECUTABLE_STACK"},
        {"runpath", "ELF_RPATH"},
        {"soname_clash", "ELF_SONAME_CLASH"},
        {"private_library", "ELF_PRIVATE_LIBRARY"},
    };
    for (const auto& [name, code] : sins) {
        const auto report = check(rogue(name));
        CAPTURE(name, report.rejectionText());
        CHECK_FALSE(report.isAccepted());
        CHECK(has(report.findings, code));
    }
}

TEST_CASE("what only endangers unmapping is a risk, not a rejection") {
    CHECK(check(rogue("nodelete")).isAccepted());
    CHECK(has(check(rogue("nodelete")).mappingRisks(), "ELF_NODELETE"));
    CHECK(has(check(rogue("leaves_thread")).mappingRisks(), "ELF_STARTS_THREADS"));
#if !defined(__clang__)
    const auto report = check(rogue("unique_symbols"));
    CAPTURE(report.rejectionText());
    CHECK(report.isAccepted());
    REQUIRE(has(report.mappingRisks(), "ELF_UNIQUE_SYMBOLS"));
    CHECK(report.mappingRisks()[0].found.find("_ZN6UniqueIiE5valueE") != std::string::npos);
#endif
}

TEST_CASE("all reasons are listed at once") {
    const auto report =
        check(rogue("missing_interface"), {{"caller",
                                            *Version::parse("1.0.0"),
                                            {{"rogue.find_it", *VersionRange::parse(">=2.0.0")}}}});
    CHECK(has(report.findings, "INTERFACE_MISSING"));
    CHECK(has(report.findings, "DEPENDENT_VERSION"));
}

TEST_CASE("what is no library is refused with a reason") {
    const TemporaryDirectory directory;
    const std::string good = contentOf(rogue("well_behaved"));
    const auto codeOf = [&](const std::string& content) {
        return check(write(directory, content)).findings.at(0).code;
    };
    CHECK(codeOf("") == "NOT_ELF");
    CHECK(codeOf("#!/bin/sh\n") == "NOT_ELF");
    CHECK(codeOf(good.substr(0, 40)) == "ELF_TRUNCATED");
    CHECK(codeOf(good.substr(0, good.size() / 2)) == "ELF_TRUNCATED");
    const auto patched = [&](std::size_t at, char value) {
        std::string bad = good;
        bad[at] = value;
        return codeOf(bad);
    };
    CHECK(patched(EI_CLASS, ELFCLASS32) == "ELF_CLASS");
    CHECK(patched(offsetof(Elf64_Ehdr, e_machine), EM_SPARC) == "ELF_MACHINE");
    CHECK(patched(offsetof(Elf64_Ehdr, e_type), ET_REL) == "ELF_TYPE");
    CHECK(check(directory.path()).findings.at(0).code == "NOT_A_FILE");
    CHECK(check(directory.path() / "missing.so").findings.at(0).code == "NOT_A_FILE");
}

TEST_CASE("a damaged library gives an error and nothing worse, whichever byte is wrong") {
    const TemporaryDirectory directory;
    const std::string good = contentOf(rogue("well_behaved"));
    std::uint32_t random = 12345;  // Always the same bytes: a failure can be repeated.
    const auto next = [&] { return random = random * 1664525u + 1013904223u; };
    std::size_t refused_count = 0;
    for (int round = 0; round < 300; ++round) {
        std::string bad = good;
        // The tables at both ends are what the reader follows.
        const std::size_t span =
            round % 2 == 0 ? std::min<std::size_t>(1024, bad.size()) : bad.size();
        for (int i = 0; i < 4; ++i) {
            bad[(next() >> 4) % span] = static_cast<char>(next() >> 16);
            bad[bad.size() - 1 - (next() >> 4) % std::min<std::size_t>(2048, bad.size())] =
                static_cast<char>(next() >> 16);
        }
        refused_count += check(write(directory, bad)).isAccepted() ? 0 : 1;
    }
    CHECK(refused_count > 0);
}

TEST_CASE("plugin.json is read strictly and all its problems are told") {
    const std::string good = R"({"name":"notes","version":"1.0.0"})";
    CHECK(problemOf(good).empty());
    CHECK(problemOf(R"({"name":"notes","version":"1.0.0","grant":{}})")
              .find("unknown member \"grant\"") != std::string::npos);
    const std::string both =
        problemOf(R"({"name":"other","version":"1.0.0","schema":{"min":2,"max":1}})");
    CHECK(both.find("\"other\" in the JSON") != std::string::npos);
    CHECK(both.find("schema.min") != std::string::npos);
    CHECK(
        problemOf(
            R"({"name":"notes","version":"1.0.0","calls":[{"operation":"notes.x","version":""}]})")
            .find("of the plugin itself") != std::string::npos);
    CHECK(problemOf(R"({"name":"notes","version":"1.0.0","grants":{"routes":["api"]}})")
              .find("route prefix") != std::string::npos);
    CHECK(problemOf("{").starts_with("MANIFEST_INVALID"));
    CHECK(problemOf("[]").starts_with("MANIFEST_INVALID"));
    CHECK(problemOf(R"({"name":"notes","version":"1.0.0","calls":3})")
              .starts_with("MANIFEST_INVALID"));
}

TEST_CASE("a note that is too short or in other hands is damaged") {
    const std::string json = R"({"name":"notes","version":"1.0.0"})";
    const auto codeOf = [&](auto change) {
        mortise_manifest head = headOf(json);
        change(head);
        try {
            Manifest::parse(descriptorOf(head, json));
            return std::string();
        } catch (const mortise::Error& failure) {
            return failure.code();
        }
    };
    CHECK(codeOf([](auto& head) { head.magic = 0; }) == "MANIFEST_DAMAGED");
    CHECK(codeOf([](auto& head) { head.json_size += 1; }) == "MANIFEST_DAMAGED");
    CHECK(codeOf([](auto& head) { head.interface_count = 1000; }) == "MANIFEST_DAMAGED");
    CHECK(codeOf([](auto& head) { head.interface_count = 0xFFFFFFFFu; }) == "MANIFEST_DAMAGED");
    CHECK(codeOf([](auto& head) { std::memset(head.name, 'a', sizeof head.name); }) ==
          "MANIFEST_DAMAGED");
    CHECK(codeOf([](auto& head) { std::strcpy(head.name, "database"); }) == "MANIFEST_INVALID");
    CHECK(codeOf([](auto& head) { std::strcpy(head.version, "1.0"); }) == "MANIFEST_INVALID");
    CHECK(codeOf([](auto& head) { head.abi_version = 2; }) == "MANIFEST_ABI");
    CHECK_THROWS_AS(Manifest::parse("short"), mortise::Error);
}

TEST_CASE("names of host areas are no plugin names") {
    for (const char* name :
         {"", "Notes", "1notes", "host", "log", "public", "pg_notes", "no-tes", "run"}) {
        CAPTURE(name);
        CHECK_FALSE(isPluginName(name));
    }
    CHECK(isPluginName("users"));
    CHECK(isPluginName(std::string(31, 'a')));
    CHECK_FALSE(isPluginName(std::string(32, 'a')));
}

TEST_CASE("calls that form a circle are refused with the circle") {
    const std::vector<Neighbour> neighbours = {
        {"caller", *Version::parse("1.0.0"), {{"rogue.find_it", *VersionRange::parse("")}}}};
    const auto report = check(rogue("circle"), neighbours);
    REQUIRE(has(report.findings, "DEPENDENCY_CYCLE"));
    CHECK(report.rejectionText().find("rogue -> caller -> rogue") != std::string::npos);
}

TEST_CASE("problems of settings, schema and grants are part of the verdict") {
    FakeBinding binding;
    binding.setting_problems = {"setting rogue.token_ttl_s is missing"};
    binding.schema_problems = {"schema rogue is at 1, needed 2"};
    binding.grant_problems = {"identity.issue is not allowed"};
    const auto report = Preflight(binding, "/nowhere").check(rogue("well_behaved"), {});
    CHECK(has(report.findings, "SETTING_INVALID"));
    CHECK(has(report.findings, "SCHEMA_MISMATCH"));
    CHECK(has(report.findings, "GRANT_REFUSED"));
}
