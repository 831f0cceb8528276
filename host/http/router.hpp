// RouteTable: finds the route of a method and a path.
//
// Problem:   every request is looked up, the set of routes changes with every plugin change, and a look-up must not allocate.
// Choice:    an immutable tree by path segment. A node has its literal children, sorted, and at most one parameter child; a
//            literal beats the parameter. It is built once per publish and replaced as a whole (run::Published).
// Guarantee: a look-up visits each node at most once, so no path can make it slow; two routes that could answer the same
//            request never stand in one table.
// Missing on purpose: wildcards, regular expressions, host-based routing.
//
//   /api -> /v1 -> /users            GET, POST
//                    |- /me          GET
//                    `- /{user_id}   GET, PATCH, DELETE      "/users/me" with PATCH goes here: its node has no PATCH
//
// Routes are borrowed: they live in their generation (or in app), which outlives the table and every pin on the target.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/route.hpp"
#include "http/route_pattern.hpp"
#include "limits.hpp"

namespace mortise::run {
class Epoch;
}

namespace mortise::http {

/// A set of methods as bits, for Allow.
class MethodSet {
public:
    void add(Method method) noexcept { bits_ |= bitOf(method); }
    void add(MethodSet other) noexcept { bits_ |= other.bits_; }
    bool has(Method method) const noexcept { return (bits_ & bitOf(method)) != 0; }
    bool isEmpty() const noexcept { return bits_ == 0; }
    /// "GET, HEAD, OPTIONS": what a client may send, HEAD wherever GET is, OPTIONS always.
    std::string allowValue() const;

private:
    static unsigned bitOf(Method method) noexcept { return 1U << static_cast<unsigned>(method); }
    unsigned bits_ = 0;
};

/// What a look-up found. `route` null and `allowed` empty = 404; `route` null and `allowed` set = 405.
struct RouteMatch {
    const Route* route = nullptr;
    MethodSet allowed;
    /// Types of the parameters, in the order of the values; only with a route.
    std::array<ParamType, limits::kPathParamCountMax> param_types{};
    std::size_t param_count = 0;
};

class RouteTable {
public:
    /// Throws mortise::Error (409 ROUTE_CLASH) with all faults, each naming the pattern and both owners.
    explicit RouteTable(std::span<const Route* const> routes);
    ~RouteTable();
    RouteTable(const RouteTable&) = delete;
    RouteTable& operator=(const RouteTable&) = delete;

    /// What stands against building a table of `routes`: malformed patterns, clashes, too many. Empty = nothing. Targets may
    /// be null, so that a plugin's declaration can be judged before it is loaded.
    static std::vector<std::string> faultsOf(std::span<const Route* const> routes);

    /// Looks up a normalised path (uri.hpp). HEAD falls back to GET. `params` is overwritten with the parameters of the match:
    /// names borrowed from the route, values from `path`. Never allocates once `params` has its capacity.
    RouteMatch find(Method method, std::string_view path, std::vector<Pair>& params) const;

    /// All routes, in the order they came.
    std::span<const Route* const> routes() const noexcept { return routes_; }

private:
    struct Node;
    struct Endpoint;
    struct Search;
    static std::vector<std::string> insertAll(Node& root, std::span<const Route* const> routes);
    static void insert(Node& root, const Route& route, std::vector<std::string>& faults);
    static bool walk(const Node& node, std::string_view rest, Search& search);

    std::vector<const Route*> routes_;
    std::unique_ptr<Node> root_;
};

/// Where the pipeline finds the table of the moment. Implemented by bridge over its published snapshot.
class TableSource {
public:
    virtual ~TableSource() = default;
    virtual run::Epoch& epoch() noexcept = 0;
    /// Valid until the surrounding run::Epoch::Section ends; nullptr before the first publish (everything is 503 then).
    virtual const RouteTable* current() const noexcept = 0;
};

}  // namespace mortise::http
