#include "metrics/registry.hpp"

#include <algorithm>
#include <utility>

namespace mortise::metrics {

std::shared_ptr<Family> Registry::acquire(const Spec& spec) {
    const std::lock_guard lock(mutex_);
    auto& known = families_[spec.name];
    std::erase_if(known, [](const Known& each) { return each.family.expired(); });
    for (const auto& each : known) {
        if (auto family = each.family.lock(); family && family->spec() == spec) {
            return family;
        }
    }
    auto made = std::make_shared<Family>(spec);
    known.insert(known.begin(), {made, false});  // Behind those that are shown.
    return made;
}

void Registry::show(const std::shared_ptr<Family>& family) {
    const std::lock_guard lock(mutex_);
    auto& known = families_[family->spec().name];
    const auto found = std::find_if(known.begin(), known.end(), [&](const Known& each) {
        return each.family.lock() == family;
    });
    if (found != known.end()) {
        found->is_shown = true;
        std::rotate(found, found + 1, known.end());
    }
}

void Registry::collect(Collector collector) {
    const std::lock_guard lock(mutex_);
    collectors_.push_back(std::move(collector));
}

std::string Registry::exposition() {
    std::vector<std::shared_ptr<Family>> shown;
    std::vector<Collector> collectors;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = families_.begin(); at != families_.end();) {
            std::erase_if(at->second, [](const Known& each) { return each.family.expired(); });
            if (at->second.empty()) {
                at = families_.erase(at);
                continue;
            }
            const Known& newest = at->second.back();
            if (auto family = newest.family.lock(); family && newest.is_shown) {
                shown.push_back(std::move(family));
            }
            ++at;
        }
        collectors = collectors_;
    }
    // Outside of the lock: collectors ask other parts of the host, which have locks of their own.
    Exposition out;
    for (const auto& family : shown) {
        out.add(*family);
    }
    for (const Collector& collector : collectors) {
        collector(out);
    }
    out.begin("mortise_metrics_dropped_total", Kind::Counter,
              "Updates that named no metric, no series or no number");
    out.sample(static_cast<double>(dropped_.load(std::memory_order_relaxed)));
    return out.take();
}

}  // namespace mortise::metrics
