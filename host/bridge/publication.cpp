#include "bridge/publication.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/error.hpp"
#include "bridge/declared_api.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/unavailable_routes.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "plugin/generation.hpp"
#include "plugin/ledger.hpp"

namespace mortise::bridge {
namespace {

/// Hash and equality that take views, so that a look-up allocates nothing.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>()(text);
    }
};

template <typename Declared>
struct Entry {
    HostInstance* instance = nullptr;  // nullptr: its plugin is degraded.
    const Declared* declared = nullptr;
};
template <typename Declared>
using Entries = std::unordered_map<std::string, Entry<Declared>, TextHash, std::equal_to<>>;

HostInstance& instanceOf(plugin::Generation& generation) noexcept {
    // The binding of this folder makes all instances, so the type is known.
    return static_cast<HostInstance&>(generation.instance());
}

}  // namespace

struct Publication::Snapshot {
    std::unique_ptr<http::RouteTable> routes;
    Entries<plugin::DeclaredOperation> operations;
    Entries<plugin::DeclaredJobType> job_types;
    // Keeps what the pointers above lead to.
    std::vector<std::shared_ptr<plugin::Generation>> generations;
};

Provider::Provider(HostInstance& instance) noexcept : instance_(&instance) {
    instance.generation().pin();
}

Provider::Provider(Provider&& other) noexcept
    : instance_(std::exchange(other.instance_, nullptr)) {}

Provider& Provider::operator=(Provider&& other) noexcept {
    std::swap(instance_, other.instance_);
    return *this;
}

Provider::~Provider() {
    if (instance_ != nullptr) {
        instance_->generation().unpin();
    }
}

Publication::Publication(log::Log& log) : log_(log) {}

Publication::~Publication() = default;

void Publication::setHostRoutes(std::vector<const http::Route*> routes, api::ApiPart part,
                                api::ApiInfo info) {
    host_routes_ = std::move(routes);
    host_part_ = std::move(part);
    info_ = std::move(info);
}

std::vector<plugin::Clash> Publication::judge(const std::vector<const plugin::Ledger*>& ledgers) {
    return clashesOf(ledgers, host_routes_);
}

std::vector<plugin::Clash> clashesOf(const std::vector<const plugin::Ledger*>& ledgers,
                                     std::vector<const http::Route*> routes) {
    std::vector<plugin::Clash> clashes = plugin::ledgerClashes(ledgers);
    api::ErrorCatalogue catalogue;
    std::deque<DeclaredApi> declared;
    for (const plugin::Ledger* ledger : ledgers) {
        const DeclaredApi& own = declared.emplace_back(*ledger);
        for (const std::string& fault : api::faultsOf(own.part())) {
            clashes.push_back({"openapi", fault, ledger->plugin(), ledger->plugin(), fault});
        }
        for (const api::ErrorEntry& entry : own.part().errors) {
            if (const auto conflict = catalogue.add(entry)) {
                clashes.push_back({"error_code", entry.code, "host", ledger->plugin(), *conflict});
            }
        }
        routes.insert(routes.end(), own.routes().begin(), own.routes().end());
    }
    if (clashes.empty()) {
        for (const std::string& fault : http::RouteTable::faultsOf(routes)) {
            clashes.push_back({"route", fault, "host", "", fault});
        }
    }
    return clashes;
}

void Publication::addServing(Snapshot& snapshot,
                             const std::shared_ptr<plugin::Generation>& generation,
                             std::vector<const http::Route*>& routes,
                             std::vector<api::ApiPart>& parts) {
    HostInstance& instance = instanceOf(*generation);
    const plugin::Ledger& ledger = generation->ledger();
    const auto& own = instance.routes();
    routes.insert(routes.end(), own.begin(), own.end());
    parts.push_back(apiPart(ledger, own));
    parts.back().description = generation->manifest().description;
    for (const plugin::DeclaredOperation& operation : ledger.operations()) {
        snapshot.operations[operation.name] = {&instance, &operation};
    }
    for (const plugin::DeclaredJobType& type : ledger.jobTypes()) {
        snapshot.job_types[type.name] = {&instance, &type};
    }
    snapshot.generations.push_back(generation);
}

