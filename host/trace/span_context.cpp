#include "trace/span_context.hpp"

#include <array>
#include <bit>
#include <span>

#include "base/random.hpp"

namespace mortise::trace {
namespace {

// xoroshiro128++ (Blackman, Vigna 2019). 128 bits of state, seeded by the system per thread: with 64 bits, as quickRandom() has
// them, the sequences of many threads of many hosts would meet some day, and two requests would share a trace.
class IdGenerator {
public:
    IdGenerator() noexcept {
        std::array<std::uint8_t, 16> bytes{};
        fillRandom(bytes);
        const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
        first_ = halves[0] | 1U;  // All zero is the one state that never changes.
        second_ = halves[1];
    }

    /// Never 0.
    std::uint64_t next() noexcept {
        std::uint64_t number = 0;
        while (number == 0) {
            number = std::rotl(first_ + second_, 17) + first_;
            const std::uint64_t mixed = first_ ^ second_;
            first_ = std::rotl(first_, 49) ^ mixed ^ (mixed << 21U);
            second_ = std::rotl(mixed, 28);
        }
        return number;
    }

private:
    std::uint64_t first_;
    std::uint64_t second_;
};

IdGenerator& idsOfThread() noexcept {
    thread_local IdGenerator generator;
    return generator;
}

}  // namespace

SpanContext newTrace() noexcept {
    IdGenerator& ids = idsOfThread();
    SpanContext context;
    context.ids.trace_high = ids.next();
    context.ids.trace_low = ids.next();
    context.ids.span = ids.next();
    return context;
}

SpanContext childOf(const SpanContext& parent) noexcept {
    SpanContext child = parent;
    child.parent_span = parent.ids.span;
    child.ids.span = idsOfThread().next();
    return child;
}

}  // namespace mortise::trace
