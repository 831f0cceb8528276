#include "http/router.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/strings.hpp"

namespace mortise::http {

namespace {

constexpr std::size_t kMethodCount = static_cast<std::size_t>(Method::Other);

std::size_t indexOf(Method method) noexcept {
    return static_cast<std::size_t>(method);
}

/// "GET /users/{id} of plugin users", for messages about routes.
std::string describe(const Route& route) {
    return std::string(nameOf(route.method)) + " " + route.pattern + " of plugin " + route.plugin;
}

}  // namespace

std::string MethodSet::allowValue() const {
    MethodSet shown = *this;
    shown.add(Method::Options);
    if (has(Method::Get)) {
        shown.add(Method::Head);
    }
    std::string out;
    for (std::size_t i = 0; i < kMethodCount; ++i) {
        const auto method = static_cast<Method>(i);
        if (shown.has(method)) {
            out.append(out.empty() ? "" : ", ").append(nameOf(method));
        }
    }
    return out;
}

struct RouteTable::Endpoint {
    const Route* route = nullptr;
    std::vector<std::string_view> names;  // Borrowed from the route's pattern.
    std::array<ParamType, limits::kPathParamCountMax> types{};
};

struct RouteTable::Node {
    struct Child {
        std::string label;
        std::unique_ptr<Node> node;
    };

    std::vector<Child> literals;  // Sorted by label.
    std::unique_ptr<Node> param;
    std::array<std::unique_ptr<Endpoint>, kMethodCount> endpoints;
    MethodSet methods;

    const Node* literal(std::string_view label) const noexcept {
        const auto at = std::lower_bound(
            literals.begin(), literals.end(), label,
            [](const Child& child, std::string_view text) { return child.label < text; });
        return at != literals.end() && at->label == label ? at->node.get() : nullptr;
    }

    Node& childOf(const PatternSegment& segment) {
        if (segment.is_param) {
            if (!param) {
                param = std::make_unique<Node>();
            }
            return *param;
        }
        const auto at = std::lower_bound(
            literals.begin(), literals.end(), segment.text,
            [](const Child& child, std::string_view text) { return child.label < text; });
        if (at != literals.end() && at->label == segment.text) {
            return *at->node;
        }
        return *literals.insert(at, {std::string(segment.text), std::make_unique<Node>()})->node;
    }

    const Endpoint* endpoint(Method method) const noexcept {
        if (method == Method::Other) {
            return nullptr;
        }
        const Endpoint* own = endpoints[indexOf(method)].get();
        return own == nullptr && method == Method::Head ? endpoints[indexOf(Method::Get)].get()
                                                        : own;
    }
};

/// One look-up on its way through the tree.
struct RouteTable::Search {
    Method method;
    std::array<std::string_view, limits::kPathParamCountMax> values{};
    std::size_t value_count = 0;
    MethodSet allowed{};
    const Endpoint* found = nullptr;
};

RouteTable::RouteTable(std::span<const Route* const> routes)
    : routes_(routes.begin(), routes.end()), root_(std::make_unique<Node>()) {
    const std::vector<std::string> faults = insertAll(*root_, routes);
    if (!faults.empty()) {
        throw Error(409, "ROUTE_CLASH", "could not build the route table: " + joined(faults, "; "));
    }
}

RouteTable::~RouteTable() = default;

std::vector<std::string> RouteTable::faultsOf(std::span<const Route* const> routes) {
    Node root;
    return insertAll(root, routes);
}

std::vector<std::string> RouteTable::insertAll(Node& root, std::span<const Route* const> routes) {
    std::vector<std::string> faults;
    if (routes.size() > limits::kRouteCountMax) {
        faults.push_back("more than " + std::to_string(limits::kRouteCountMax) + " routes");
    }
    for (const Route* route : routes) {
        insert(root, *route, faults);
    }
    return faults;
}

void RouteTable::insert(Node& root, const Route& route, std::vector<std::string>& faults) {
    if (route.method == Method::Other) {
        faults.push_back(describe(route) + " has a method that cannot be routed");
        return;
    }
    auto endpoint = std::make_unique<Endpoint>();
    endpoint->route = &route;
    Node* node = &root;
    try {
        for (const PatternSegment& segment : parsePattern(route.pattern)) {
            if (segment.is_param) {
                endpoint->types[endpoint->names.size()] = segment.type;
                endpoint->names.push_back(segment.text);
            }
            node = &node->childOf(segment);
        }
    } catch (const Error& error) {
        faults.push_back(describe(route) + ": " + error.what());
        return;
    }
    std::unique_ptr<Endpoint>& place = node->endpoints[indexOf(route.method)];
    if (place) {
        faults.push_back(describe(route) + " clashes with " + describe(*place->route));
        return;
    }
    place = std::move(endpoint);
    node->methods.add(route.method);
}

RouteMatch RouteTable::find(Method method, std::string_view path, std::vector<Pair>& params) const {
    params.clear();
    RouteMatch match;
    if (!path.starts_with('/')) {
        return match;
    }
    Search search{.method = method};
    walk(*root_, path, search);
    match.allowed = search.allowed;
    if (search.found == nullptr) {
        return match;
    }
    match.route = search.found->route;
    match.param_types = search.found->types;
    match.param_count = search.value_count;
    for (std::size_t i = 0; i < search.value_count; ++i) {
        params.push_back({search.found->names[i], search.values[i]});
    }
    return match;
}

bool RouteTable::walk(const Node& node, std::string_view rest, Search& search) {
    if (rest.size() <= 1) {  // The end, or one trailing slash, which means nothing.
        search.allowed.add(node.methods);
        search.found = node.endpoint(search.method);
        return search.found != nullptr;
    }
    const std::size_t end = std::min(rest.find('/', 1), rest.size());
    const std::string_view segment = rest.substr(1, end - 1);
    rest.remove_prefix(end);
    const Node* literal = node.literal(segment);
    if (literal != nullptr && walk(*literal, rest, search)) {
        return true;
    }
    if (!node.param || segment.empty()) {
        return false;
    }
    search.values[search.value_count++] = segment;
    if (walk(*node.param, rest, search)) {
        return true;
    }
    --search.value_count;
    return false;
}

}  // namespace mortise::http
