// Store: the host's own copies of plugin files.
//
//   <directory>/incoming-<random>.so                         being copied and hashed
//   <directory>/<plugin>/<version>-<sha256>/plugin.so        kept, mode 0444, never written again
//   <directory>/<plugin>/<version>-<sha256>/gen-<n>.so       private copy of generation n, its own inode, removed with it
//
// Problem: a package manager replaces files in place, and dlopen of a file that is still mapped returns the old code.
// Choice:  nothing is ever opened where the operator left it. It is copied while it is hashed, judged, kept under its hash, and
//          every load gets a copy of its own, compared with the hash while it is made.
// Guarantee: what was judged is what is loaded. Symbolic links inside the store are refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mortise::plugin {

struct StoredFile {
    std::filesystem::path path;
    std::string plugin;
    std::string version;
    /// 64 hexadecimal digits.
    std::string sha256;
};

/// A file on its way into the store; removed unless it is kept.
class Incoming {
public:
    Incoming(std::filesystem::path path, std::string sha256);
    Incoming(Incoming&& other) noexcept;
    Incoming& operator=(Incoming&& other) noexcept;
    Incoming(const Incoming&) = delete;
    ~Incoming();

    const std::filesystem::path& path() const noexcept { return path_; }
    const std::string& sha256() const noexcept { return sha256_; }

private:
    friend class Store;
    std::filesystem::path path_;
    std::string sha256_;
};

class Store {
public:
    /// Creates the directory (mode 0700) and removes what an earlier process left half done. One process per directory.
    explicit Store(std::filesystem::path directory);

    /// Copies a regular file. Throws Error FILE_UNREADABLE, FILE_TOO_LARGE or STORE_WRITE.
    Incoming receive(const std::filesystem::path& source) const;
    /// Moves it to its place; keeps the existing file when the same content is there already. Throws Error STORE_WRITE.
    StoredFile keep(Incoming incoming, std::string_view plugin, std::string_view version) const;
    /// A file kept earlier, hashed again. Throws Error STORE_MISSING or STORE_ALTERED.
    StoredFile find(std::string_view plugin, std::string_view version,
                    std::string_view sha256) const;
    /// A new file with its own inode for one load. Throws Error STORE_ALTERED or STORE_WRITE.
    std::filesystem::path privateCopy(const StoredFile& file,
                                      std::uint64_t generation_number) const;

    /// Removes kept versions of `plugin` beyond the newest kStoredVersionCountMax, never one of `sha256_in_use`.
    void prune(std::string_view plugin,
               const std::vector<std::string>& sha256_in_use) const noexcept;

    const std::filesystem::path& directory() const noexcept { return directory_; }

private:
    std::filesystem::path place(std::string_view plugin, std::string_view version,
                                std::string_view sha256) const;
    void sweep() const;

    std::filesystem::path directory_;
};

/// SHA-256 of a file as 64 hexadecimal digits. Throws Error FILE_UNREADABLE.
std::string fileSha256(const std::filesystem::path& path);

}  // namespace mortise::plugin
