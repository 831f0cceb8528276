// OutgoingMetrics: how many calls to other servers ended how, by caller. Callers are names of plugins, so the series are bounded.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "http/client/outgoing.hpp"

namespace mortise::metrics {
class Exposition;
}

namespace mortise::http {

class OutgoingMetrics {
public:
    /// Any thread.
    void count(const std::string& caller, const OutgoingResult& result) noexcept;
    void write(metrics::Exposition& out) const;

private:
    static constexpr std::array<double, 10> kBounds{0.005, 0.01, 0.025, 0.05, 0.1,
                                                    0.25,  0.5,  1,     2.5,  10};
    struct Counts {
        std::map<std::string_view, std::uint64_t> by_outcome;
        std::array<std::uint64_t, kBounds.size() + 1> by_duration{};
        double duration_sum = 0;
        std::uint64_t repeated = 0;
    };

    mutable std::mutex mutex_;  // Guards by_caller_.
    std::map<std::string, Counts> by_caller_;
};

}  // namespace mortise::http
