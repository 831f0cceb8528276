// Registry: which generations of which plugins exist, for the one change in progress and for everybody who wants to look.
//
// Dispatching never asks the registry: requests find their generation in the published table. So a plain mutex is enough here.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plugin/binding.hpp"
#include "plugin/generation.hpp"
#include "plugin/preflight.hpp"

namespace mortise::plugin {

struct GenerationStatus {
    std::uint64_t number = 0;
    std::string version;
    std::string sha256;
    std::string state;
    std::uint64_t pin_count = 0;
    std::chrono::milliseconds state_age{0};
    std::vector<std::string> reasons;
};

struct PluginStatus {
    std::string name;
    std::optional<GenerationStatus> serving;
    std::optional<GenerationStatus> parked;
    /// Draining, retired and stuck ones: mapped, but nothing is sent to them.
    std::vector<GenerationStatus> leaving;
    std::optional<Degradation> degraded;
};

class Registry {
public:
    std::vector<PluginStatus> snapshot() const;
    std::optional<PluginStatus> status(const std::string& name) const;

    std::shared_ptr<Generation> serving(const std::string& name) const;
    std::shared_ptr<Generation> parked(const std::string& name) const;
    std::optional<Degradation> degraded(const std::string& name) const;
    std::vector<Degradation> allDegraded() const;
    /// What should be published now, in the order the plugins came up.
    ActiveSet activeSet() const;
    /// The same with `generation` in the place of what `name` has now; nullptr leaves the plugin out.
    ActiveSet activeSetWith(const std::string& name, std::shared_ptr<Generation> generation) const;
    std::vector<Neighbour> neighbours() const;
    /// Generations the host is still inside of although they left, or that hang. Not 0 after Swap::shutdown(): the threads that
    /// are inside cannot be joined, and the process must end with _exit.
    std::size_t occupiedCount() const;

    // For the one change in progress.
    void setServing(const std::string& name, std::shared_ptr<Generation> generation);
    void setParked(const std::string& name, std::shared_ptr<Generation> generation);
    void setDegraded(const Degradation& degradation);
    void clearDegraded(const std::string& name);
    /// Keeps a generation that left but is, or may be, still mapped.
    void addLeaving(const std::string& name, std::shared_ptr<Generation> generation);
    void removeLeaving(const std::string& name, const std::shared_ptr<Generation>& generation);
    /// Drops the entry when nothing of the plugin is left.
    void forget(const std::string& name);

private:
    struct Entry {
        std::uint64_t order = 0;
        std::shared_ptr<Generation> serving;
        std::shared_ptr<Generation> parked;
        std::vector<std::shared_ptr<Generation>> leaving;
        std::optional<Degradation> degraded;
    };
    Entry& entry(const std::string& name);
    const Entry* find(const std::string& name) const;

    mutable std::mutex mutex_;  // Guards everything below; no call out while it is held.
    std::map<std::string, Entry> entries_;
    std::uint64_t next_order_ = 1;
};

/// JSON array of `snapshot()`.
std::string statusJson(const std::vector<PluginStatus>& plugins);

}  // namespace mortise::plugin
