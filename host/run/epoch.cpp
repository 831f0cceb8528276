#include "run/epoch.hpp"

#include <bit>
#include <thread>

#include "base/assert.hpp"

namespace mortise::run {

namespace {

// Which numbers are taken. The one piece of process-wide state here: a thread has one number however many hosts the process
// holds, and the number must be unique among all of them.
constexpr std::size_t kWordBits = 64;
constexpr std::size_t kWordCount = limits::kThreadCountMax / kWordBits;
static_assert(limits::kThreadCountMax % kWordBits == 0);
constinit std::array<std::atomic<std::uint64_t>, kWordCount> taken{};

constexpr std::size_t kNoIndex = limits::kThreadCountMax;

std::size_t takeIndex() noexcept {
    for (std::size_t word = 0; word < kWordCount; ++word) {
        std::uint64_t bits = taken[word].load(std::memory_order_relaxed);
        while (~bits != 0) {
            const auto free_bit = static_cast<unsigned>(std::countr_one(bits));
            // acquire pairs with the release below: the next owner of a number sees all that the last one did with it.
            if (taken[word].compare_exchange_weak(bits, bits | (std::uint64_t{1} << free_bit),
                                                  std::memory_order_acquire,
                                                  std::memory_order_relaxed)) {
                return word * kWordBits + free_bit;
            }
        }
    }
    return kNoIndex;
}

// Gives the number back when the thread ends.
struct IndexHolder {
    std::size_t index = kNoIndex;
    ~IndexHolder() {
        if (index != kNoIndex) {
            taken[index / kWordBits].fetch_and(~(std::uint64_t{1} << (index % kWordBits)),
                                               std::memory_order_release);
        }
    }
};

// Apart from the holder, because a thread_local without a destructor is read without a guard.
constinit thread_local std::size_t own_index = kNoIndex;

std::size_t giveIndex() noexcept {
    thread_local IndexHolder holder;
    holder.index = takeIndex();
    MORTISE_ASSERT(holder.index != kNoIndex, "more threads than limits::kThreadCountMax");
    own_index = holder.index;
    return own_index;
}

}  // namespace

std::size_t threadIndex() noexcept {
    return own_index != kNoIndex ? own_index : giveIndex();
}

Epoch::Section::Section(Epoch& epoch) noexcept
    : slot_(epoch.slots_[threadIndex()].seen), before_(slot_.load(std::memory_order_relaxed)) {
    if (before_ == 0) {
        // seq_cst: in the one order of all such operations either this store comes before the writer's look at the slot, and
        // it waits, or the writer's publish comes before our read of the pointer, and we get the new value.
        slot_.store(epoch.epoch_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
    }
}

Epoch::Section::~Section() {
    if (before_ == 0) {
        slot_.store(0, std::memory_order_release);
    }
}

bool Epoch::synchronize(std::chrono::steady_clock::time_point deadline) {
    MORTISE_ASSERT(slots_[threadIndex()].seen.load(std::memory_order_relaxed) == 0,
                   "synchronize() inside a section of the same thread waits for itself");
    const std::uint64_t target = epoch_.fetch_add(1, std::memory_order_seq_cst) + 1;
    unsigned round = 0;
    for (const Slot& slot : slots_) {
        for (;;) {
            const std::uint64_t seen = slot.seen.load(std::memory_order_seq_cst);
            if (seen == 0 || seen >= target) {
                break;
            }
            if (std::chrono::steady_clock::now() >= deadline) {
                return false;
            }
            // A section is a look-up, so the first rounds usually suffice; a thread that lost its core needs longer.
            if (++round < 64) {
                std::this_thread::yield();
            } else {
                std::this_thread::sleep_for(std::chrono::microseconds(100));
            }
        }
    }
    return true;
}

std::uint64_t PinCount::count() const noexcept {
    std::uint64_t left = 0;
    for (const Slot& slot : slots_) {
        left += slot.left.load(std::memory_order_seq_cst);
    }
    std::uint64_t entered = 0;
    for (const Slot& slot : slots_) {
        entered += slot.entered.load(std::memory_order_seq_cst);
    }
    return entered - left;
}

}  // namespace mortise::run
