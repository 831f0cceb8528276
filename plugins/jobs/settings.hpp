// The settings of the jobs plugin as plain values; plugin.cpp fills them from the configuration.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace jobs {

struct Settings {
    /// Jobs run at the same time; 0 only submits.
    int workers = 4;
    /// Empty is all of them.
    std::vector<std::string> queues;
    /// Waiting jobs of one queue.
    int queue_limit = 10000;
    std::chrono::milliseconds poll_interval{1000};
    std::chrono::seconds lease{30};
    std::chrono::seconds attempt_timeout{7200};
    std::chrono::milliseconds retry_base{1000};
    std::chrono::milliseconds retry_cap{3600000};
    std::chrono::hours retention{168};
};

}  // namespace jobs
