// Publication: the one table of routes, operations and job types that everybody dispatches by, and its atomic replacement.
//
// Problem: a request must find its route, an operation its provider and a job its handler in one consistent state of the host,
//          while plugins come and go, and finding must cost next to nothing.
// Choice:  an immutable Snapshot behind one pointer (run::Published). A look-up and the pin of what it found happen inside one
//          read section; a publish builds the next snapshot aside, exchanges the pointer and waits for the grace period.
// Guarantee: when publish() returned true nobody can find anything of the previous snapshot; who found something holds a pin.
//
// Routes are owned by the instances (bridge/host_instance.hpp), which live as long as anything pins their generation, so a
// request may outlive the snapshot it was found in.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/openapi.hpp"
#include "http/router.hpp"
#include "plugin/binding.hpp"
#include "run/epoch.hpp"

namespace mortise::log {
class Log;
}
namespace mortise::plugin {
struct DeclaredJobType;
struct DeclaredOperation;
}  // namespace mortise::plugin

namespace mortise::bridge {

class HostInstance;
class UnavailableRoutes;

/// A provider found and pinned. Gives the pin back when destroyed; the instance is valid as long as it is set.
class Provider {
public:
    Provider() noexcept = default;
    explicit Provider(HostInstance& instance) noexcept;
    Provider(Provider&& other) noexcept;
    Provider& operator=(Provider&& other) noexcept;
    ~Provider();

    explicit operator bool() const noexcept { return instance_ != nullptr; }
    HostInstance& instance() const noexcept { return *instance_; }

private:
    HostInstance* instance_ = nullptr;
};

/// What a look-up found; `provider` is unset when nothing was, or nothing that serves.
template <typename Declared>
struct Found {
    Provider provider;
    const Declared* declared = nullptr;  ///< Valid while the provider is pinned.
    /// Known, but its plugin is degraded.
    bool is_unavailable = false;
};
using FoundOperation = Found<plugin::DeclaredOperation>;
using FoundJobType = Found<plugin::DeclaredJobType>;

/// What the ledgers cannot own together, or not beside these routes and the codes of the host.
std::vector<plugin::Clash> clashesOf(const std::vector<const plugin::Ledger*>& ledgers,
                                     std::vector<const http::Route*> host_routes);

class Publication final : public plugin::Publisher, public http::TableSource {
public:
    explicit Publication(log::Log& log);
    ~Publication() override;

    /// The host's own routes, for every snapshot from now on; borrowed, they outlive this object.
    void setHostRoutes(std::vector<const http::Route*> routes, api::ApiPart part,
                       api::ApiInfo info);

    // plugin::Publisher
    std::vector<plugin::Clash> judge(const std::vector<const plugin::Ledger*>& ledgers) override;
    bool publish(const plugin::ActiveSet& next) override;

    // http::TableSource
    run::Epoch& epoch() noexcept override { return epoch_; }
    const http::RouteTable* current() const noexcept override;

    /// Any thread.
    FoundOperation findOperation(std::string_view name);
    FoundJobType findJobType(std::string_view name);
    using JobTypeVisit = std::function<void(const plugin::DeclaredJobType&, std::string_view)>;
    /// In order of name, outside the read section; the types' plugins are pinned meanwhile.
    void visitJobTypes(const JobTypeVisit& visit);
    /// The OpenAPI document of the current snapshot.
    std::shared_ptr<const std::string> openApi() const;
    /// A copy of `text` that lives as long as this object; the same text gives the same copy. Control threads.
    const char* intern(const std::string& text);
    /// Standard text of a declared code, empty when unknown.
    std::string errorText(std::string_view code) const;

private:
    struct Snapshot;
    template <typename Declared, typename Table>
    Found<Declared> find(Table Snapshot::*entries, std::string_view name);
    std::unique_ptr<Snapshot> build(const plugin::ActiveSet& next);
    void addServing(Snapshot& snapshot, const std::shared_ptr<plugin::Generation>& generation,
                    std::vector<const http::Route*>& routes, std::vector<api::ApiPart>& parts);
    void addDegraded(Snapshot& snapshot, const plugin::Degradation& degradation,
                     std::vector<const http::Route*>& routes);

    log::Log& log_;
    run::Epoch epoch_;
    run::Published<Snapshot> published_{epoch_};
    std::vector<const http::Route*> host_routes_;
    api::ApiPart host_part_;
    api::ApiInfo info_;
    // What answers for degraded plugins: kept until the end, since a request may still name one of its routes. One set per
    // distinct plugin and pattern list, so repeated failures do not grow it.
    std::map<std::string, std::shared_ptr<UnavailableRoutes>> unavailable_;
    std::mutex names_mutex_;  // Guards names_, whose elements never move.
    std::set<std::string> names_;
    mutable std::mutex
        document_mutex_;  // Guards document_ and catalogue_, which are replaced at each publish.
    std::shared_ptr<const std::string> document_;
    api::ErrorCatalogue catalogue_;
};

}  // namespace mortise::bridge
