#include "plugin/remedy.hpp"

#include <algorithm>

namespace mortise::plugin {
namespace {

constexpr std::string_view kCopyAgain = "copy or build the file again";
constexpr std::string_view kBuildAgain = "check plugin.json and build with mortise_add_plugin()";
constexpr std::string_view kSameMachine = "build the plugin on the machine type of the host";
constexpr std::string_view kFixFirstCalls =
    "run \"mortise plugin-probe FILE\" under a debugger; open, configure and declare "
    "neither wait nor end the process";

constexpr Remedy kRemedies[] = {
    {"FILE_UNREADABLE", "the file cannot be opened or read",
     "check path and permissions; the host opens the file itself"},
    {"NOT_A_FILE", "there is no file to be judged", "check the path"},
    {"FILE_TOO_LARGE", "the file is larger than any plugin may be",
     "strip debug information into a file of its own"},
    {"NOT_ELF", "the file is no library at all", kCopyAgain},
    {"ELF_TRUNCATED", "the file ends before its own tables say so", kCopyAgain},
    {"ELF_DAMAGED", "tables of the library contradict each other", kCopyAgain},
    {"ELF_CLASS", "the library is for another word size or byte order", kSameMachine},
    {"ELF_MACHINE", "the library is for another processor", kSameMachine},
    {"ELF_TYPE", "the file is an object file, an archive member or a core, not a library",
     "link it as MODULE library"},
    {"ELF_ENTRY_MISSING", "the entry function is not exported",
     "build with mortise_add_plugin() and MORTISE_PLUGIN()"},
    {"ELF_EXTRA_EXPORTS",
     "other symbols than entry and note are exported, so two plugins could mix them up",
     "build with mortise_add_plugin(), which passes a version script"},
    {"ELF_EXECUTABLE_STACK", "the library wants the stack of the whole host to be executable",
     "link with -z noexecstack; check assembler sources"},
    {"ELF_TEXT_RELOCATIONS", "the loader would have to write into code", "compile with -fPIC"},
    {"ELF_RPATH", "the library brings a search path for other libraries",
     "set CMAKE_SKIP_RPATH, or use mortise_add_plugin()"},
    {"ELF_PRIVATE_LIBRARY", "the library needs another one that is not part of the system",
     "link it statically into the plugin"},
    {"ELF_FOREIGN_POCO", "the library needs another Poco than the host's",
     "do not link Poco into a plugin"},
    {"ELF_SECOND_RUNTIME",
     "the library needs libc++ as a library of its own, whose exceptions would be mixed up with "
     "those of the host's libstdc++",
     "link libc++ statically: -static-libstdc++, as mortise_add_plugin() does"},
    {"ELF_SONAME_CLASH",
     "a library with this SONAME is loaded already; the loader would take it for the same",
     "link without a SONAME, as mortise_add_plugin() does"},
    {"MANIFEST_MISSING", "the library has no note: it is no plugin",
     "build with mortise_add_plugin()"},
    {"MANIFEST_DAMAGED", "the note is not laid out as mortise/manifest.h says", kBuildAgain},
    {"MANIFEST_INVALID", "name, version or plugin.json break a rule; all problems are listed",
     kBuildAgain},
    {"MANIFEST_ABI", "the plugin speaks another layer L0 than this host",
     "build with an SDK of this host: cmake -B build -DCMAKE_PREFIX_PATH=<its prefix>; or update "
     "the host"},
    {"MIGRATIONS_DAMAGED",
     "the section with the migrations is not laid out as mortise/manifest.h says",
     "build with mortise_add_plugin()"},
    {"MIGRATIONS_INVALID",
     "migrations with bad names, doubles or gaps, or more of them than \"schema.max\" says",
     "correct migrations/ and plugin.json, and build with mortise_add_plugin()"},
    {"SDK_TOO_NEW", "the plugin is built for hosts of a later minor release",
     "cmake -B build -DMORTISE_TARGET=<minor of the host> and build the plugin again, or update "
     "the host"},
    {"INTERFACE_MISSING", "the plugin needs an interface this host does not have",
     "update the host"},
    {"INTERFACE_TOO_OLD",
     "the plugin needs members of an interface that this host does not have yet",
     "cmake -B build -DMORTISE_TARGET=<minor of the host> and build the plugin again, or update "
     "the host"},
    {"SETTING_INVALID", "the plugin's settings are declared wrongly, or their values do not fit",
     "mortise config check, or correct \"settings\" in plugin.json"},
    {"SCHEMA_MISMATCH", "the database is not at a schema the plugin works with",
     "mortise migrate up FILE"},
    {"GRANT_REFUSED", "the plugin asks for a grant that does not exist or is not allowed",
     "drop the grant from plugin.json, or allow it in the configuration"},
    {"DEPENDENCY_MISSING", "a plugin it calls is not there", "apply that plugin first"},
    {"DEPENDENCY_VERSION", "a plugin it calls is there in another version",
     "apply a version of it in the range"},
    {"DEPENDENT_VERSION", "a plugin that calls it does not accept this version",
     "apply a new version of that plugin first"},
    {"DEPENDENCY_CYCLE", "plugins would call each other in a circle",
     "move what both need into a third plugin, or let one publish a job"},
    {"DEPENDENCY", "another plugin needs the one that is to go or to change",
     "change or remove that plugin first"},
    {"LIBRARY_OPEN", "the dynamic linker refuses the library, mostly for an undefined symbol",
     "link with -z defs to see it at build time; mortise_add_plugin() does"},
    {"ENTRY_MISSING", "the entry function is gone between preflight and load", kBuildAgain},
    {"OPEN_FAILED", "open() refused or threw",
     "read the reason; open() only takes what the host offers"},
    {"TABLE_INCOMPLETE", "open() said OK but left a function of its table NULL",
     "set every member; a function with nothing to do returns MORTISE_OK"},
    {"PROBE_SIGNAL", "the plugin's first code crashed; it happened in a child process",
     kFixFirstCalls},
    {"PROBE_EXIT", "the plugin's first code ended the process; it was a child", kFixFirstCalls},
    {"PROBE_DEADLINE", "the plugin's first code did not return; it was in a child process",
     kFixFirstCalls},
    {"PROBE_OUTPUT", "the child's answer is too long or cannot be read",
     "declare less; the ledger has a size limit"},
    {"PROBE_START", "the child process could not be started",
     "check memory and process limits of the host"},
    {"CONFIGURE_FAILED", "configure() refused its settings or threw",
     "mortise config show, and correct what the reason names"},
    {"DECLARE_FAILED",
     "declare() refused, threw, or went on after the host had refused a registration",
     "correct what the reason names: the route, name or flag"},
    {"LEDGER_DAMAGED", "the child's list of registrations does not read back",
     "build the plugin with the SDK's own tools"},
    {"LEDGER_DIFFERS", "the plugin declares something else in the host than in the child",
     "declare() depends on nothing but the settings"},
    {"CLASH", "another plugin, or the host, owns that route, error code or job type",
     "rename it, or remove the owner first"},
    {"OPERATION_MISSING", "an operation that is called is not offered",
     "apply a provider that offers it, or correct \"calls\""},
    {"PREPARE_FAILED", "prepare() refused, threw or did not return in time",
     "read the reason; what it needs must be reachable"},
    {"PREPARE_UNAVAILABLE", "what prepare() needs is away for now",
     "apply again later; at boot the host retries by itself"},
    {"QUIESCE_FAILED", "the version in service would not stop producing",
     "wait until it is done and apply again"},
    {"ACTIVATE_FAILED",
     "the new version failed when it was told that it serves; it serves all the same",
     "mortise plugin rollback NAME, or confirm NAME to keep it"},
    {"RESUME_FAILED",
     "the version that came back failed when it was told to go on; it serves all the same",
     "apply a file again"},
    {"STORE_WRITE", "the state directory cannot be written",
     "check space and permissions of plugins.state_directory"},
    {"STORE_ALTERED", "a file of the store is not the one that was put there",
     "apply the original file again"},
    {"STORE_MISSING", "a file of the store is gone", "apply the original file again"},
};

}  // namespace

std::span<const Remedy> remedies() noexcept {
    return kRemedies;
}

std::string_view remedyFor(std::string_view code) noexcept {
    const auto found = std::find_if(std::begin(kRemedies), std::end(kRemedies),
                                    [&](const Remedy& remedy) { return remedy.code == code; });
    return found == std::end(kRemedies) ? std::string_view() : found->text;
}

}  // namespace mortise::plugin
