// Registry: all metrics of the process, for whoever scrapes them.
//
// A family belongs to those who hold it: when the last generation that declared it is gone, so is the metric. Two holders of the
// same name and shape share one family, so a counter goes on over a swap; when the shape differs, the newest is shown. What the
// host can tell at any time (pools, queues) is not counted but asked, by collectors.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "metrics/exposition.hpp"
#include "metrics/family.hpp"

namespace mortise::metrics {

class Registry {
public:
    using Collector = std::function<void(Exposition&)>;

    Registry() = default;
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    /// Any thread.
    std::shared_ptr<Family> acquire(const Spec& spec);
    /// Before anybody scrapes. Collectors write in their order, after the families.
    void collect(Collector collector);
    /// An update that could not be made.
    void countDropped() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }

    std::string exposition();

private:
    std::mutex mutex_;                                                    // Guards the two below.
    std::map<std::string, std::vector<std::weak_ptr<Family>>> families_;  // By name, newest last.
    std::vector<Collector> collectors_;
    std::atomic<std::uint64_t> dropped_{0};  // Relaxed: a count, nothing is ordered by it.
};

}  // namespace mortise::metrics
