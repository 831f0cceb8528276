#include "metrics/registry.hpp"

#include <utility>

namespace mortise::metrics {

std::shared_ptr<Family> Registry::acquire(const Spec& spec) {
    const std::lock_guard lock(mutex_);
    auto& known = families_[spec.name];
    std::erase_if(known, [](const auto& each) { return each.expired(); });
    for (const auto& each : known) {
        if (auto family = each.lock(); family && family->spec() == spec) {
            return family;
        }
    }
    auto made = std::make_shared<Family>(spec);
    known.push_back(made);
    return made;
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
            std::erase_if(at->second, [](const auto& each) { return each.expired(); });
            if (at->second.empty()) {
                at = families_.erase(at);
                continue;
            }
            if (auto newest = at->second.back().lock()) {
                shown.push_back(std::move(newest));
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
