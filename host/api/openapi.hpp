// OpenApi: one OpenAPI 3.1 document from what the plugins declared.
//
// A plugin hands over Operation Objects and schemas as JSON text and knows nothing of the others. The host adds what only it
// knows or what must not differ from what it enforces: path parameters and their types, security, roles, the error answers
// every route can give, the catalogue of error codes. Written once per publish, so clarity beats speed; Poco::JSON stays in
// the .cpp files.
//
// An operation may carry `x-error-codes: ["EMAIL_TAKEN"]`: each becomes the answer of its status.
#pragma once

#include <span>
#include <string>

#include "api/api_part.hpp"

namespace mortise::api {

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

}  // namespace mortise::api
