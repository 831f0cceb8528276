// Registry: all metrics of the process, for whoever scrapes them.
//
// A family belongs to those who hold it: when the last generation that declared it is gone, so is the metric. Two holders of the
// same name and shape share one family, so a counter goes on over a swap; when the shape differs, that of the generation that
// began to serve last is shown, and one that never served shows nothing. What the host can tell at any time (pools, queues) is not
// counted but asked, by collectors.
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

    /// Any thread. It counts from now on, and is seen from show() on.
    std::shared_ptr<Family> acquire(const Spec& spec);
    /// Its holder serves now: of all shapes of its name this one is shown. Any thread.
    void show(const std::shared_ptr<Family>& family);
    /// Before anybody scrapes. Collectors write in their order, after the families.
    void collect(Collector collector);
    /// An update that could not be made.
    void countDropped() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }

    std::string exposition();

private:
    struct Known {
        std::weak_ptr<Family> family;
        bool is_shown = false;
    };

    std::mutex mutex_;                                    // Guards the two below.
    std::map<std::string, std::vector<Known>> families_;  // By name, the one shown last at the end.
    std::vector<Collector> collectors_;
    std::atomic<std::uint64_t> dropped_{0};  // Relaxed: a count, nothing is ordered by it.
};

}  // namespace mortise::metrics
