// Preflight: judges a plugin file without running any of its code, and lists every reason at once.
//
// Three kinds of rules: the ELF file (would it load, would it leave again), the manifest (does this host offer what it needs), and
// its neighbours (are the operations it calls there in the versions it names, do those who call it still find what they name).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/binding.hpp"
#include "plugin/manifest.hpp"
#include "plugin/report.hpp"

namespace mortise::plugin {

class ElfFile;

/// Another plugin as far as dependencies are concerned.
struct Neighbour {
    std::string name;
    Version version;
    std::vector<RequiredCall> calls;
};

struct PreflightReport {
    /// Missing when the file is too broken to have one.
    std::optional<Manifest> manifest;
    std::vector<Finding> findings;

    /// True when no finding is a Rejection.
    bool isAccepted() const noexcept;
    std::vector<Finding> mappingRisks() const;
    /// Codes, what was found and what is needed of the rejections in one line.
    std::string rejectionText() const;
};

/// Whether the schema of the database is among the rules. Later: it is about to be migrated.
enum class SchemaCheck : std::uint8_t { Now, Later };

class Preflight {
public:
    /// Libraries mapped from below `store_directory` are generations, not strangers.
    Preflight(HostBinding& binding, std::filesystem::path store_directory);

    /// All rules. `neighbours` are the plugins it will stand beside; an entry with its own name is ignored.
    PreflightReport check(const std::filesystem::path& file,
                          const std::vector<Neighbour>& neighbours,
                          SchemaCheck schema = SchemaCheck::Now) const;
    /// Without the neighbours, for a set that is judged together.
    PreflightReport checkAlone(const std::filesystem::path& file,
                               SchemaCheck schema = SchemaCheck::Now) const;
    /// What SchemaCheck::Later left out.
    std::vector<Finding> judgeSchema(const Manifest& manifest) const;

private:
    void readContent(const ElfFile& elf, PreflightReport& report) const;

    HostBinding& binding_;
    std::filesystem::path store_directory_;
};

/// The rules about the ELF file. `plugin` is empty when it is not known.
std::vector<Finding> lintElf(const ElfFile& file, const std::string& plugin,
                             const std::filesystem::path& store_directory);

/// The one MappingRisk that is not about whether the library can be unmapped but about what happens after: such a library stays.
inline constexpr std::string_view kThreadKeysCode = "ELF_THREAD_KEYS";

/// The rules about calls between plugins: provider present, version in range, callers' ranges still met, no cycle.
std::vector<Finding> judgeNeighbours(const Manifest& manifest, const std::vector<Neighbour>& all);

/// What `mortise plugin inspect FILE` prints: manifest, migrations, exports and needed libraries as JSON. Throws Error.
std::string inspectJson(const std::filesystem::path& file);

}  // namespace mortise::plugin
