// Layouts come from <elf.h>; their meaning from the System V ABI, chapters "Object Files" and "Program Loading".
#include "plugin/elf_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.hpp"
#include "limits.hpp"

namespace mortise::plugin {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t kMachine = EM_RISCV;
#else
#error "the machine number of this processor is missing"
#endif

constexpr int kUnprocessable = 422;

[[noreturn]] void refuse(const char* code, const std::string& message) {
    throw Error(kUnprocessable, code, message);
}

std::string terminated(const std::string& table, std::uint64_t offset) {
    if (offset >= table.size()) {
        refuse("ELF_DAMAGED", "a name lies outside its string table");
    }
    const std::size_t end = table.find('\0', offset);
    if (end == std::string::npos) {
        refuse("ELF_DAMAGED", "a name has no end");
    }
    return table.substr(offset, end - offset);
}

std::uint64_t aligned4(std::uint64_t size) {
    return (size + 3) & ~std::uint64_t{3};
}

}  // namespace

ElfFile ElfFile::open(const std::filesystem::path& path) {
    ElfFile file;
    // Non-blocking, so that a named pipe is refused instead of waited for.
    file.fd_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (!file.fd_ || ::fstat(file.fd_.get(), &facts) != 0) {
        refuse("NOT_A_FILE", "could not open \"" + path.string() +
                                 "\": " + std::generic_category().message(errno));
    }
    if (!S_ISREG(facts.st_mode)) {
        refuse("NOT_A_FILE", "\"" + path.string() + "\" is not a regular file");
    }
    file.size_ = static_cast<std::uint64_t>(facts.st_size);
    file.readHeader();
    file.readDynamic();
    file.readSymbols();
    return file;
}

std::string ElfFile::bytes(std::uint64_t offset, std::uint64_t size) const {
    if (offset > size_ || size > size_ - offset) {
        refuse("ELF_TRUNCATED", "the file has " + std::to_string(size_) + " bytes, but byte " +
                                    std::to_string(offset) + " and " + std::to_string(size) +
                                    " more are needed");
    }
    std::string content(size, '\0');
    std::uint64_t done = 0;
    while (done < size) {
        const ssize_t got = ::pread(fd_.get(), content.data() + done, size - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            refuse("ELF_TRUNCATED", "the file became shorter while it was read");
        }
        done += static_cast<std::uint64_t>(got);
    }
    return content;
}

template <typename T>
std::vector<T> ElfFile::records(std::uint64_t offset, std::uint64_t count) const {
    const std::string content = bytes(offset, count * sizeof(T));
    std::vector<T> result(count);
    if (count != 0) {
        std::memcpy(result.data(), content.data(), content.size());
    }
    return result;
}

void ElfFile::readHeader() {
    if (size_ == 0) {
        refuse("NOT_ELF", "the file is empty");
    }
    if (size_ < EI_NIDENT || bytes(0, SELFMAG) != std::string(ELFMAG, SELFMAG)) {
        refuse("NOT_ELF", "the file does not start as a shared library does");
    }
    if (size_ < sizeof(Elf64_Ehdr)) {
        refuse("ELF_TRUNCATED", "the file ends inside its header");
    }
    const auto header = records<Elf64_Ehdr>(0, 1)[0];
    if (header.e_ident[EI_CLASS] != ELFCLASS64) {
        refuse("ELF_CLASS", "the library is not for 64-bit machines");
    }
    if (header.e_ident[EI_DATA] != ELFDATA2LSB) {
        refuse("ELF_CLASS", "the library is not for little-endian machines");
    }
    if (header.e_machine != kMachine) {
        refuse("ELF_MACHINE", "the library is for machine " + std::to_string(header.e_machine) +
                                  ", this host is " + std::to_string(kMachine));
    }
    if (header.e_type != ET_DYN) {
        refuse("ELF_TYPE",
               "the file is no shared library but of type " + std::to_string(header.e_type));
    }
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_shentsize != sizeof(Elf64_Shdr) ||
        header.e_shnum > limits::kElfSectionCountMax ||
        header.e_phnum > limits::kElfSectionCountMax) {
        refuse("ELF_DAMAGED", "the header's table sizes make no sense");
    }
    readSegments(header.e_phoff, header.e_phnum);
    readSections(header.e_shoff, header.e_shnum, header.e_shstrndx);
}

void ElfFile::readSegments(std::uint64_t offset, std::uint16_t count) {
    for (const auto& segment : records<Elf64_Phdr>(offset, count)) {
        if (segment.p_offset > size_ || segment.p_filesz > size_ - segment.p_offset) {
            refuse("ELF_TRUNCATED", "a segment ends behind the end of the file");
        }
        if (segment.p_type == PT_GNU_STACK) {
            executable_stack_ = (segment.p_flags & PF_X) != 0;
        }
    }
}

