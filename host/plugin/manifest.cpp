// Reading is strict: unknown members of plugin.json are problems, because a misspelt grant would otherwise silently be none.
#include "plugin/manifest.hpp"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <sstream>

#include "base/error.hpp"
#include "limits.hpp"
#include "mortise/manifest.h"
#include "plugin/elf_file.hpp"

namespace mortise::plugin {
namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr int kUnprocessable = 422;

// Host areas, settings at the top level, and schemas PostgreSQL or the host own.
constexpr std::array<std::string_view, 35> kReservedNames = {
    "host",       "mortise",     "name",
    "version",    "environment", "debug",
    "port",       "http",        "server",
    "cors",       "trusted",     "rate_limit",
    "log",        "metrics",     "trace",
    "identity",   "database",    "redis",
    "run",        "plugins",     "control",
    "shutdown",   "docs",        "config",
    "secret_key", "public",      "api",
    "admin",      "health",      "ready",
    "plugin",     "app",         "information_schema",
    "cache",      "http_client"};

// Collects problems instead of stopping at the first: an author wants to see them all.
class Reader {
public:
    void problem(std::string text) { problems_.push_back(std::move(text)); }
    const std::vector<std::string>& problems() const { return problems_; }

    void onlyMembers(const Object& object, const std::string& where,
                     std::initializer_list<std::string_view> known) {
        for (const auto& name : object.getNames()) {
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                problem("unknown member \"" + where + name + "\"");
            }
        }
    }

    std::string text(const Object& object, const std::string& key, const std::string& where) {
        const Var value = object.get(key);
        if (value.isEmpty()) {
            return {};
        }
        if (!value.isString()) {
            problem("\"" + where + key + "\" must be a string");
            return {};
        }
        return value.extract<std::string>();
    }

    std::uint32_t number(const Object& object, const std::string& key, const std::string& where) {
        const Var value = object.get(key);
        if (value.isEmpty()) {
            return 0;
        }
        if (value.isBoolean() || !value.isInteger()) {
            problem("\"" + where + key + "\" must be a whole number");
            return 0;
        }
        try {
            return value.convert<std::uint32_t>();
        } catch (const Poco::Exception&) {
            problem("\"" + where + key + "\" is out of range");
            return 0;
        }
    }

    std::vector<std::string> texts(const Object& object, const std::string& key,
                                   const std::string& where) {
        std::vector<std::string> result;
        for (const Var& item : items(object, key, where)) {
            if (item.isString()) {
                result.push_back(item.extract<std::string>());
            } else {
                problem("\"" + where + key + "\" must hold strings only");
            }
        }
        return result;
    }

    std::vector<Object::Ptr> objects(const Object& object, const std::string& key,
                                     const std::string& where) {
        std::vector<Object::Ptr> result;
        for (const Var& item : items(object, key, where)) {
            if (item.type() == typeid(Object::Ptr)) {
                result.push_back(item.extract<Object::Ptr>());
            } else {
                problem("\"" + where + key + "\" must hold objects only");
            }
        }
        return result;
    }

    Object::Ptr object(const Object& object, const std::string& key, const std::string& where) {
        const Var value = object.get(key);
        if (value.isEmpty()) {
            return nullptr;
        }
        if (value.type() != typeid(Object::Ptr)) {
            problem("\"" + where + key + "\" must be an object");
            return nullptr;
        }
        return value.extract<Object::Ptr>();
    }

private:
    std::vector<Var> items(const Object& object, const std::string& key, const std::string& where) {
        const Var value = object.get(key);
        if (value.isEmpty()) {
            return {};
        }
        if (value.type() != typeid(Array::Ptr)) {
            problem("\"" + where + key + "\" must be a list");
            return {};
        }
        const auto& array = value.extract<Array::Ptr>();
        return std::vector<Var>(array->begin(), array->end());  // Braces would make two of them.
    }

    std::vector<std::string> problems_;
};

