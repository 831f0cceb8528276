// HostInstance, HostBinding, Publisher: what this folder needs from the folders above it.
//
// The life of a generation knows nothing of HTTP, databases or settings; bridge implements these classes, app hands them in.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/declare.h"
#include "plugin/report.hpp"

namespace mortise::plugin {

class Generation;
class Ledger;
struct Manifest;
struct Migration;

/// The host as one generation sees it. Made before open(); destroyed after destroy() returned and nothing pins the generation,
/// while the library is still mapped.
class HostInstance {
public:
    virtual ~HostInstance() = default;

    /// First argument of open(); its tables answer until the instance is destroyed.
    virtual const mortise_host* host() const noexcept = 0;
    /// Arguments of declare(): the functions forward to the generation's ledger().
    virtual const mortise_declare* declareTable() const noexcept = 0;
    virtual mortise_declaration* declaration() noexcept = 0;

    /// The generation was published and is Active: what only one that serves runs begins now. Again after it was parked.
    virtual void onActive() noexcept = 0;
    /// The drain deadline passed: every unit of work of this generation answers CANCELLED from now on, waits inside the host end.
    virtual void cancel() noexcept = 0;
    /// There is no way back from cancel(): a generation for which this is true must not serve again.
    virtual bool isCancelled() const noexcept = 0;
    /// Called between stop() and destroy(): cancels timers and subscriptions the plugin forgot; nothing starts any more and
    /// functions that start something answer STALE.
    virtual void close() noexcept = 0;
    /// What still keeps the generation from being destroyed, one sentence each: "thread \"notes-sync\" still runs". Waits a
    /// little (bounded) for queues that hold its records.
    virtual std::vector<std::string> holdings() = 0;
};

class HostBinding {
public:
    enum class Purpose : std::uint8_t {
        Serve,  ///< In the running host.
        Probe,  ///< In the probe child or offline: no database, no threads; tables exist and answer UNAVAILABLE.
    };

    virtual ~HostBinding() = default;

    virtual std::unique_ptr<HostInstance> makeInstance(Generation& generation, Purpose purpose) = 0;

    /// Size in bytes of the table of an interface, nullopt when this host does not offer it.
    virtual std::optional<std::uint32_t> interfaceSize(std::string_view interface_id) const = 0;
    /// Problems of the plugin's settings against the configuration, one sentence each. Makes them known to makeInstance() too.
    virtual std::vector<std::string> settingProblems(const Manifest& manifest) = 0;
    /// Why the database does not fit `schema_min .. schema_max` and `schema_needs`; empty when it does or cannot be asked now.
    virtual std::vector<std::string> schemaProblems(const Manifest& manifest) = 0;
    /// What is wrong with the migrations the file carries: names, numbers, range.
    virtual std::vector<std::string> migrationProblems(
        const Manifest& manifest, const std::vector<Migration>& migrations) = 0;
    /// Why the operator does not allow a grant the manifest asks for.
    virtual std::vector<std::string> grantProblems(const Manifest& manifest) = 0;
};

/// A plugin that is wanted but does not serve. Its routes answer 503 with Retry-After.
struct Degradation {
    std::string plugin;
    std::string version;
    /// Step it failed in and why.
    std::string step;
    std::string code;
    std::string reason;
    /// True when prepare() said UNAVAILABLE: retryDegraded() tries again.
    bool is_retriable = false;
    std::uint32_t attempt_count = 0;
    /// Routes to answer for when there is no ledger.
    std::vector<std::string> route_grants;
    /// Declared but not prepared: its ledger may be published as unavailable; never call it. nullptr when it did not get there.
    std::shared_ptr<Generation> generation;
};

/// All that is published at once.
struct ActiveSet {
    /// In dependency order.
    std::vector<std::shared_ptr<Generation>> serving;
    std::vector<Degradation> degraded;
};

class Publisher {
public:
    virtual ~Publisher() = default;

    /// What the ledgers cannot own together, or not beside the host's own routes and codes. Empty means that publish() of the
    /// same ledgers succeeds. Use ledgerClashes().
    virtual std::vector<Clash> judge(const std::vector<const Ledger*>& ledgers) = 0;

    /// Replaces the table of routes, operations and job types in one atomic step, then waits for the grace period. True: no
    /// thread can find anything of the previous table any more, who found something before holds a pin. False: published, but
    /// the grace period did not end in time. Throws when nothing was published.
    virtual bool publish(const ActiveSet& next) = 0;
};

}  // namespace mortise::plugin
