// HeaderReader: the structs, members and comments of the SDK's C headers, read as text.
//
// The headers follow one form (style of the project: one declaration per line, block comments above), so a small reader is
// enough and the tests need neither a compiler plug-in nor debug information. What it cannot read it reports as an error instead
// of skipping it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mortise::test {

struct HeaderMember {
    std::string name;
    bool is_function = false;
    /// The comment right above it; empty when there is none.
    std::string comment;
};

struct HeaderStruct {
    std::string name;
    /// File name without folder.
    std::string header;
    std::vector<HeaderMember> members;
};

/// All structs with a body in one header. Throws std::runtime_error on what it cannot read.
std::vector<HeaderStruct> readStructs(const std::filesystem::path& header);

/// The C headers of the SDK, sorted.
std::vector<std::filesystem::path> sdkHeaders();

std::string readText(const std::filesystem::path& file);

/// The text without comments.
std::string withoutComments(const std::string& text);

}  // namespace mortise::test
