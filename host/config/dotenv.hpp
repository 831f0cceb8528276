// The format of `.env` files.
//
//   # comment                      NAME=plain value  # comment after a space
//   export NAME=value              NAME="two\nlines, \"quoted\""      NAME='taken as it is'
//   NAME=["http://a", "http://b"]  a value that starts with [ is taken to the end of the line
//
// No variables are expanded: a `$` in a password stays a `$`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mortise::config {

struct DotEnvLine {
    std::string name;
    std::string value;
    std::size_t line = 0;  ///< From 1.
};

/// Appends a sentence to `problems` for each line that cannot be read and goes on with the next
/// one.
std::vector<DotEnvLine> parseDotEnv(std::string_view text, std::vector<std::string>& problems);

}  // namespace mortise::config
