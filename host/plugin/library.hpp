// Library: one mapped shared library, and the proof that it is gone.
//
// dlclose returning 0 proves nothing: the library stays when anything marked it NODELETE or still refers to it. So close() asks the
// dynamic linker (dl_iterate_phdr) whether the file is still in the process. Every path is opened once only (a private copy per
// generation), because opening a file that is still mapped gives the old code back.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mortise::plugin {

class Library {
public:
    Library();
    /// Leaves the library mapped when it is still open: only close() decides that nothing uses it.
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    /// Binds all symbols at once and keeps them local. Runs the library's constructors. Throws Error LIBRARY_OPEN with the
    /// dynamic linker's own words.
    void open(const std::filesystem::path& absolute_path);
    bool isOpen() const noexcept;

    /// Throws Error ENTRY_MISSING.
    void* symbol(const std::string& name) const;

    /// Runs the library's destructors; true when it is no longer mapped.
    bool close();

private:
    struct Handle;  // Keeps Boost.DLL out of this header.
    std::unique_ptr<Handle> handle_;
    std::filesystem::path path_;
};

struct LoadedObject {
    std::string path;
    std::string soname;
};

/// What the dynamic linker has mapped now.
std::vector<LoadedObject> loadedObjects();
bool isMapped(const std::filesystem::path& path);

}  // namespace mortise::plugin
