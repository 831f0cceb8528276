#define BOOST_DLL_USE_STD_FS
#include "plugin/library.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>

#include "base/error.hpp"

namespace mortise::plugin {
namespace {

constexpr int kUnprocessable = 422;

// The dynamic linker relocates these pointers in place on most machines, and leaves offsets on the others.
const char* relocated(const dl_phdr_info& info, ElfW(Addr) address) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses in an ELF file are numbers.
    return reinterpret_cast<const char*>(address < info.dlpi_addr ? info.dlpi_addr + address
                                                                  : address);
}

std::string sonameOf(const dl_phdr_info& info) {
    const ElfW(Dyn)* entry = nullptr;
    for (ElfW(Half) i = 0; i < info.dlpi_phnum; ++i) {
        if (info.dlpi_phdr[i].p_type == PT_DYNAMIC) {
            // NOLINTNEXTLINE(performance-no-int-to-ptr)
            entry = reinterpret_cast<const ElfW(Dyn)*>(info.dlpi_addr + info.dlpi_phdr[i].p_vaddr);
        }
    }
    const char* strings = nullptr;
    std::uint64_t offset = 0;
    for (; entry != nullptr && entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == DT_STRTAB) {
            strings = relocated(info, entry->d_un.d_ptr);
        } else if (entry->d_tag == DT_SONAME) {
            offset = entry->d_un.d_val;
        }
    }
    return strings == nullptr || offset == 0 ? std::string() : std::string(strings + offset);
}

int collect(dl_phdr_info* info, std::size_t, void* context) {
    static_cast<std::vector<LoadedObject>*>(context)->push_back(
        {info->dlpi_name == nullptr ? "" : info->dlpi_name, sonameOf(*info)});
    return 0;
}

}  // namespace

struct Library::Handle {
    boost::dll::shared_library library;
};

Library::Library() = default;

Library::~Library() {
    if (isOpen()) {
        // One more reference for ever, so that the one Boost.DLL gives back is not the last.
        ::dlopen(path_.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    }
}

void Library::open(const std::filesystem::path& absolute_path) {
    handle_ = std::make_unique<Handle>();
    path_ = absolute_path;
    try {
        using boost::dll::load_mode::type;
        handle_->library.load(absolute_path, static_cast<type>(boost::dll::load_mode::rtld_now |
                                                               boost::dll::load_mode::rtld_local));
    } catch (const std::exception& failure) {
        handle_.reset();
        throw Error(kUnprocessable, "LIBRARY_OPEN", failure.what());
    }
}

bool Library::isOpen() const noexcept {
    return handle_ != nullptr && handle_->library.is_loaded();
}

void* Library::symbol(const std::string& name) const {
    void* address = isOpen() ? ::dlsym(handle_->library.native(), name.c_str()) : nullptr;
    if (address == nullptr) {
        throw Error(kUnprocessable, "ENTRY_MISSING", "the library does not export " + name);
    }
    return address;
}

bool Library::close() {
    if (handle_ != nullptr) {
        handle_->library.unload();
        handle_.reset();
    }
    // One that was never opened has no path, and that is how the dynamic linker calls the program itself.
    return path_.empty() || !isMapped(path_);
}

std::vector<LoadedObject> loadedObjects() {
    std::vector<LoadedObject> objects;
    ::dl_iterate_phdr(collect, &objects);
    return objects;
}

bool isMapped(const std::filesystem::path& path) {
    const auto objects = loadedObjects();
    return std::any_of(objects.begin(), objects.end(),
                       [&](const LoadedObject& object) { return object.path == path; });
}

}  // namespace mortise::plugin