bool isLowerWord(std::string_view word) {
    return !word.empty() && word.front() >= 'a' && word.front() <= 'z' &&
           std::all_of(word.begin(), word.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

bool isOperationName(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot != std::string_view::npos && isLowerWord(name.substr(0, dot)) &&
           isLowerWord(name.substr(dot + 1));
}

bool isRoutePrefix(std::string_view prefix) {
    return prefix.size() > 1 && prefix.front() == '/' && prefix.back() != '/' &&
           prefix.size() <= limits::kPatternSizeMax &&
           prefix.find("//") == std::string_view::npos &&
           std::all_of(prefix.begin(), prefix.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
           });
}

void readCalls(Reader& reader, const Object& root, Manifest& manifest) {
    for (const auto& call : reader.objects(root, "calls", "")) {
        reader.onlyMembers(*call, "calls.", {"operation", "version"});
        const std::string operation = reader.text(*call, "operation", "calls.");
        const std::string range_text = reader.text(*call, "version", "calls.");
        const auto range = VersionRange::parse(range_text);
        if (!isOperationName(operation)) {
            reader.problem("\"" + operation +
                           "\" is no name of an operation: <plugin>.<verb_noun>");
        } else if (operation.starts_with(manifest.name + ".")) {
            reader.problem("\"" + operation + "\" is an operation of the plugin itself");
        }
        if (!range) {
            reader.problem("\"" + range_text + "\" is no version range: \">=1.0.0 <2.0.0\"");
        } else {
            manifest.calls.push_back({operation, *range});
        }
    }
}

void readOrigins(Reader& reader, const Object& grants, Manifest& manifest) {
    const std::vector<std::string> texts = reader.texts(grants, "http", "grants.");
    if (texts.size() > limits::kOriginGrantCountMax) {
        reader.problem("\"grants.http\" has more than " +
                       std::to_string(limits::kOriginGrantCountMax) + " origins");
    }
    for (const auto& text : texts) {
        if (auto pattern = OriginPattern::parse(text)) {
            manifest.http_grants.push_back(*std::move(pattern));
        } else {
            reader.problem("\"" + text +
                           "\" is no origin: https://api.example.org, https://*.example.org or *");
        }
    }
}

void readGrants(Reader& reader, const Object& root, Manifest& manifest) {
    const auto grants = reader.object(root, "grants", "");
    if (!grants) {
        return;
    }
    reader.onlyMembers(*grants, "grants.", {"routes", "identity", "jobs", "http"});
    manifest.route_grants = reader.texts(*grants, "routes", "grants.");
    manifest.identity_grants = reader.texts(*grants, "identity", "grants.");
    manifest.jobs_grants = reader.texts(*grants, "jobs", "grants.");
    for (const auto& prefix : manifest.route_grants) {
        if (!isRoutePrefix(prefix)) {
            reader.problem("\"" + prefix + "\" is no route prefix: /api/v1/notes");
        }
    }
    readOrigins(reader, *grants, manifest);
    for (const auto* words : {&manifest.identity_grants, &manifest.jobs_grants}) {
        for (const auto& word : *words) {
            if (!isLowerWord(word)) {
                reader.problem("\"" + word + "\" is no name of a grant");
            }
        }
    }
}

void readSchemaRange(Reader& reader, const Object& root, Manifest& manifest) {
    const auto schema = reader.object(root, "schema", "");
    if (!schema) {
        return;
    }
    reader.onlyMembers(*schema, "schema.", {"min", "max", "requires"});
    manifest.schema_min = reader.number(*schema, "min", "schema.");
    manifest.schema_max = reader.number(*schema, "max", "schema.");
    if (manifest.schema_min > manifest.schema_max) {
        reader.problem("\"schema.min\" is above \"schema.max\"");
    }
    for (const auto& need : reader.objects(*schema, "requires", "schema.")) {
        reader.onlyMembers(*need, "schema.requires.", {"plugin", "min"});
        RequiredSchema required{reader.text(*need, "plugin", "schema.requires."),
                                reader.number(*need, "min", "schema.requires.")};
        if (!isPluginName(required.plugin)) {
            reader.problem("\"" + required.plugin + "\" is no plugin name");
        }
        manifest.schema_needs.push_back(std::move(required));
    }
}

void readSettings(Reader& reader, const Object& root, Manifest& manifest) {
    const Var settings = root.get("settings");
    if (settings.isEmpty()) {
        return;
    }
    if (settings.type() != typeid(Array::Ptr)) {
        reader.problem("\"settings\" must be a list");
        return;
    }
    std::ostringstream out;
    settings.extract<Array::Ptr>()->stringify(out);
    manifest.settings_json = out.str();
}

void compareInterfaces(Reader& reader, const Object& root, const Manifest& manifest) {
    for (const auto& id : reader.texts(root, "interfaces", "")) {
        const bool found = std::any_of(manifest.interfaces.begin(), manifest.interfaces.end(),
                                       [&](const auto& entry) { return entry.id == id; });
        if (!found) {
            reader.problem("interface \"" + id + "\" stands in the JSON but not in the note");
        }
    }
}

void readJson(const std::string& json, Manifest& manifest) {
    Reader reader;
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(limits::kJsonDepthMax);
        const auto root = parser.parse(json).extract<Object::Ptr>();
        reader.onlyMembers(*root, "",
                           {"name", "version", "description", "interfaces", "calls", "grants",
                            "settings", "schema", "stateful"});
        for (const auto& [key, head] : {std::pair<std::string, std::string>{"name", manifest.name},
                                        {"version", manifest.version.text()}}) {
            const std::string text = reader.text(*root, key, "");
            if (text != head) {
                reader.problem("the " + key + " is \"" + text + "\" in the JSON and \"" + head +
                               "\" in the note");
            }
        }
        manifest.description = reader.text(*root, "description", "");
        compareInterfaces(reader, *root, manifest);
        readCalls(reader, *root, manifest);
        readGrants(reader, *root, manifest);
        readSettings(reader, *root, manifest);
        readSchemaRange(reader, *root, manifest);
    } catch (const Poco::Exception& failure) {
        reader.problem("the JSON cannot be read: " + failure.displayText());
    }
    if (!reader.problems().empty()) {
        std::string text;
        for (const auto& problem : reader.problems()) {
            text += (text.empty() ? "" : "; ") + problem;
        }
        throw Error(kUnprocessable, "MANIFEST_INVALID", text);
    }
}