void Publication::addDegraded(Snapshot& snapshot, const plugin::Degradation& degradation,
                              std::vector<const http::Route*>& routes) {
    std::string key = degradation.plugin + (degradation.generation ? " declared" : " granted");
    std::vector<http::Route> declared;
    if (degradation.generation) {
        const plugin::Ledger& ledger = degradation.generation->ledger();
        const DeclaredApi api(ledger);
        declared.assign(api.storage().begin(), api.storage().end());
        for (const http::Route& route : declared) {
            key += "\n" + std::string(http::nameOf(route.method)) + " " + route.pattern;
        }
        for (const plugin::DeclaredOperation& operation : ledger.operations()) {
            snapshot.operations[operation.name] = {};
        }
        for (const plugin::DeclaredJobType& type : ledger.jobTypes()) {
            snapshot.job_types[type.name] = {};
        }
        snapshot.generations.push_back(degradation.generation);
    }
    std::shared_ptr<UnavailableRoutes>& kept = unavailable_[key];
    if (!kept) {
        kept = degradation.generation ? std::make_shared<UnavailableRoutes>(std::move(declared))
                                      : std::make_shared<UnavailableRoutes>(
                                            degradation.plugin, degradation.route_grants);
    }
    routes.insert(routes.end(), kept->routes().begin(), kept->routes().end());
}

std::unique_ptr<Publication::Snapshot> Publication::build(const plugin::ActiveSet& next) {
    auto snapshot = std::make_unique<Snapshot>();
    std::vector<const http::Route*> routes = host_routes_;
    std::vector<api::ApiPart> parts{host_part_};
    for (const auto& generation : next.serving) {
        addServing(*snapshot, generation, routes, parts);
    }
    for (const plugin::Degradation& degradation : next.degraded) {
        addDegraded(*snapshot, degradation, routes);
    }
    snapshot->routes = std::make_unique<http::RouteTable>(routes);
    auto document = std::make_shared<const std::string>(api::openApiDocument(info_, parts));
    api::ErrorCatalogue catalogue;
    for (const api::ApiPart& part : parts) {
        for (const api::ErrorEntry& entry : part.errors) {
            // judge() has refused conflicts; the host's own codes are there already.
            static_cast<void>(catalogue.add(entry));
        }
    }
    const std::lock_guard lock(document_mutex_);
    document_ = std::move(document);
    catalogue_ = std::move(catalogue);
    return snapshot;
}

bool Publication::publish(const plugin::ActiveSet& next) {
    std::unique_ptr<const Snapshot> previous = published_.exchange(build(next));
    const bool is_over =
        epoch_.synchronize(std::chrono::steady_clock::now() + limits::kGraceDeadline);
    if (!is_over) {
        // Somebody may still read it, so its memory is given up on purpose.
        log_.critical("plugin.grace_period_missed",
                      {{"deadline_ms", limits::kGraceDeadline.count()}});
        [[maybe_unused]] const Snapshot* abandoned = previous.release();
    }
    return is_over;
}

const http::RouteTable* Publication::current() const noexcept {
    const Snapshot* snapshot = published_.read();
    return snapshot == nullptr ? nullptr : snapshot->routes.get();
}

template <typename Declared, typename Table>
Found<Declared> Publication::find(Table Snapshot::*entries, std::string_view name) {
    const run::Epoch::Section section(epoch_);
    const Snapshot* snapshot = published_.read();
    if (snapshot == nullptr) {
        return {};
    }
    const auto found = (snapshot->*entries).find(name);
    if (found == (snapshot->*entries).end()) {
        return {};
    }
    if (found->second.instance == nullptr) {
        return {Provider(), nullptr, true};
    }
    return {Provider(*found->second.instance), found->second.declared, false};
}

FoundOperation Publication::findOperation(std::string_view name) {
    return find<plugin::DeclaredOperation>(&Snapshot::operations, name);
}

FoundJobType Publication::findJobType(std::string_view name) {
    return find<plugin::DeclaredJobType>(&Snapshot::job_types, name);
}

void Publication::visitJobTypes(const JobTypeVisit& visit) {
    std::vector<std::pair<Provider, const plugin::DeclaredJobType*>> types;
    {
        const run::Epoch::Section section(epoch_);
        const Snapshot* snapshot = published_.read();
        if (snapshot == nullptr) {
            return;
        }
        types.reserve(snapshot->job_types.size());
        for (const auto& [name, entry] : snapshot->job_types) {
            if (entry.instance != nullptr) {
                types.emplace_back(Provider(*entry.instance), entry.declared);
            }
        }
    }
    std::vector<std::size_t> order(types.size());
    for (std::size_t at = 0; at < order.size(); ++at) {
        order[at] = at;
    }
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
        return types[left].second->name < types[right].second->name;
    });
    for (const std::size_t at : order) {
        visit(*types[at].second, types[at].first.instance().pluginName());
    }
}

std::shared_ptr<const std::string> Publication::openApi() const {
    const std::lock_guard lock(document_mutex_);
    return document_;
}

const char* Publication::intern(const std::string& text) {
    const std::lock_guard lock(names_mutex_);
    return names_.insert(text).first->c_str();
}

std::string Publication::errorText(std::string_view code) const {
    const std::lock_guard lock(document_mutex_);
    const api::ErrorEntry* entry = catalogue_.find(code);
    return entry == nullptr ? std::string() : entry->message;
}

}  // namespace mortise::bridge
