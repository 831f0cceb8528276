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
#include "plugin/ledger_rules.hpp"
#include "plugin/manifest.hpp"

namespace mortise::plugin {
namespace {

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

bool isFieldName(std::string_view name) {
    constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kSigns.find(c) != std::string_view::npos;
    });
}

std::vector<std::pair<std::string, std::string>> headersOf(const mortise_pair* headers,
                                                           std::uint32_t count) {
    if (count > limits::kRouteHeaderCountMax || (headers == nullptr && count != 0)) {
        refuseArgument("too many header fields");
    }
    std::vector<std::pair<std::string, std::string>> result;
    for (std::uint32_t i = 0; i < count; ++i) {
        std::string name =
            textOf(headers[i].name, limits::kRouteHeaderSizeMax, "a header field's name");
        std::string value =
            textOf(headers[i].value, limits::kRouteHeaderSizeMax, "a header field's value");
        const bool is_plain =
            std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
        if (!isFieldName(name) || value.empty() || !is_plain) {
            refuseArgument("\"" + name + "\" and its value are no header field");
        }
        result.emplace_back(std::move(name), std::move(value));
    }
    return result;
}

std::vector<std::string> linesOf(const std::vector<std::pair<std::string, std::string>>& headers) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : headers) {
        lines.push_back(name + ": " + value);
    }
    return lines;
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

void writeRoute(std::string& out, const DeclaredRoute& route) {
    out += '{';
    member(out, "access", route.access);
    member(out, "body_size_max", route.body_size_max);
    member(out, "deadline_ms", route.deadline_ms);
    member(out, "flags", route.flags);
    member(out, "headers", linesOf(route.headers));
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
      metrics_(std::move(other.metrics_)),
      health_checks_(std::move(other.health_checks_)),
      first_failure_(std::move(other.first_failure_)),
      sealed_(other.isSealed()) {}

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
        route.headers = headersOf(known.headers, known.header_count);
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
    out += ",\"health_checks\":" + healthChecksJson();
    out += ",\"job_types\":";
    out += sortedJson(
        job_types_, [](const auto& item) { return item.name; }, writeJobType);
    out += ",\"metrics\":" + metricsJson();
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
