// OpenApi: one OpenAPI 3.1 document from what the plugins declared.
//
// A plugin hands over Operation Objects and schemas as JSON text and knows nothing of the others. The host adds what only it
// knows or what must not differ from what it enforces: path parameters and their types, security, roles, the error answers
// every route can give, the catalogue of error codes. Written once per publish, so clarity beats speed; Poco::JSON stays in
// the .cpp.
//
// An operation may carry `x-error-codes: ["EMAIL_TAKEN"]`: each becomes the answer of its status. Two plugins with the same
// schema under one name share it; when the schemas differ the later one is renamed `<Plugin><Name>` with all its references.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/error_catalogue.hpp"
#include "http/route.hpp"

namespace mortise::api {

struct ApiRoute {
    /// Pattern, method, access, roles, scopes and body rules are read. Borrowed.
    const http::Route* route = nullptr;
    /// Operation Object as JSON; empty for a route that declares nothing.
    std::string operation;
    /// Not shown (the document itself, the docs page).
    bool is_hidden = false;
};

/// What one plugin (or the host) contributes.
struct ApiPart {
    std::string name;
    std::vector<ApiRoute> routes;
    std::vector<std::pair<std::string, std::string>> schemas;  ///< Name and JSON Schema 2020-12.
    std::vector<ErrorEntry> errors;
    /// One sentence about the tag of the same name; may be empty.
    std::string description;
};

struct ApiInfo {
    std::string title = "My API";
    std::string version = "1.0.0";
    std::string description;
    std::string server_url = "/";
    std::string token_url = "/api/v1/auth/login";
};

/// The document as JSON text; the same input gives the same bytes. Throws mortise::Error (500 OPENAPI_INVALID) naming plugin and
/// route or schema when a part is no JSON object, and as ErrorCatalogue::add() says for codes in conflict.
std::string openApiDocument(const ApiInfo& info, std::span<const ApiPart> parts);

/// What is wrong with one part alone, to refuse a plugin at load instead of losing the document later. Empty = nothing.
std::vector<std::string> faultsOf(const ApiPart& part);

}  // namespace mortise::api
