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
    /// The type in one line, without names of parameters.
    std::string type;
    /// Preprocessor lines that stood right before it.
    std::string guard;
    /// The comment right above it; empty when there is none.
    std::string comment;
};

struct HeaderStruct {
    std::string name;
    /// File name without folder.
    std::string header;
    std::vector<HeaderMember> members;
};

/// A `typedef` of a function pointer or of another name, or the number or text of a `#define`.
struct HeaderName {
    std::string name;
    std::string meaning;
};

/// All structs with a body in one header. Throws std::runtime_error on what it cannot read.
std::vector<HeaderStruct> readStructs(const std::filesystem::path& header);

std::vector<HeaderName> readTypedefs(const std::filesystem::path& header);

/// Object-like macros that mean a number or a text, as they are written.
std::vector<HeaderName> readConstants(const std::filesystem::path& header);

/// The C headers of the SDK, sorted; of this tree unless another folder that holds mortise/ is named.
std::vector<std::filesystem::path> sdkHeaders(
    const std::filesystem::path& include_directory = MORTISE_SOURCE_DIR "/sdk/include");

/// Copies the C headers to `directory` with one text of one header replaced, and returns the folder that holds mortise/. Throws when
/// the text is not there.
std::filesystem::path mutatedHeaders(const std::filesystem::path& directory,
                                     const std::string& header, const std::string& from,
                                     const std::string& to);

/// Sorts files called after releases, layout-1.2.txt before layout-1.10.txt.
void sortByRelease(std::vector<std::filesystem::path>& files);

std::string readText(const std::filesystem::path& file);

/// The text without comments.
std::string withoutComments(const std::string& text);

}  // namespace mortise::test
