// Catalogue: every broken plugin of this folder, what is wrong with it, and how the host must meet it.
//
// One test walks it against one running host; docs/plugin-refusals.md is written from it. A new sin needs its file here, a line in
// CMakeLists.txt and a row below; tests fail when the row is missing, when two rows get the same answer, when a refusal of the host has
// no row, and when the document is not what this table says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mortise::test {

struct Sin {
    /// The library in <build>/rogue without ".so", or what damagedFile() makes.
    std::string name;
    /// What is wrong with it, as the rest of the sentence "a plugin that ...".
    std::string does;
    /// Step of the change that meets it: stage, preflight, ...; "unmap" when it stays mapped; "serve" for an answer to a request;
    /// "none" when it is taken.
    std::string step;
    /// Code of the change, or of the first rejection.
    std::string code;
    /// The whole text; `*` stands for anything.
    std::string message;
    /// Commands, the last of which is judged; "apply <name>" when empty. "get TARGET" is a request.
    std::vector<std::string> script = {};
    /// The test that shows it instead, for one that would take this host's threads with it.
    std::string shown_by = {};
};

const std::vector<Sin>& sins();

/// Codes of the host that need a broken machine instead of a broken plugin.
const std::vector<std::string>& codesWithoutPlugin();

/// A file that never was a plugin, or is none any more, made in `directory`; empty when `name` is none of these.
std::filesystem::path damagedFile(const std::string& name, const std::filesystem::path& directory);

/// The content of docs/plugin-refusals.md.
std::string refusalsDocument();

}  // namespace mortise::test
