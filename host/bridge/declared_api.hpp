// DeclaredApi: a ledger as routes and as part of the API document, without targets: for judging a plugin before it serves and for
// the document of plugins that only lie on disk.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "api/openapi.hpp"
#include "http/route.hpp"

namespace mortise::plugin {
class Ledger;
}

namespace mortise::bridge {

/// `routes` stand in the order of the ledger.
api::ApiPart apiPart(const plugin::Ledger& ledger, std::span<const http::Route* const> routes);

class DeclaredApi {
public:
    explicit DeclaredApi(const plugin::Ledger& ledger);
    DeclaredApi(const DeclaredApi&) = delete;
    DeclaredApi& operator=(const DeclaredApi&) = delete;

    const std::deque<http::Route>& storage() const noexcept { return storage_; }
    const std::vector<const http::Route*>& routes() const noexcept { return routes_; }
    /// Borrows the routes of this object.
    const api::ApiPart& part() const noexcept { return part_; }

private:
    std::deque<http::Route> storage_;
    std::vector<const http::Route*> routes_;
    api::ApiPart part_;
};

}  // namespace mortise::bridge
