// Every add copies and checks first and stores last, so a refused one leaves nothing behind.
#include "plugin/ledger.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <stdexcept>

#include "base/json_text.hpp"
#include "limits.hpp"
#include "plugin/grammar.hpp"
#include "plugin/manifest.hpp"

namespace mortise::plugin {
namespace {

// What an add found wrong; turned into a status at the boundary.
struct Refusal {
    mortise_status status;
    std::string message;
};

[[noreturn]] void refuse(mortise_status status, std::string message) {
    throw Refusal{status, std::move(message)};
}

[[noreturn]] void refuseArgument(std::string message) {
    refuse(MORTISE_INVALID_ARGUMENT, std::move(message));
}

std::string textOf(mortise_str text, std::size_t size_max, const char* what) {
    if (text.size > size_max || (text.data == nullptr && text.size != 0)) {
        refuseArgument(std::string(what) + " is longer than " + std::to_string(size_max) +
                       " bytes or has no data");
    }
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
}

// The part of a struct both sides know; the rest is zero. `reaches_first` says that it is as long as in the first release: what is
// appended later is missing in plugins built before.
template <typename T>
T common(const T* given, bool reaches_first, const char* what) {
    if (given == nullptr || !reaches_first) {
        refuseArgument(std::string(what) + " is missing or its struct_size is too small");
    }
    T known{};
    std::memcpy(&known, given, std::min<std::size_t>(given->struct_size, sizeof known));
    return known;
}

std::vector<std::string> namesOf(const mortise_str* names, std::uint32_t count, const char* what) {
    constexpr std::uint32_t kCountMax = 64;
    if (count > kCountMax || (names == nullptr && count != 0)) {
        refuseArgument(std::string("too many ") + what);
    }
    std::vector<std::string> result;
    for (std::uint32_t i = 0; i < count; ++i) {
        result.push_back(textOf(names[i], limits::kPatternSizeMax, what));
        if (!isRoleOrScope(result.back())) {
            refuseArgument("\"" + result.back() + "\" is no name for " + what);
        }
    }
    return result;
}

std::string jsonObjectOf(mortise_str text, const char* what) {
    std::string json = textOf(text, limits::kSchemaSizeMax, what);
    if (!json.empty() && !isJsonObject(json)) {
        refuseArgument(std::string(what) + " is no JSON object");
    }
    return json;
}

void requireRoom(std::size_t count, std::size_t count_max, const char* what) {
    if (count >= count_max) {
        refuse(MORTISE_EXHAUSTED,
               "a plugin may have " + std::to_string(count_max) + " " + what + " at most");
    }
}

void requireRouteFlags(const mortise_route& route) {
    constexpr std::uint32_t kModes =
        MORTISE_ROUTE_BLOCKING | MORTISE_ROUTE_INLINE | MORTISE_ROUTE_ASYNC;
    constexpr std::uint32_t kBodyKinds =
        MORTISE_ROUTE_JSON_BODY | MORTISE_ROUTE_FORM_BODY | MORTISE_ROUTE_MULTIPART_BODY;
    constexpr std::uint32_t kBodies = kBodyKinds | MORTISE_ROUTE_OPTIONAL_BODY;
    const std::uint32_t mode = route.flags & kModes;
    if ((route.flags & ~(kModes | kBodies)) != 0) {
        refuseArgument("the route has flags this host does not know");
    }
    if (mode != MORTISE_ROUTE_BLOCKING && mode != MORTISE_ROUTE_INLINE &&
        mode != MORTISE_ROUTE_ASYNC) {
        refuseArgument("a route is exactly one of blocking, inline and async");
    }
    if ((route.flags & MORTISE_ROUTE_OPTIONAL_BODY) != 0 && (route.flags & kBodyKinds) == 0) {
        refuseArgument("a body that is optional needs a kind");
    }
    if (route.access != MORTISE_ACCESS_PUBLIC && route.access != MORTISE_ACCESS_USER) {
        refuseArgument("the route's access is neither public nor user");
    }
    if (route.access == MORTISE_ACCESS_PUBLIC &&
        (route.role_count != 0 || route.scope_count != 0)) {
        refuseArgument("a public route cannot ask for roles or scopes");
    }
    if (route.body_size_max > limits::kBodySizeCeiling) {
        refuseArgument("no route may take a body above " +
                       std::to_string(limits::kBodySizeCeiling) + " bytes");
    }
    if (route.handler == nullptr) {
        refuseArgument("the route has no handler");
    }
}

void putError(mortise_error* error, mortise_status status, const char* code,
              std::string_view message) {
    if (error == nullptr || error->struct_size < sizeof(mortise_error)) {
        return;
    }
    error->status = status;
    error->http_status = 0;
    std::strncpy(error->code, code, sizeof error->code - 1);
    std::size_t size = std::min(message.size(), sizeof error->message - 1);
    while (size < message.size() && size > 0 &&
           (static_cast<unsigned char>(message[size]) & 0xC0) == 0x80) {
        --size;  // Do not cut inside a character.
    }
    std::memcpy(error->message, message.data(), size);
    error->message[size] = '\0';
}

template <typename Items, typename Key>
std::string sortedJson(const Items& items, Key key,
                       void (*write)(std::string&, const typename Items::value_type&)) {
    std::map<std::string, const typename Items::value_type*> sorted;
    for (const auto& item : items) {
        sorted.emplace(key(item), &item);
    }
    std::string out = "[";
    for (const auto& [ignored, item] : sorted) {
        if (out.size() > 1) {
            out += ',';
        }
        write(out, *item);
    }
    return out + "]";
}

void member(std::string& out, const char* key, std::string_view value) {
    appendJsonString(out, key);
    out += ':';
    appendJsonString(out, value);
    out += ',';
}

void member(std::string& out, const char* key, std::uint64_t value) {
    appendJsonString(out, key);
    out += ':' + std::to_string(value) + ',';
}

void member(std::string& out, const char* key, std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    appendJsonString(out, key);
    out += ":[";
    for (const auto& value : values) {
        appendJsonString(out, value);
        out += &value == &values.back() ? "" : ",";
    }
    out += "],";
}

void closeObject(std::string& out) {
    out.back() = '}';
}

void writeRoute(std::string& out, const DeclaredRoute& route) {
    out += '{';
    member(out, "access", route.access);
    member(out, "body_size_max", route.body_size_max);
    member(out, "deadline_ms", route.deadline_ms);
    member(out, "flags", route.flags);
    member(out, "method", route.method);
    member(out, "openapi", route.openapi);
    member(out, "pattern", route.pattern);
    member(out, "roles", route.roles);
    member(out, "scopes", route.scopes);
    closeObject(out);
}

void writeOperation(std::string& out, const DeclaredOperation& operation) {
    out += '{';
    member(out, "flags", operation.flags);
    member(out, "name", operation.name);
    closeObject(out);
}

void writeJobType(std::string& out, const DeclaredJobType& type) {
    out += '{';
    member(out, "args_schema", type.args_schema);
    member(out, "max_attempts", type.max_attempts);
    member(out, "name", type.name);
    closeObject(out);
}

void writeErrorCode(std::string& out, const DeclaredError& error) {
    out += '{';
    member(out, "code", error.code);
    member(out, "http_status", error.http_status);
    member(out, "message", error.message);
    closeObject(out);
}

void writeSchema(std::string& out, const DeclaredSchema& schema) {
    out += '{';
    member(out, "name", schema.name);
    member(out, "schema", schema.schema);
    closeObject(out);
}

}  // namespace

Ledger::Ledger(std::string plugin, std::vector<std::string> route_grants)
    : plugin_(std::move(plugin)), route_grants_(std::move(route_grants)) {}

Ledger::Ledger(const Manifest& manifest) : Ledger(manifest.name, manifest.route_grants) {}

Ledger::Ledger(Ledger&& other) noexcept
    : plugin_(std::move(other.plugin_)),
      route_grants_(std::move(other.route_grants_)),
      routes_(std::move(other.routes_)),
      operations_(std::move(other.operations_)),
      job_types_(std::move(other.job_types_)),
      errors_(std::move(other.errors_)),
      schemas_(std::move(other.schemas_)),
      first_failure_(std::move(other.first_failure_)),
      sealed_(other.isSealed()) {}

// Nothing may be thrown into a plugin: a refusal, and memory running out, become a status and a message.
template <typename Body>
mortise_status Ledger::guarded(mortise_error* error, Body body) noexcept {
    try {
        if (isSealed()) {
            // Too late also means: possibly another thread, so nothing is written here.
            putError(error, MORTISE_SEALED, "SEALED",
                     "registration is only possible inside declare()");
            return MORTISE_SEALED;
        }
        body();
        return MORTISE_OK;
    } catch (const Refusal& refusal) {
        putError(error, refusal.status,
                 refusal.status == MORTISE_CONFLICT    ? "CONFLICT"
                 : refusal.status == MORTISE_EXHAUSTED ? "EXHAUSTED"
                 : refusal.status == MORTISE_DENIED    ? "DENIED"
                                                       : "INVALID_ARGUMENT",
                 refusal.message);
        if (first_failure_.empty()) {
            first_failure_.assign(refusal.message);
        }
        return refusal.status;
    } catch (const std::exception& failure) {
        putError(error, MORTISE_INTERNAL, "INTERNAL", failure.what());
        return MORTISE_INTERNAL;
    }
}

void Ledger::requireGranted(const std::string& pattern) const {
    const bool granted =
        std::any_of(route_grants_.begin(), route_grants_.end(), [&](const std::string& prefix) {
            return pattern.starts_with(prefix) &&
                   (pattern.size() == prefix.size() || pattern[prefix.size()] == '/');
        });
    if (!granted) {
        refuse(MORTISE_DENIED,
               "route \"" + pattern + "\" lies under none of the prefixes in \"grants.routes\"");
    }
}

mortise_status Ledger::addRoute(const mortise_route* given, mortise_error* error) noexcept {
    return guarded(error, [&] {
        const mortise_route known =
            common(given, given != nullptr && MORTISE_HAS(given, handler_context), "the route");
        requireRoom(routes_.size(), limits::kRouteCountMax, "routes");
        requireRouteFlags(known);
        DeclaredRoute route;
        route.method = textOf(known.method, limits::kPatternSizeMax, "the method");
        if (!isRouteMethod(route.method)) {
            refuseArgument("\"" + route.method +
                           "\" is no method of a route; HEAD and OPTIONS are the host's");
        }
        const std::string text = textOf(known.pattern, limits::kPatternSizeMax, "the pattern");
        Pattern pattern = parsePattern(text);
        if (!pattern.problem.empty()) {
            refuseArgument("route \"" + text + "\": " + pattern.problem);
        }
        requireGranted(pattern.normal);
        for (const auto& other : routes_) {
            if (other.method == route.method && other.shape == pattern.shape) {
                refuse(MORTISE_CONFLICT,
                       route.method + " " + pattern.shape + " is registered twice");
            }
        }
        route.pattern = std::move(pattern.normal);
        route.display = std::move(pattern.display);
        route.shape = std::move(pattern.shape);
        route.flags = known.flags;
        route.access = known.access;
        route.roles = namesOf(known.roles, known.role_count, "roles");
        route.scopes = namesOf(known.scopes, known.scope_count, "scopes");
        route.deadline_ms = known.deadline_ms;
        route.body_size_max = known.body_size_max;
        route.openapi = jsonObjectOf(known.openapi, "the OpenAPI fragment");
        route.handler = known.handler;
        route.handler_context = known.handler_context;
        routes_.push_back(std::move(route));
    });
}

mortise_status Ledger::addOperation(const mortise_operation* given, mortise_error* error) noexcept {
    return guarded(error, [&] {
        const mortise_operation known =
            common(given, given != nullptr && MORTISE_HAS(given, handler_context), "the operation");
        requireRoom(operations_.size(), limits::kOperationCountMax, "operations");
        const std::string name = textOf(known.name, limits::kPatternSizeMax, "the name");
        if (!isDottedName(name) || !name.starts_with(plugin_ + ".") ||
            !isWord(std::string_view(name).substr(plugin_.size() + 1))) {
            refuseArgument("\"" + name + "\" is no operation of this plugin: " + plugin_ +
                           ".<verb_noun>");
        }
        if (known.flags != MORTISE_OPERATION_BLOCKING && known.flags != MORTISE_OPERATION_ASYNC) {
            refuseArgument("operation \"" + name + "\" is exactly one of blocking and async");
        }
        if (known.handler == nullptr) {
            refuseArgument("operation \"" + name + "\" has no handler");
        }
        if (hasOperation(name)) {
            refuse(MORTISE_CONFLICT, "operation \"" + name + "\" is registered twice");
        }
        operations_.push_back({name, known.flags, known.handler, known.handler_context});
    });
}

mortise_status Ledger::addJobType(const mortise_job_type* given, mortise_error* error) noexcept {
    return guarded(error, [&] {
        const mortise_job_type known =
            common(given, given != nullptr && MORTISE_HAS(given, handler_context), "the job type");
        requireRoom(job_types_.size(), limits::kJobTypeCountMax, "job types");
        std::string name = textOf(known.name, limits::kPatternSizeMax, "the name");
        if (!isDottedName(name)) {
            refuseArgument("\"" + name + "\" is no name of a job type: <area>.<verb>");
        }
        if (known.handler == nullptr) {
            refuseArgument("job type \"" + name + "\" has no handler");
        }
        for (const auto& other : job_types_) {
            if (other.name == name) {
                refuse(MORTISE_CONFLICT, "job type \"" + name + "\" is registered twice");
            }
        }
        job_types_.push_back({std::move(name), known.max_attempts,
                              jsonObjectOf(known.args_schema, "the schema of the arguments"),
                              known.handler, known.handler_context});
    });
}

mortise_status Ledger::addError(mortise_str code_text, std::uint32_t http_status,
                                mortise_str message, mortise_error* error) noexcept {
    return guarded(error, [&] {
        requireRoom(errors_.size(), limits::kErrorCodeCountMax, "error codes");
        DeclaredError declared{textOf(code_text, limits::kPatternSizeMax, "the code"), http_status,
                               textOf(message, limits::kPatternSizeMax, "the message")};
        if (!isErrorCode(declared.code)) {
            refuseArgument("\"" + declared.code +
                           "\" is no error code: UPPER_SNAKE, at most 47 characters");
        }
        if (http_status < 400 || http_status > 599 || declared.message.empty()) {
            refuseArgument("error code " + declared.code +
                           " needs a status from 400 to 599 and a text");
        }
        for (const auto& other : errors_) {
            if (other.code == declared.code) {
                if (other.http_status != http_status) {
                    refuse(MORTISE_CONFLICT, "error code " + declared.code + " has two statuses");
                }
                return;
            }
        }
        errors_.push_back(std::move(declared));
    });
}

mortise_status Ledger::addSchema(mortise_str name, mortise_str schema,
                                 mortise_error* error) noexcept {
    return guarded(error, [&] {
        requireRoom(schemas_.size(), limits::kSchemaCountMax, "schemas");
        DeclaredSchema declared{textOf(name, limits::kPatternSizeMax, "the name"),
                                jsonObjectOf(schema, "the schema")};
        if (!isSchemaName(declared.name) || declared.schema.empty()) {
            refuseArgument("\"" + declared.name + "\" needs a PascalCase name and a JSON Schema");
        }
        for (const auto& other : schemas_) {
            if (other.name == declared.name) {
                if (other.schema != declared.schema) {
                    refuse(MORTISE_CONFLICT,
                           "schema " + declared.name + " is declared in two ways");
                }
                return;
            }
        }
        schemas_.push_back(std::move(declared));
    });
}

bool Ledger::hasOperation(std::string_view name) const noexcept {
    return std::any_of(operations_.begin(), operations_.end(),
                       [&](const DeclaredOperation& operation) { return operation.name == name; });
}

std::string Ledger::toJson() const {
    std::string out = "{\"errors\":";
    out += sortedJson(
        errors_, [](const auto& item) { return item.code; }, writeErrorCode);
    out += ",\"job_types\":";
    out += sortedJson(
        job_types_, [](const auto& item) { return item.name; }, writeJobType);
    out += ",\"operations\":";
    out += sortedJson(
        operations_, [](const auto& item) { return item.name; }, writeOperation);
    out += ",\"plugin\":";
    appendJsonString(out, plugin_);
    out += ",\"routes\":";
    out += sortedJson(
        routes_, [](const auto& item) { return item.shape + ' ' + item.method; }, writeRoute);
    out += ",\"schemas\":";
    out += sortedJson(
        schemas_, [](const auto& item) { return item.name; }, writeSchema);
    return out += '}';
}

}  // namespace mortise::plugin
