#include "plugin/registry.hpp"

#include "base/json_text.hpp"

#include <algorithm>

namespace mortise::plugin {
namespace {

GenerationStatus statusOf(const Generation& generation) {
    GenerationStatus status;
    status.number = generation.number();
    status.version = generation.version();
    status.sha256 = generation.origin().sha256;
    status.state = stateName(generation.state());
    status.pin_count = generation.pinCount();
    status.state_age = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - generation.stateSince());
    status.reasons = generation.reasons();
    return status;
}

void appendGeneration(std::string& out, const GenerationStatus& status) {
    out += "{\"number\":" + std::to_string(status.number) + ",\"version\":";
    appendJsonString(out, status.version);
    out += ",\"sha256\":";
    appendJsonString(out, status.sha256);
    out += ",\"state\":";
    appendJsonString(out, status.state);
    out += ",\"in_flight\":" + std::to_string(status.pin_count);
    out += ",\"state_age_ms\":" + std::to_string(status.state_age.count()) + ",\"reasons\":[";
    for (const auto& reason : status.reasons) {
        out += out.back() == '[' ? "" : ",";
        appendJsonString(out, reason);
    }
    out += "]}";
}

void appendDegradation(std::string& out, const Degradation& degraded) {
    out += "{\"version\":";
    appendJsonString(out, degraded.version);
    out += ",\"step\":";
    appendJsonString(out, degraded.step);
    out += ",\"code\":";
    appendJsonString(out, degraded.code);
    out += ",\"reason\":";
    appendJsonString(out, degraded.reason);
    out += std::string(",\"retriable\":") + (degraded.is_retriable ? "true" : "false");
    out += ",\"attempts\":" + std::to_string(degraded.attempt_count) + '}';
}

void appendPlugin(std::string& out, const PluginStatus& plugin) {
    out += "{\"name\":";
    appendJsonString(out, plugin.name);
    out += ",\"state\":";
    appendJsonString(out, plugin.serving ? "active" : plugin.degraded ? "degraded" : "absent");
    for (const auto& [key, generation] :
         {std::pair{"serving", &plugin.serving}, {"parked", &plugin.parked}}) {
        out += std::string(",\"") + key + "\":";
        if (*generation) {
            appendGeneration(out, **generation);
        } else {
            out += "null";
        }
    }
    out += ",\"leaving\":[";
    for (const auto& generation : plugin.leaving) {
        out += out.back() == '[' ? "" : ",";
        appendGeneration(out, generation);
    }
    out += "],\"degraded\":";
    if (plugin.degraded) {
        appendDegradation(out, *plugin.degraded);
    } else {
        out += "null";
    }
    out += '}';
}

}  // namespace

Registry::Entry& Registry::entry(const std::string& name) {
    Entry& entry = entries_[name];
    if (entry.order == 0) {
        entry.order = next_order_++;
    }
    return entry;
}

const Registry::Entry* Registry::find(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
}

std::vector<PluginStatus> Registry::snapshot() const {
    std::lock_guard lock(mutex_);
    std::vector<PluginStatus> plugins;
    for (const auto& [name, entry] : entries_) {
        PluginStatus status;
        status.name = name;
        if (entry.serving) {
            status.serving = statusOf(*entry.serving);
        }
        if (entry.parked) {
            status.parked = statusOf(*entry.parked);
        }
        for (const auto& generation : entry.leaving) {
            status.leaving.push_back(statusOf(*generation));
        }
        status.degraded = entry.degraded;
        plugins.push_back(std::move(status));
    }
    return plugins;
}

std::optional<PluginStatus> Registry::status(const std::string& name) const {
    for (auto& plugin : snapshot()) {
        if (plugin.name == name) {
            return plugin;
        }
    }
    return std::nullopt;
}

std::shared_ptr<Generation> Registry::serving(const std::string& name) const {
    std::lock_guard lock(mutex_);
    const Entry* entry = find(name);
    return entry == nullptr ? nullptr : entry->serving;
}

std::shared_ptr<Generation> Registry::parked(const std::string& name) const {
    std::lock_guard lock(mutex_);
    const Entry* entry = find(name);
    return entry == nullptr ? nullptr : entry->parked;
}

