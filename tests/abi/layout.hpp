// Layout: everything of the C contract that a compiled plugin relies on, as text that can be kept and compared.
//
// One fact per line: size of a struct; offset, size and type of a member; what a typedef stands for; number or text of a constant.
// Sizes and offsets come from the C compiler, names and types from the headers read as text.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mortise::test {

/// "mortise_str.data" -> "offset 0 size 8 type const char *", "mortise_str" -> "size 16", "MORTISE_OK" -> "is 0".
using Layout = std::map<std::string, std::string>;

/// The lines for the headers below `include_directory`, in their order. `work_directory` takes a program that is compiled and run.
std::string layoutText(const std::filesystem::path& include_directory,
                       const std::filesystem::path& work_directory);

Layout parseLayout(const std::string& text);

/// What a plugin built against `released` would stumble over in `now`, one sentence each. Empty when it is only longer.
std::vector<std::string> layoutBreaks(const Layout& released, const Layout& now);

}  // namespace mortise::test
