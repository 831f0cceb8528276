// The rules about the ELF file of a plugin. What endangers correctness is a Rejection; what only endangers unmapping is a
// MappingRisk, kept with the generation and shown when it stays mapped.
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <memory>

#include "mortise/manifest.h"
#include "mortise/plugin.h"
#include "plugin/elf_file.hpp"
#include "plugin/library.hpp"
#include "plugin/preflight.hpp"

namespace mortise::plugin {
namespace {

using Severity = Finding::Severity;

// Creating threads behind the host's back; see mortise/tasks.h.
constexpr std::array<std::string_view, 4> kThreadStarters = {
    "pthread_create", "thrd_create",
    "_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE",
    "__libcpp_thread_create"};

// Keys of thread-local storage: the C library calls their destructors when a thread ends, wherever the library is by then.
constexpr std::array<std::string_view, 2> kKeyMakers = {"pthread_key_create", "tss_create"};

template <std::size_t Count>
bool isOneOf(const std::array<std::string_view, Count>& names, const ElfSymbol& symbol) {
    return symbol.section == SHN_UNDEF &&
           std::find(names.begin(), names.end(), symbol.name) != names.end();
}

std::string joined(const std::vector<std::string>& names) {
    constexpr std::size_t kShownMax = 8;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kShownMax; ++i) {
        text += (i == 0 ? "" : ", ") + names[i];
    }
    if (names.size() > kShownMax) {
        text += " and " + std::to_string(names.size() - kShownMax) + " more";
    }
    return text;
}

template <typename Predicate>
std::vector<std::string> namesWhere(const ElfFile& file, Predicate predicate) {
    std::vector<std::string> names;
    for (const auto& symbol : file.dynamicSymbols()) {
        if (predicate(symbol)) {
            names.push_back(symbol.name);
        }
    }
    return names;
}

bool isDefined(const ElfSymbol& symbol) {
    return symbol.section != SHN_UNDEF && symbol.binding != STB_LOCAL;
}

void lintExports(const ElfFile& file, std::vector<Finding>& findings) {
    const auto note = file.sectionIndex(MORTISE_NOTE_SECTION);
    const auto extra = namesWhere(file, [&](const ElfSymbol& symbol) {
        // The note may have a name; the name of a version script's node is an absolute symbol; unique ones have a rule of their own.
        return isDefined(symbol) && symbol.name != MORTISE_OPEN_SYMBOL &&
               symbol.section != SHN_ABS && symbol.section != note &&
               symbol.binding != STB_GNU_UNIQUE;
    });
    const auto entry = namesWhere(file, [](const ElfSymbol& symbol) {
        return isDefined(symbol) && symbol.name == MORTISE_OPEN_SYMBOL && symbol.type == STT_FUNC;
    });
    if (entry.empty()) {
        findings.push_back({Severity::Rejection, "ELF_ENTRY_MISSING",
                            "no function " MORTISE_OPEN_SYMBOL, "the entry symbol, exported",
                            "build with mortise_add_plugin() and MORTISE_PLUGIN()"});
    }
    if (!extra.empty()) {
        findings.push_back({Severity::Rejection, "ELF_EXTRA_EXPORTS", "exports " + joined(extra),
                            "only " MORTISE_OPEN_SYMBOL " and the note",
                            "build with mortise_add_plugin(), which passes a version script"});
    }
}

void lintMapping(const ElfFile& file, std::vector<Finding>& findings) {
    const auto unique =
        namesWhere(file, [](const ElfSymbol& symbol) { return symbol.binding == STB_GNU_UNIQUE; });
    const auto starters =
        namesWhere(file, [](const ElfSymbol& symbol) { return isOneOf(kThreadStarters, symbol); });
    const auto key_makers =
        namesWhere(file, [](const ElfSymbol& symbol) { return isOneOf(kKeyMakers, symbol); });
    const bool has_thread_destructor =
        !namesWhere(file, [](const ElfSymbol& symbol) {
             return symbol.section == SHN_UNDEF && symbol.name.starts_with("__cxa_thread_atexit");
         }).empty();
    if (!unique.empty()) {
        findings.push_back({Severity::MappingRisk, "ELF_UNIQUE_SYMBOLS",
                            std::to_string(unique.size()) + " unique symbols: " + joined(unique),
                            "none; the linker never unmaps a library that has one",
                            "compile with -fno-gnu-unique"});
    }
    if ((file.dynamicFlags() & DF_STATIC_TLS) != 0) {
        findings.push_back({Severity::MappingRisk, "ELF_STATIC_TLS",
                            "static thread-local storage (DF_STATIC_TLS)",
                            "dynamic thread-local storage",
                            "compile with -fPIC and without -ftls-model=initial-exec"});
    }
    if ((file.dynamicFlags1() & DF_1_NODELETE) != 0) {
        findings.push_back({Severity::MappingRisk, "ELF_NODELETE", "the flag DF_1_NODELETE",
                            "a library that may be unmapped", "link without -z nodelete"});
    }
    if (!starters.empty()) {
        findings.push_back({Severity::MappingRisk, "ELF_STARTS_THREADS",
                            "calls " + joined(starters), "threads started through mortise.tasks/1",
                            "use the host's threads"});
    }
    if (!key_makers.empty()) {
        findings.push_back(
            {Severity::MappingRisk, std::string(kThreadKeysCode), "calls " + joined(key_makers),
             "no keys of thread-local storage; a thread that ends would call into it",
             "keep such state in the plugin object; with libc++ build with "
             "mortise_add_plugin()"});
    }
    if (has_thread_destructor) {
        findings.push_back({Severity::MappingRisk, "ELF_THREAD_DESTRUCTOR",
                            "thread_local objects with destructors",
                            "none; they keep the library until every thread that used it ended",
                            "keep such state in the plugin object"});
    }
}

void lintLayout(const ElfFile& file, std::vector<Finding>& findings) {
    if (file.hasExecutableStack()) {
        findings.push_back({Severity::Rejection, "ELF_EXECUTABLE_STACK",
                            "asks for an executable stack", "a stack that cannot be executed",
                            "link with -z noexecstack; check assembler sources"});
    }
    if (file.hasTextRelocations()) {
        findings.push_back({Severity::Rejection, "ELF_TEXT_RELOCATIONS",
                            "relocations in code (DT_TEXTREL)", "position-independent code",
                            "compile with -fPIC"});
    }
    for (const auto& [name, path] :
         {std::pair{"DT_RPATH", &file.rpath()}, {"DT_RUNPATH", &file.runpath()}}) {
        if (!path->empty()) {
            findings.push_back(
                {Severity::Rejection, "ELF_RPATH", std::string(name) + " \"" + *path + "\"",
                 "no search path of its own", "set CMAKE_SKIP_RPATH, or use mortise_add_plugin()"});
        }
    }
}

// The directories the dynamic linker searches for this process.
std::vector<std::filesystem::path> searchDirectories() {
    std::vector<std::filesystem::path> directories;
    void* self = ::dlopen(nullptr, RTLD_LAZY);
    Dl_serinfo size{};
    if (self != nullptr && ::dlinfo(self, RTLD_DI_SERINFOSIZE, &size) == 0) {
        const auto room = std::make_unique<std::byte[]>(size.dls_size);
        auto* info = reinterpret_cast<Dl_serinfo*>(room.get());
        *info = size;
        if (::dlinfo(self, RTLD_DI_SERINFO, info) == 0) {
            for (unsigned i = 0; i < info->dls_cnt; ++i) {
                directories.emplace_back(info->dls_serpath[i].dls_name);
            }
        }
    }
    if (self != nullptr) {
        ::dlclose(self);
    }
    return directories;
}

bool isSystemLibrary(const std::string& soname) {
    const auto directories = searchDirectories();
    return std::any_of(directories.begin(), directories.end(), [&](const auto& directory) {
        std::error_code ignored;  // A directory that cannot be read holds nothing for us.
        return std::filesystem::exists(directory / soname, ignored);
    });
}

void lintNeeded(const ElfFile& file, const std::vector<LoadedObject>& loaded,
                std::vector<Finding>& findings) {
    for (const auto& soname : file.needed()) {
        const bool in_host =
            std::any_of(loaded.begin(), loaded.end(),
                        [&](const LoadedObject& object) { return object.soname == soname; });
        if (in_host) {
            continue;
        }
        if (soname.starts_with("libc++")) {
            findings.push_back({Severity::Rejection, "ELF_SECOND_RUNTIME", "needs " + soname,
                                "one C++ run-time library that others can see, the host's",
                                "link libc++ statically: -static-libstdc++, as "
                                "mortise_add_plugin() does"});
        } else if (soname.starts_with("libPoco")) {
            findings.push_back({Severity::Rejection, "ELF_FOREIGN_POCO", "needs " + soname,
                                "no Poco, or exactly the one this host uses",
                                "do not link Poco into a plugin"});
        } else if (soname.find('/') != std::string::npos || !isSystemLibrary(soname)) {
            findings.push_back({Severity::Rejection, "ELF_PRIVATE_LIBRARY", "needs " + soname,
                                "libraries of the system only",
                                "link it statically into the plugin"});
        }
    }
}

void lintSoname(const ElfFile& file, const std::string& plugin,
                const std::filesystem::path& store_directory,
                const std::vector<LoadedObject>& loaded, std::vector<Finding>& findings) {
    const std::string own = (store_directory / plugin).string() + "/";
    for (const auto& object : loaded) {
        if (!file.soname().empty() && object.soname == file.soname() &&
            (plugin.empty() || !object.path.starts_with(own))) {
            findings.push_back(
                {Severity::Rejection, "ELF_SONAME_CLASH",
                 "SONAME " + file.soname() + ", which " + object.path + " has already",
                 "a name of its own",
                 "link with -Wl,-soname," + (plugin.empty() ? "<plugin>" : plugin) + ".so"});
            return;
        }
    }
}

}  // namespace

std::vector<Finding> lintElf(const ElfFile& file, const std::string& plugin,
                             const std::filesystem::path& store_directory) {
    std::vector<Finding> findings;
    const auto loaded = loadedObjects();
    lintExports(file, findings);
    lintLayout(file, findings);
    lintNeeded(file, loaded, findings);
    lintSoname(file, plugin, store_directory, loaded, findings);
    lintMapping(file, findings);
    return findings;
}

}  // namespace mortise::plugin
