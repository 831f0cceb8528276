// ApiPart: what one plugin (or the host) contributes to the API document, and what is wrong with it alone.
#pragma once

#include <string>
#include <string_view>
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

/// The names of its pieces in messages.
std::string routeName(const ApiPart& part, const ApiRoute& route);
std::string schemaName(const ApiPart& part, std::string_view schema);

/// What is wrong with one part alone, to refuse a plugin at load instead of losing the document later. Empty = nothing.
std::vector<std::string> faultsOf(const ApiPart& part);

}  // namespace mortise::api
