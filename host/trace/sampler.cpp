#include "trace/sampler.hpp"

#include <algorithm>

namespace mortise::trace {
namespace {

// The right-most seven bytes of a trace id are the ones everybody promises to be random (Trace Context level 2, section 3.2.2.3).
constexpr unsigned kRandomBitCount = 56;
constexpr std::uint64_t kRange = std::uint64_t{1} << kRandomBitCount;

}  // namespace

Sampler::Sampler(double ratio) noexcept
    : bound_(
          static_cast<std::uint64_t>(std::clamp(ratio, 0.0, 1.0) * static_cast<double>(kRange))) {}

bool Sampler::keeps(const TraceIds& ids) const noexcept {
    return (ids.trace_low & (kRange - 1)) < bound_;
}

}  // namespace mortise::trace