void ElfFile::readSections(std::uint64_t offset, std::uint16_t count, std::uint16_t names_index) {
    const auto headers = records<Elf64_Shdr>(offset, count);
    if (names_index >= headers.size()) {
        refuse("ELF_DAMAGED", "the section names are missing");
    }
    const std::string names = bytes(headers[names_index].sh_offset, headers[names_index].sh_size);
    for (const auto& header : headers) {
        if (header.sh_type != SHT_NOBITS && header.sh_type != SHT_NULL &&
            (header.sh_offset > size_ || header.sh_size > size_ - header.sh_offset)) {
            refuse("ELF_TRUNCATED", "a section ends behind the end of the file");
        }
        sections_.push_back({terminated(names, header.sh_name), header.sh_type, header.sh_link,
                             header.sh_offset, header.sh_size});
    }
}

const ElfFile::Section* ElfFile::firstOfType(std::uint32_t type) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [&](const Section& section) { return section.type == type; });
    return found == sections_.end() ? nullptr : &*found;
}

void ElfFile::readDynamic() {
    const Section* dynamic = firstOfType(SHT_DYNAMIC);
    if (dynamic == nullptr || dynamic->link >= sections_.size()) {
        refuse("ELF_TYPE", "the file has no dynamic section");
    }
    const Section& strings = sections_[dynamic->link];
    const std::string names = bytes(strings.offset, strings.size);
    const std::uint64_t count = dynamic->size / sizeof(Elf64_Dyn);
    for (const auto& entry : records<Elf64_Dyn>(dynamic->offset, count)) {
        switch (entry.d_tag) {
            case DT_NULL:
                return;
            case DT_NEEDED:
                needed_.push_back(terminated(names, entry.d_un.d_val));
                break;
            case DT_SONAME:
                soname_ = terminated(names, entry.d_un.d_val);
                break;
            case DT_RPATH:
                rpath_ = terminated(names, entry.d_un.d_val);
                break;
            case DT_RUNPATH:
                runpath_ = terminated(names, entry.d_un.d_val);
                break;
            case DT_TEXTREL:
                text_relocations_ = true;
                break;
            case DT_FLAGS:
                flags_ = entry.d_un.d_val;
                text_relocations_ = text_relocations_ || (flags_ & DF_TEXTREL) != 0;
                break;
            case DT_FLAGS_1:
                flags_1_ = entry.d_un.d_val;
                break;
            default:
                break;
        }
    }
}

void ElfFile::readSymbols() {
    const Section* table = firstOfType(SHT_DYNSYM);
    if (table == nullptr || table->link >= sections_.size()) {
        return;
    }
    const std::uint64_t count = table->size / sizeof(Elf64_Sym);
    if (count > limits::kElfSymbolCountMax) {
        refuse("ELF_DAMAGED", "the library has more than " +
                                  std::to_string(limits::kElfSymbolCountMax) + " symbols");
    }
    const Section& strings = sections_[table->link];
    const std::string names = bytes(strings.offset, strings.size);
    const auto symbols = records<Elf64_Sym>(table->offset, count);
    for (std::size_t i = 1; i < symbols.size(); ++i) {  // The first one is always empty.
        const auto& symbol = symbols[i];
        symbols_.push_back({terminated(names, symbol.st_name),
                            static_cast<std::uint8_t>(ELF64_ST_BIND(symbol.st_info)),
                            static_cast<std::uint8_t>(ELF64_ST_TYPE(symbol.st_info)),
                            symbol.st_shndx, symbol.st_value});
    }
}

std::optional<std::uint16_t> ElfFile::sectionIndex(std::string_view name) const {
    for (std::size_t i = 0; i < sections_.size(); ++i) {
        if (sections_[i].name == name) {
            return static_cast<std::uint16_t>(i);
        }
    }
    return std::nullopt;
}

std::optional<std::string> ElfFile::section(std::string_view name) const {
    const auto index = sectionIndex(name);
    if (!index || sections_[*index].type == SHT_NOBITS) {
        return std::nullopt;
    }
    const Section& section = sections_[*index];
    if (section.size > limits::kMigrationsSizeMax) {
        refuse("ELF_DAMAGED", "section " + std::string(name) + " is larger than " +
                                  std::to_string(limits::kMigrationsSizeMax) + " bytes");
    }
    return bytes(section.offset, section.size);
}

std::optional<std::string> ElfFile::note(std::string_view section_name, std::string_view owner,
                                         std::uint32_t type) const {
    const auto content = section(section_name);
    if (!content) {
        return std::nullopt;
    }
    std::uint64_t at = 0;
    while (at < content->size()) {
        Elf64_Nhdr head;
        if (content->size() - at < sizeof head) {
            return std::nullopt;  // Padding of the section.
        }
        std::memcpy(&head, content->data() + at, sizeof head);
        const std::uint64_t name_at = at + sizeof head;
        const std::uint64_t descriptor_at = name_at + aligned4(head.n_namesz);
        if (descriptor_at > content->size() || head.n_descsz > content->size() - descriptor_at) {
            refuse("ELF_DAMAGED", "a note ends behind its section");
        }
        std::string_view name(content->data() + name_at, head.n_namesz);
        if (name.ends_with('\0')) {
            name.remove_suffix(1);
        }
        if (name == owner && head.n_type == type) {
            return content->substr(descriptor_at, head.n_descsz);
        }
        at = descriptor_at + aligned4(head.n_descsz);
    }
    return std::nullopt;
}

}  // namespace mortise::plugin
