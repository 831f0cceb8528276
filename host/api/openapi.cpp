#include "api/openapi.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "api/openapi_json.hpp"
#include "api/openapi_schemas.hpp"
#include "base/error.hpp"
#include "base/strings.hpp"
#include "http/message.hpp"
#include "http/route_pattern.hpp"
#include "http/route_rules.hpp"

namespace mortise::api {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

Object::Ptr paramSchema(http::ParamType type) {
    Object::Ptr schema = makeObject("type", type == http::ParamType::Int ? "integer" : "string");
    if (type != http::ParamType::Text) {
        schema->set("format", type == http::ParamType::Int ? "int64" : "uuid");
    }
    return schema;
}

Object::Ptr errorContent() {
    Object::Ptr content = makeObject();
    content->set("application/json",
                 makeObject("schema", makeObject("$ref", "#/components/schemas/Error")));
    content->set("application/problem+json",
                 makeObject("schema", makeObject("$ref", "#/components/schemas/Problem")));
    return content;
}

Object::Ptr errorResponse(const std::string& description) {
    Object::Ptr response = makeObject("description", description);
    response->set("content", errorContent());
    return response;
}

/// The error answers routes share: status and name of the component.
struct CommonResponse {
    int status;
    const char* name;
};
constexpr std::array<CommonResponse, 8> kCommonResponses{{{400, "BadRequest"},
                                                          {401, "Unauthorized"},
                                                          {403, "Forbidden"},
                                                          {413, "PayloadTooLarge"},
                                                          {415, "UnsupportedMediaType"},
                                                          {422, "ValidationFailed"},
                                                          {500, "InternalError"},
                                                          {503, "ServiceUnavailable"}}};

bool isGivenBy(const http::Route& route, bool has_params, int status) {
    switch (status) {
        case 400:
            return http::takesBody(route) || has_params;
        case 401:
            return http::needsUser(route);
        case 403:
            return !route.roles.empty() || !route.scopes.empty();
        case 413:
        case 415:
            return http::takesBody(route);
        case 422:
            return http::takesBody(route) || has_params;
        default:
            return true;
    }
}

/// Builds the document part by part, in the order of its members.
class Document {
public:
    explicit Document(const ApiInfo& info) : info_(info) {}

    void add(const ApiPart& part);
    std::string text() const;

private:
    void addErrors(const ApiPart& part);
    void addOperation(const ApiPart& part, const ApiRoute& api_route,
                      const ApiSchemas::Renames& renames);
    void addParameters(Object::Ptr operation, const http::Route& route,
                       const std::string& display) const;
    void addResponses(Object::Ptr operation, const http::Route& route) const;
    void addDeclaredErrors(Object::Ptr operation, Object::Ptr responses) const;
    void addSecurity(Object::Ptr operation, const http::Route& route);
    void addIdentity(Object::Ptr operation, const ApiPart& part, const http::Route& route);
    Object::Ptr components() const;
    Object::Ptr errorCodes() const;