std::optional<Degradation> Registry::degraded(const std::string& name) const {
    std::lock_guard lock(mutex_);
    const Entry* entry = find(name);
    return entry == nullptr ? std::nullopt : entry->degraded;
}

std::vector<Degradation> Registry::allDegraded() const {
    return activeSet().degraded;
}

ActiveSet Registry::activeSet() const {
    std::lock_guard lock(mutex_);
    std::vector<const Entry*> ordered;
    for (const auto& [name, entry] : entries_) {
        ordered.push_back(&entry);
    }
    std::sort(ordered.begin(), ordered.end(),
              [](const Entry* left, const Entry* right) { return left->order < right->order; });
    ActiveSet set;
    for (const Entry* entry : ordered) {
        if (entry->serving) {
            set.serving.push_back(entry->serving);
        } else if (entry->degraded) {
            set.degraded.push_back(*entry->degraded);
        }
    }
    return set;
}

ActiveSet Registry::activeSetWith(const std::string& name,
                                  std::shared_ptr<Generation> generation) const {
    ActiveSet set = activeSet();
    std::erase_if(set.degraded,
                  [&](const Degradation& degraded) { return degraded.plugin == name; });
    const auto place = std::find_if(set.serving.begin(), set.serving.end(),
                                    [&](const auto& serving) { return serving->name() == name; });
    if (place != set.serving.end() && generation) {
        *place = std::move(generation);
    } else if (place != set.serving.end()) {
        set.serving.erase(place);
    } else if (generation) {
        set.serving.push_back(std::move(generation));
    }
    return set;
}

std::vector<Neighbour> Registry::neighbours() const {
    std::vector<Neighbour> neighbours;
    const ActiveSet set = activeSet();
    const auto add = [&](const Generation& generation) {
        neighbours.push_back(
            {generation.name(), generation.manifest().version, generation.manifest().calls});
    };
    for (const auto& generation : set.serving) {
        add(*generation);
    }
    for (const auto& degraded : set.degraded) {
        if (degraded.generation) {
            add(*degraded.generation);
        }
    }
    return neighbours;
}

std::size_t Registry::occupiedCount() const {
    std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [name, entry] : entries_) {
        count += static_cast<std::size_t>(
            std::count_if(entry.leaving.begin(), entry.leaving.end(),
                          [](const auto& generation) { return generation->isOccupied(); }));
        count += entry.serving && entry.serving->isHung() ? 1 : 0;
    }
    return count;
}

void Registry::setServing(const std::string& name, std::shared_ptr<Generation> generation) {
    std::lock_guard lock(mutex_);
    entry(name).serving.swap(
        generation);  // The old one is dropped by the caller's thread, after the lock.
}

void Registry::setParked(const std::string& name, std::shared_ptr<Generation> generation) {
    std::lock_guard lock(mutex_);
    entry(name).parked.swap(generation);
}

void Registry::setDegraded(const Degradation& degradation) {
    std::lock_guard lock(mutex_);
    entry(degradation.plugin).degraded = degradation;
}

void Registry::clearDegraded(const std::string& name) {
    std::lock_guard lock(mutex_);
    entry(name).degraded.reset();
}

void Registry::addLeaving(const std::string& name, std::shared_ptr<Generation> generation) {
    std::lock_guard lock(mutex_);
    entry(name).leaving.push_back(std::move(generation));
}

void Registry::removeLeaving(const std::string& name,
                             const std::shared_ptr<Generation>& generation) {
    std::lock_guard lock(mutex_);
    std::erase(entry(name).leaving, generation);
}

void Registry::forget(const std::string& name) {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(name);
    if (found != entries_.end() && !found->second.serving && !found->second.parked &&
        found->second.leaving.empty() && !found->second.degraded) {
        entries_.erase(found);
    }
}

std::string statusJson(const std::vector<PluginStatus>& plugins) {
    std::string out = "[";
    for (const auto& plugin : plugins) {
        out += out.size() > 1 ? "," : "";
        appendPlugin(out, plugin);
    }
    return out + "]";
}

}  // namespace mortise::plugin
