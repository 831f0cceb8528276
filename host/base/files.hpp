// Files as the host uses them: read whole with a bound, replaced atomically. Failures are
// mortise::Error with path and reason.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace mortise {

/// The whole regular file; throws when it is larger than `size_max`.
std::string readFile(const std::filesystem::path& path, std::size_t size_max);

/// Writes beside the target, syncs, renames: a reader sees the old or the new content, also after a
/// crash.
void writeFileAtomically(const std::filesystem::path& path, std::string_view content, mode_t mode);

/// As above, but never replaces: false when the target exists already, so that of several writers
/// one wins.
[[nodiscard]] bool createFileAtomically(const std::filesystem::path& path, std::string_view content,
                                        mode_t mode);

/// Creates the directory with that mode and its parents with 0755; an existing one stays as it is.
void makeDirectory(const std::filesystem::path& path, mode_t mode);

/// Where the program that runs lies; empty when /proc does not say.
std::filesystem::path executableDirectory();

}  // namespace mortise