template <typename T>
T readAt(std::string_view bytes, std::size_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
        throw Error(kUnprocessable, "MANIFEST_DAMAGED", "the note is too short");
    }
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

template <std::size_t Size>
std::string fixedText(const char (&text)[Size]) {
    const std::size_t length = ::strnlen(text, Size);
    if (length == Size) {
        throw Error(kUnprocessable, "MANIFEST_DAMAGED", "a text of the note has no end");
    }
    return {text, length};
}

void readHead(const mortise_manifest& head, Manifest& manifest) {
    if (head.magic != MORTISE_MANIFEST_MAGIC) {
        throw Error(kUnprocessable, "MANIFEST_DAMAGED",
                    "the note does not start with its magic number");
    }
    if (head.abi_version != MORTISE_ABI_VERSION) {
        const bool is_newer = head.abi_version > MORTISE_ABI_VERSION;
        throw Error(kUnprocessable, "MANIFEST_ABI",
                    "ABI version " + std::to_string(head.abi_version) +
                        (is_newer ? ", newer than this host" : ", which this host gave up"));
    }
    manifest.abi_version = head.abi_version;
    manifest.sdk_version = head.sdk_version;
    manifest.stateful = (head.flags & MORTISE_MANIFEST_STATEFUL) != 0;
    manifest.name = fixedText(head.name);
    if (!isPluginName(manifest.name)) {
        throw Error(
            kUnprocessable, "MANIFEST_INVALID",
            "\"" + manifest.name + "\" is no plugin name, or one the host keeps for itself");
    }
    const std::string version_text = fixedText(head.version);
    const auto version = Version::parse(version_text);
    if (!version) {
        throw Error(kUnprocessable, "MANIFEST_INVALID",
                    "\"" + version_text + "\" is no semantic version");
    }
    manifest.version = *version;
}

}  // namespace

