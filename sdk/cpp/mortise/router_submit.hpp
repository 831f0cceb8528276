// router_submit: judges what declare() collected and hands it to the host. Included by router.hpp.
//
// Whatever is wrong with a route is said with its method and pattern, at load, never at the first request.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "mortise/router.hpp"
#include "mortise/router_judge.hpp"
#include "mortise/router_openapi.hpp"

namespace mortise {

namespace detail {

inline std::uint32_t routeFlags(const RouteSpec& spec) noexcept {
    std::uint32_t flags = spec.is_async    ? MORTISE_ROUTE_ASYNC
                          : spec.is_inline ? MORTISE_ROUTE_INLINE
                                           : MORTISE_ROUTE_BLOCKING;
    if (!spec.facts.file_uses.empty()) {
        return flags | MORTISE_ROUTE_MULTIPART_BODY;
    }
    if (spec.facts.takes_body) {
        flags |= MORTISE_ROUTE_JSON_BODY;
    }
    if (spec.facts.takes_form || spec.takes_form) {
        flags |= MORTISE_ROUTE_FORM_BODY;
    }
    if (spec.body_is_optional) {
        flags |= MORTISE_ROUTE_JSON_BODY | MORTISE_ROUTE_OPTIONAL_BODY;
    }
    return flags;
}

inline std::vector<mortise_str> rawTexts(const std::vector<std::string>& texts) {
    std::vector<mortise_str> raw;
    raw.reserve(texts.size());
    for (const std::string& text : texts) {
        raw.push_back(str(text));
    }
    return raw;
}

}  // namespace detail

inline void Router::submitErrors(const mortise_declare& table, mortise_declaration* declaration) {
    std::vector<ErrorCode> codes = errors_;
    const auto add = [&codes](const auto& specs) {
        for (const auto& spec : specs) {
            codes.insert(codes.end(), spec.errors.begin(), spec.errors.end());
        }
    };
    add(routes_);
    add(operations_);
    add(jobs_);
    std::vector<std::string_view> done;
    for (const ErrorCode& code : codes) {
        if (std::find(done.begin(), done.end(), code.code) != done.end()) {
            continue;
        }
        done.push_back(code.code);
        detail::Failure failure;
        const mortise_status status = table.add_error(declaration, detail::str(code.code),
                                                      static_cast<std::uint32_t>(code.http_status),
                                                      detail::str(code.message), failure.out());
        detail::checkDeclared(status, failure, "error code " + std::string(code.code));
    }
}

inline void Router::resolveRoute(detail::RouteSpec& spec) {
    try {
        detail::RoutePattern pattern(spec.prefix);
        detail::PlannedWork work{detail::WorkKind::Request, spec.facts, *spec.binding, spec.errors};
        work.is_async = spec.is_async;
        work.is_inline = spec.is_inline;
        work.is_public = spec.access_known && spec.access == MORTISE_ACCESS_PUBLIC;
        work.pattern = &pattern;
        detail::ProviderPlanner(providers_, schemas_, work).plan(spec.required);
        spec.pattern = pattern.text();
        detail::mergeParameters(spec.facts);
        detail::requireRoles(spec);
        detail::judgeRoute(spec);
        spec.headers = detail::deprecationHeaders(spec.deprecation);
    } catch (const DeclareError& error) {
        throw DeclareError(spec.method + " " + spec.prefix + ": " + error.what());
    }
}

inline void Router::resolveWork(const std::string& name, detail::PlannedWork& work) {
    try {
        detail::ProviderPlanner(providers_, schemas_, work).plan({});
    } catch (const DeclareError& error) {
        throw DeclareError(name + ": " + error.what());
    }
}

/// Finds what everything declared needs, before the host hears of any of it.
inline void Router::resolve() {
    detail::checkProviders(providers_, schemas_);
    for (detail::RouteSpec& route : routes_) {
        resolveRoute(route);
    }
    for (detail::OperationSpec& spec : operations_) {
        detail::PlannedWork work{detail::WorkKind::Operation, spec.facts, *spec.binding,
                                 spec.errors};
        work.is_async = spec.is_async;
        resolveWork("operation " + spec.name, work);
    }
    for (detail::JobSpec& spec : jobs_) {
        detail::PlannedWork work{detail::WorkKind::Job, spec.facts, *spec.binding, spec.errors};
        resolveWork("job type " + spec.type, work);
    }
}

inline void Router::submitRoute(detail::RouteSpec& spec, const mortise_declare& table,
                                mortise_declaration* declaration) {
    const std::string operation = detail::operationObject(spec);
    const std::vector<mortise_str> roles = detail::rawTexts(spec.roles);
    const std::vector<mortise_str> scopes = detail::rawTexts(spec.scopes);
    const std::vector<mortise_pair> headers = detail::rawHeaders(spec.headers);
    mortise_route route{};
    route.struct_size = sizeof route;
    route.flags = detail::routeFlags(spec);
    route.access = spec.access;
    route.role_count = static_cast<std::uint32_t>(roles.size());
    route.method = detail::str(spec.method);
    route.pattern = detail::str(spec.pattern);
    route.roles = roles.data();
    route.scopes = scopes.data();
    route.scope_count = static_cast<std::uint32_t>(scopes.size());
    route.deadline_ms = static_cast<std::uint32_t>(spec.deadline.count());
    route.body_size_max = spec.body_size_max;
    route.openapi = detail::str(operation);
    route.handler = spec.callback;
    route.handler_context = spec.binding.get();
    route.headers = headers.data();
    route.header_count = static_cast<std::uint32_t>(headers.size());
    detail::Failure failure;
    const mortise_status status = table.add_route(declaration, &route, failure.out());
    detail::checkDeclared(status, failure, spec.method + " " + spec.prefix);
}

inline void Router::submit(const mortise_declare& table, mortise_declaration* declaration) {
    resolve();
    submitErrors(table, declaration);
    for (const SchemaCollector::Entry& schema : schemas_.entries()) {
        detail::Failure failure;
        const mortise_status status = table.add_schema(declaration, detail::str(schema.name),
                                                       detail::str(schema.json), failure.out());
        detail::checkDeclared(status, failure, "schema " + schema.name);
    }
    observables_.submit(host_, table, declaration);
    for (detail::RouteSpec& route : routes_) {
        submitRoute(route, table, declaration);
    }
    for (const detail::OperationSpec& spec : operations_) {
        mortise_operation operation{};
        operation.struct_size = sizeof operation;
        operation.flags = spec.is_async ? MORTISE_OPERATION_ASYNC : MORTISE_OPERATION_BLOCKING;
        operation.name = detail::str(spec.name);
        operation.handler = spec.callback;
        operation.handler_context = spec.binding.get();
        detail::Failure failure;
        const mortise_status status = table.add_operation(declaration, &operation, failure.out());
        detail::checkDeclared(status, failure, "operation " + spec.name);
    }
    for (const detail::JobSpec& spec : jobs_) {
        mortise_job_type type{};
        type.struct_size = sizeof type;
        type.max_attempts = spec.max_attempts;
        type.name = detail::str(spec.type);
        type.args_schema = detail::str(spec.facts.body_schema);
        type.handler = spec.callback;
        type.handler_context = spec.binding.get();
        detail::Failure failure;
        const mortise_status status = table.add_job_type(declaration, &type, failure.out());
        detail::checkDeclared(status, failure, "job type " + spec.type);
    }
}

}  // namespace mortise
