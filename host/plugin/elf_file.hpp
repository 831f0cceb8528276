// ElfFile: reads a shared library as data, without the dynamic linker.
//
// Problem: opening an unknown library with dlopen runs its constructors, so everything that can be judged must be judged before.
// Choice:  a small reader for 64-bit little-endian ELF that fetches only what it needs with pread; every offset, size and index
//          of the file is checked against the file's length before it is followed, so a hostile file gives an Error and nothing
//          else. A memory mapping would turn a file that shrinks meanwhile into SIGBUS.
// Missing on purpose: files without section headers, other classes and byte orders: no plugin tool chain of ours makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"

namespace mortise::plugin {

struct ElfSymbol {
    std::string name;
    std::uint8_t binding = 0;   ///< STB_*
    std::uint8_t type = 0;      ///< STT_*
    std::uint16_t section = 0;  ///< Index, SHN_UNDEF when another library must define it.
    std::uint64_t value = 0;
};

class ElfFile {
public:
    /// Throws Error with code NOT_A_FILE, NOT_ELF, ELF_CLASS, ELF_MACHINE, ELF_TYPE, ELF_TRUNCATED or ELF_DAMAGED.
    static ElfFile open(const std::filesystem::path& path);

    /// Content of the first section with this name.
    std::optional<std::string> section(std::string_view name) const;
    /// Descriptor of the note with this owner and type in the named section. Throws ELF_DAMAGED.
    std::optional<std::string> note(std::string_view section_name, std::string_view owner,
                                    std::uint32_t type) const;

    const std::vector<ElfSymbol>& dynamicSymbols() const noexcept { return symbols_; }
    const std::vector<std::string>& needed() const noexcept { return needed_; }
    const std::string& soname() const noexcept { return soname_; }
    /// DT_RPATH and DT_RUNPATH, empty when there are none.
    const std::string& rpath() const noexcept { return rpath_; }
    const std::string& runpath() const noexcept { return runpath_; }
    std::uint64_t dynamicFlags() const noexcept { return flags_; }     ///< DF_*
    std::uint64_t dynamicFlags1() const noexcept { return flags_1_; }  ///< DF_1_*
    bool hasExecutableStack() const noexcept { return executable_stack_; }
    bool hasTextRelocations() const noexcept { return text_relocations_; }
    std::optional<std::uint16_t> sectionIndex(std::string_view name) const;

private:
    struct Section {
        std::string name;
        std::uint32_t type = 0;
        std::uint32_t link = 0;
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
    };

    std::string bytes(std::uint64_t offset, std::uint64_t size) const;
    template <typename T>
    std::vector<T> records(std::uint64_t offset, std::uint64_t count) const;
    void readHeader();
    void readSegments(std::uint64_t offset, std::uint16_t count);
    void readSections(std::uint64_t offset, std::uint16_t count, std::uint16_t names_index);
    void readDynamic();
    void readSymbols();
    const Section* firstOfType(std::uint32_t type) const;

    UniqueFd fd_;
    std::uint64_t size_ = 0;
    std::vector<Section> sections_;
    std::vector<ElfSymbol> symbols_;
    std::vector<std::string> needed_;
    std::string soname_;
    std::string rpath_;
    std::string runpath_;
    std::uint64_t flags_ = 0;
    std::uint64_t flags_1_ = 0;
    bool executable_stack_ = true;  // Without PT_GNU_STACK the loader assumes the worst.
    bool text_relocations_ = false;
};

}  // namespace mortise::plugin
