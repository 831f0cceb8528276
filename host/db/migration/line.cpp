#include "db/migration/line.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace mortise::db {

namespace {

constexpr std::string_view kUpSuffix = ".up.sql";
constexpr std::string_view kDownSuffix = ".down.sql";
constexpr std::string_view kNoTransaction = "-- no-transaction";

struct FileName {
    unsigned version = 0;
    std::string name;
    bool is_up = false;
};

bool isPluginName(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && name.size() <= 31 && name.front() >= 'a' && name.front() <= 'z' &&
           std::all_of(name.begin(), name.end(), fits);
}

// Lower-case words and digits, joined by single underscores.
bool isSlug(std::string_view text) {
    if (text.empty() || text.front() == '_' || text.back() == '_' ||
        text.find("__") != std::string_view::npos) {
        return false;
    }
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

// NNNN_verb_noun.up.sql
std::optional<FileName> parse(std::string_view file) {
    FileName result;
    result.is_up = file.ends_with(kUpSuffix);
    if (!result.is_up && !file.ends_with(kDownSuffix)) {
        return std::nullopt;
    }
    file.remove_suffix(result.is_up ? kUpSuffix.size() : kDownSuffix.size());
    constexpr std::size_t kDigits = 4;
    if (file.size() <= kDigits || file[kDigits] != '_') {
        return std::nullopt;
    }
    const auto [end, error] = std::from_chars(file.data(), file.data() + kDigits, result.version);
    if (error != std::errc() || end != file.data() + kDigits) {
        return std::nullopt;
    }
    result.name = file.substr(kDigits + 1);
    return isSlug(result.name) ? std::optional(result) : std::nullopt;
}

void checkPair(const std::string& plugin, unsigned version, const Migration& migration,
               std::vector<std::string>& reasons) {
    const std::string where = plugin + " " + std::to_string(version);
    if (migration.up_file.empty()) {
        reasons.push_back(where + ": there is no .up.sql");
    } else if (migration.down_file.empty()) {
        reasons.push_back(migration.up_file + ": there is no .down.sql for it");
    }
    if (migration.version != version) {
        reasons.push_back(where + ": the number is missing; numbers start at 0001 without gaps");
    }
}

// Depth first: a line stands after everything it requires. `path` holds the lines on the way, to
// find circles.
void place(const std::string& plugin, std::map<std::string, CheckedLine>& open,
           std::set<std::string>& path, std::vector<CheckedLine>& ordered) {
    const auto found = open.find(plugin);
    if (found == open.end()) {
        if (path.contains(plugin)) {
            throw Error(500, "MIGRATION_INVALID",
                        "the requirements of " + plugin + " are a circle");
        }
        return;  // Placed already, or only in the database.
    }
    CheckedLine line = std::move(found->second);
    open.erase(found);
    path.insert(plugin);
    for (const MigrationLine::Requirement& requirement : line.requirements) {
        place(requirement.plugin, open, path, ordered);
    }
    path.erase(plugin);
    ordered.push_back(std::move(line));
}

}  // namespace

bool Migration::wantsTransaction(const std::string& sql) const {
    return !std::string_view(sql).starts_with(kNoTransaction);
}

std::string sha256Of(const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw Error::internal("could not compute a SHA-256");
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
    }
    return hex;
}

CheckedLine checkLine(const MigrationLine& line, std::vector<std::string>& reasons) {
    CheckedLine checked{line.plugin, {}, line.requirements};
    if (!isPluginName(line.plugin)) {
        reasons.push_back("\"" + line.plugin + "\" is no plugin name");
    }
    std::map<unsigned, Migration> by_version;
    for (const MigrationFile& file : line.files) {
        const std::optional<FileName> name = parse(file.name);
        if (!name || name->version == 0) {
            reasons.push_back("\"" + file.name +
                              "\": the name is not NNNN_verb_noun.up.sql or .down.sql");
            continue;
        }
        Migration& migration = by_version[name->version];
        std::string& slot = name->is_up ? migration.up_file : migration.down_file;
        if (!slot.empty() || (!migration.name.empty() && migration.name != name->name)) {
            reasons.push_back("\"" + file.name + "\": another file has the same number");
            continue;
        }
        slot = file.name;
        migration.version = name->version;
        migration.name = name->name;
        (name->is_up ? migration.up : migration.down) = file.body;
    }
    const unsigned last = by_version.empty() ? 0 : by_version.rbegin()->first;
    for (unsigned version = 1; version <= last; ++version) {
        Migration migration = std::move(by_version[version]);
        checkPair(line.plugin, version, migration, reasons);
        migration.up_sha256 = sha256Of(migration.up);
        checked.migrations.push_back(std::move(migration));
    }
    return checked;
}

std::vector<CheckedLine> checkLines(std::span<const MigrationLine> lines) {
    std::vector<std::string> reasons;
    std::map<std::string, CheckedLine> open;
    for (const MigrationLine& line : lines) {
        CheckedLine checked = checkLine(line, reasons);
        if (!open.emplace(line.plugin, std::move(checked)).second) {
            reasons.push_back("plugin " + line.plugin + " has two lines");
        }
    }
    std::string message;
    for (const std::string& reason : reasons) {
        message += (message.empty() ? "" : "; ") + reason;
    }
    if (!message.empty()) {
        throw Error(500, "MIGRATION_INVALID", message);
    }
    std::vector<CheckedLine> ordered;
    std::set<std::string> path;
    while (!open.empty()) {
        place(std::string(open.begin()->first), open, path, ordered);
    }
    return ordered;
}

}  // namespace mortise::db