std::string RequiredCall::provider() const {
    return operation.substr(0, operation.find('.'));
}

bool Manifest::hasIdentityGrant(std::string_view word) const {
    return std::find(identity_grants.begin(), identity_grants.end(), word) != identity_grants.end();
}

bool Manifest::hasJobsGrant(std::string_view word) const {
    return std::find(jobs_grants.begin(), jobs_grants.end(), word) != jobs_grants.end();
}

bool Manifest::declaresCall(std::string_view operation) const {
    return std::any_of(calls.begin(), calls.end(),
                       [&](const RequiredCall& call) { return call.operation == operation; });
}

Manifest Manifest::read(const ElfFile& file) {
    const auto note = file.note(MORTISE_NOTE_SECTION, MORTISE_NOTE_OWNER, MORTISE_NOTE_TYPE);
    if (!note) {
        throw Error(kUnprocessable, "MANIFEST_MISSING",
                    "the library has no note in section " MORTISE_NOTE_SECTION);
    }
    return parse(*note);
}

Manifest Manifest::parse(std::string_view descriptor) {
    if (descriptor.size() > limits::kManifestSizeMax) {
        throw Error(
            kUnprocessable, "MANIFEST_DAMAGED",
            "the note is larger than " + std::to_string(limits::kManifestSizeMax) + " bytes");
    }
    const auto head = readAt<mortise_manifest>(descriptor, 0);
    Manifest manifest;
    readHead(head, manifest);
    std::size_t at = sizeof head;
    if (head.interface_count > descriptor.size() / sizeof(mortise_manifest_interface)) {
        throw Error(kUnprocessable, "MANIFEST_DAMAGED", "the note is too short for its interfaces");
    }
    for (std::uint32_t i = 0; i < head.interface_count; ++i) {
        const auto entry = readAt<mortise_manifest_interface>(descriptor, at);
        manifest.interfaces.push_back({fixedText(entry.id), entry.table_size_min});
        at += sizeof entry;
    }
    if (head.json_size > descriptor.size() - at) {
        throw Error(kUnprocessable, "MANIFEST_DAMAGED", "the note is too short for its JSON");
    }
    manifest.json = descriptor.substr(at, head.json_size);
    readJson(manifest.json, manifest);
    return manifest;
}

std::vector<Migration> readMigrations(const ElfFile& file) {
    const auto content = file.section(MORTISE_MIGRATIONS_SECTION);
    std::vector<Migration> migrations;
    if (!content) {
        return migrations;
    }
    const auto damaged = [](const char* reason) {
        return Error(kUnprocessable, "MIGRATIONS_DAMAGED", reason);
    };
    std::uint64_t at = 0;
    mortise_migration_entry entry{};
    while (content->size() - at >= sizeof entry) {
        std::memcpy(&entry, content->data() + at, sizeof entry);
        if (entry.magic == 0) {
            break;  // Padding behind the last one.
        }
        if (entry.magic != MORTISE_MIGRATION_MAGIC) {
            throw damaged("an entry does not start with its magic number");
        }
        at += sizeof entry;
        const std::uint64_t room = content->size() - at;
        if (entry.name_size > room || entry.body_size > room - entry.name_size) {
            throw damaged("an entry ends behind its section");
        }
        migrations.push_back({content->substr(at, entry.name_size),
                              content->substr(at + entry.name_size, entry.body_size)});
        at = std::min<std::uint64_t>(
            (at + entry.name_size + entry.body_size + 7) & ~std::uint64_t{7}, content->size());
    }
    return migrations;
}

bool isPluginName(std::string_view name) {
    constexpr std::size_t kLengthMax = 31;
    return name.size() <= kLengthMax && isLowerWord(name) && !name.starts_with("pg_") &&
           std::find(kReservedNames.begin(), kReservedNames.end(), name) == kReservedNames.end();
}

}  // namespace mortise::plugin