    const ApiInfo& info_;
    ErrorCatalogue catalogue_;
    ApiSchemas schemas_;
    std::map<std::string, std::string> displays_;  // By shape: the spelling of the first route.
    std::map<std::string, std::map<std::string, Object::Ptr>> paths_;  // By display and method.
    std::map<std::string, std::string> tags_;                          // With their descriptions.
    std::set<std::string> scopes_;
    std::set<std::string> operation_ids_;
};

void Document::add(const ApiPart& part) {
    addErrors(part);
    const ApiSchemas::Renames renames = schemas_.add(part);
    for (const ApiRoute& route : part.routes) {
        if (!route.is_hidden) {
            addOperation(part, route, renames);
        }
    }
}

void Document::addErrors(const ApiPart& part) {
    for (const ErrorEntry& entry : part.errors) {
        if (const auto conflict = catalogue_.add(entry)) {
            throw Error(409, "ERROR_CODE_CLASH", *conflict);
        }
    }
}

void Document::addOperation(const ApiPart& part, const ApiRoute& api_route,
                            const ApiSchemas::Renames& renames) {
    const http::Route& route = *api_route.route;
    Object::Ptr operation = api_route.operation.empty()
                                ? makeObject()
                                : parseObject(api_route.operation, routeName(part, api_route));
    rename(Var(operation), renames);
    const auto& display =
        displays_
            .try_emplace(http::patternShape(route.pattern), http::displayPattern(route.pattern))
            .first->second;
    addIdentity(operation, part, route);
    addParameters(operation, route, display);
    addResponses(operation, route);
    addSecurity(operation, route);
    paths_[display][lowered(http::nameOf(route.method))] = operation;
}

void Document::addIdentity(Object::Ptr operation, const ApiPart& part, const http::Route& route) {
    if (!operation->isArray("tags")) {
        operation->set("tags", makeArray(std::vector{part.name}));
    }
    Array::Ptr tags = operation->getArray("tags");
    for (const Var& tag : *tags) {
        std::string& description = tags_[tag.toString()];
        if (tag.toString() == part.name) {
            description = part.description;
        }
    }
    std::string id = operation->optValue<std::string>("operationId", "");
    if (id.empty() || operation_ids_.contains(id)) {
        id = part.name + "_" + lowered(http::nameOf(route.method));
        for (const http::PatternSegment& segment : http::parsePattern(route.pattern)) {
            id.append("_").append(segment.text);
        }
        std::replace_if(
            id.begin(), id.end(), [](char c) { return c == '-' || c == '.' || c == '~'; }, '_');
    }
    operation_ids_.insert(id);
    operation->set("operationId", id);
}

void Document::addParameters(Object::Ptr operation, const http::Route& route,
                             const std::string& display) const {
    const std::vector<http::PatternSegment> own = http::patternParams(route.pattern);
    const std::vector<http::PatternSegment> shown = http::patternParams(display);
    Array::Ptr given = operation->getArray("parameters");
    Array::Ptr all = new Array;
    for (std::size_t i = 0; i < own.size(); ++i) {
        Object::Ptr parameter;
        for (std::size_t j = 0; given && j < given->size(); ++j) {
            Object::Ptr each = given->getObject(static_cast<unsigned>(j));
            if (each && each->optValue<std::string>("in", "") == "path" &&
                each->optValue<std::string>("name", "") == own[i].text) {
                parameter = each;
            }
        }
        if (!parameter) {
            parameter = makeObject("name", "");
            parameter->set("in", "path");
            parameter->set("schema", paramSchema(own[i].type));
        }
        parameter->set("name", std::string(shown[i].text));
        parameter->set("required", true);
        all->add(parameter);
    }
    for (std::size_t j = 0; given && j < given->size(); ++j) {
        Object::Ptr each = given->getObject(static_cast<unsigned>(j));
        if (each && each->optValue<std::string>("in", "") != "path") {
            all->add(each);
        }
    }
    if (all->size() > 0) {
        operation->set("parameters", all);
    }
}

void Document::addResponses(Object::Ptr operation, const http::Route& route) const {
    Object::Ptr given = operation->getObject("responses");
    Object::Ptr responses = given ? given : makeObject();
    const std::vector<std::string> statuses = responses->getNames();
    const bool has_success = std::any_of(statuses.begin(), statuses.end(), [](const auto& status) {
        return status.starts_with('2') || status.starts_with('3') || status == "default";
    });
    if (!has_success) {
        responses->set("200", makeObject("description", "OK"));
    }
    addDeclaredErrors(operation, responses);
    const bool has_params = operation->isArray("parameters");
    for (const CommonResponse& common : kCommonResponses) {
        const std::string status = std::to_string(common.status);
        if (isGivenBy(route, has_params, common.status) && !responses->has(status)) {
            const std::string reference = std::string("#/components/responses/") + common.name;
            responses->set(status, makeObject("$ref", reference));
        }
    }
    operation->set("responses", responses);
}

void Document::addDeclaredErrors(Object::Ptr operation, Object::Ptr responses) const {
    Array::Ptr codes = operation->getArray("x-error-codes");
    if (!codes) {
        return;
    }
    std::map<int, std::string> descriptions;
    for (const Var& code : *codes) {
        const ErrorEntry* entry = catalogue_.find(code.toString());
        if (entry != nullptr) {
            std::string& text = descriptions[entry->status];
            text.append(text.empty() ? "" : "; ").append(entry->code + ": " + entry->message);
        }
    }
    for (const auto& [status, description] : descriptions) {
        if (!responses->has(std::to_string(status))) {
            responses->set(std::to_string(status), errorResponse(description));
        }
    }
}

void Document::addSecurity(Object::Ptr operation, const http::Route& route) {
    Array::Ptr security = new Array;
    if (http::needsUser(route)) {
        scopes_.insert(route.scopes.begin(), route.scopes.end());
        Array::Ptr none = new Array;
        security->add(makeObject("bearer", none));
        security->add(makeObject("password", makeArray(route.scopes)));
    }
    operation->set("security", security);  // Empty = public.
    if (!route.roles.empty()) {
        operation->set("x-required-roles", makeArray(route.roles));
    }
}

Object::Ptr Document::components() const {
    Object::Ptr responses = makeObject();
    for (const CommonResponse& common : kCommonResponses) {
        responses->set(common.name, errorResponse(std::string(standardMessage(common.status))));
    }
    Object::Ptr scopes = makeObject();
    for (const std::string& scope : scopes_) {
        scopes->set(scope, "");
    }
    Object::Ptr flow = makeObject("tokenUrl", info_.token_url);
    flow->set("scopes", scopes);
    Object::Ptr password = makeObject("type", "oauth2");
    password->set("flows", makeObject("password", flow));
    Object::Ptr bearer = makeObject("type", "http");
    bearer->set("scheme", "bearer");
    bearer->set("bearerFormat", "JWT");
    Object::Ptr schemes = makeObject("bearer", bearer);
    schemes->set("password", password);

    Object::Ptr components = makeObject("schemas", schemas_.json());
    components->set("responses", responses);
    components->set("securitySchemes", schemes);
    return components;
}

Object::Ptr Document::errorCodes() const {
    Object::Ptr codes = makeObject();
    for (const auto& [code, entry] : catalogue_.entries()) {
        Object::Ptr shown = makeObject("status", entry.status);
        shown->set("message", entry.message);
        shown->set("owner", entry.owner);
        codes->set(code, shown);
    }
    return codes;
}

std::string Document::text() const {
    Object::Ptr info = makeObject("title", info_.title);
    info->set("version", info_.version);
    if (!info_.description.empty()) {
        info->set("description", info_.description);
    }
    Array::Ptr servers = new Array;
    servers->add(makeObject("url", info_.server_url));
    Array::Ptr tags = new Array;
    for (const auto& [tag, description] : tags_) {
        Object::Ptr object = makeObject("name", tag);
        if (!description.empty()) {
            object->set("description", description);
        }
        tags->add(object);
    }
    Object::Ptr paths = makeObject();
    for (const auto& [display, operations] : paths_) {
        Object::Ptr item = makeObject();
        for (const auto& [method, operation] : operations) {
            item->set(method, operation);
        }
        paths->set(display, item);
    }
    Object::Ptr document = makeObject("openapi", "3.1.0");
    document->set("info", info);
    document->set("servers", servers);
    document->set("tags", tags);
    document->set("paths", paths);
    document->set("components", components());
    document->set("x-error-codes", errorCodes());
    return textOf(document);
}

}  // namespace

std::string openApiDocument(const ApiInfo& info, std::span<const ApiPart> parts) {
    Document document(info);
    for (const ApiPart& part : parts) {
        document.add(part);
    }
    return document.text();
}

}  // namespace mortise::api
