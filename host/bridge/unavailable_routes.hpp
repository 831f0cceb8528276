// UnavailableRoutes: what answers for a plugin that is wanted but does not serve: 503 with Retry-After.
//
// Without it a client would get 404 and believe that the resource is gone.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "http/route.hpp"

namespace mortise::bridge {

class UnavailableRoutes {
public:
    /// For a plugin that declared: exactly its patterns, methods and access.
    explicit UnavailableRoutes(std::vector<http::Route> declared);
    /// For one that did not get there: everything under its granted prefixes, a few segments deep.
    UnavailableRoutes(const std::string& plugin, const std::vector<std::string>& prefixes);
    ~UnavailableRoutes();

    const std::vector<const http::Route*>& routes() const noexcept { return routes_; }

private:
    class Target;
    void add(http::Route route);

    std::unique_ptr<Target> target_;
    std::deque<http::Route> storage_;
    std::vector<const http::Route*> routes_;
};

}  // namespace mortise::bridge
