#include "bridge/declared_api.hpp"

#include "bridge/host_instance.hpp"
#include "plugin/ledger.hpp"

namespace mortise::bridge {

api::ApiPart apiPart(const plugin::Ledger& ledger, std::span<const http::Route* const> routes) {
    api::ApiPart part;
    part.name = ledger.plugin();
    for (std::size_t at = 0; at < routes.size(); ++at) {
        part.routes.push_back({routes[at], ledger.routes()[at].openapi, false});
    }
    for (const plugin::DeclaredSchema& schema : ledger.schemas()) {
        part.schemas.emplace_back(schema.name, schema.schema);
    }
    for (const plugin::DeclaredError& error : ledger.errors()) {
        part.errors.push_back(
            {error.code, static_cast<int>(error.http_status), error.message, ledger.plugin()});
    }
    return part;
}

DeclaredApi::DeclaredApi(const plugin::Ledger& ledger) {
    for (const plugin::DeclaredRoute& declared : ledger.routes()) {
        routes_.push_back(&storage_.emplace_back(routeOf(declared, ledger.plugin())));
    }
    part_ = apiPart(ledger, routes_);
}

}  // namespace mortise::bridge
