// Epoch: lets a writer wait until every reader that could have seen the old value has left.
//
// Problem: every request looks up a route in a table that a plugin change replaces. A lock or a shared_ptr on that path costs
//          more than the look-up.
// Choice:  readers announce themselves in a slot of their own thread (two plain stores); a writer publishes, raises the epoch
//          and waits until each slot is either idle or has seen the new epoch.
// Guarantee: when synchronize() returned true, no reader holds anything that was unpublished before the call.
// Missing on purpose: deferred frees. Changes are rare and run on a thread that may wait.
//
//   reader: slot = epoch   (seq_cst)  ... read ...  slot = 0   (release)
//   writer: publish; epoch += 1; for each slot: wait while slot != 0 and slot < epoch
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "limits.hpp"

namespace mortise::run {

/// Number of the calling thread, dense from 0, below kThreadCountMax; given at first use, free again when the thread ends. A
/// process with more threads than that is a bug of ours and aborts.
std::size_t threadIndex() noexcept;

class Epoch {
public:
    /// A read section. May nest. Must not block: writers wait for it.
    class Section {
    public:
        explicit Section(Epoch& epoch) noexcept;
        ~Section();
        Section(const Section&) = delete;
        Section& operator=(const Section&) = delete;

    private:
        std::atomic<std::uint64_t>& slot_;
        std::uint64_t before_;  // Not 0 when nested: the outermost section keeps its announcement.
    };

    /// Waits until all sections open at the time of the call are closed; false when the deadline came first. Not inside a
    /// section of the calling thread.
    bool synchronize(std::chrono::steady_clock::time_point deadline);

private:
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> seen{0};  // 0 = idle.
    };
    std::atomic<std::uint64_t> epoch_{1};
    std::array<Slot, limits::kThreadCountMax> slots_{};
};

/// A pointer that readers follow inside a Section and one writer at a time replaces.
template <typename T>
class Published {
public:
    explicit Published(Epoch& epoch) : epoch_(epoch) {}
    ~Published() { delete value_.load(std::memory_order_acquire); }
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;

    Epoch& epoch() const noexcept { return epoch_; }

    /// Valid until the surrounding Section ends; nullptr before the first publish.
    const T* read() const noexcept {
        // seq_cst, not acquire: it must not be ordered before the announcement in the slot. It costs the same on x86 and ARM.
        return value_.load(std::memory_order_seq_cst);
    }

    /// Makes `next` visible to everybody and gives the old value to the caller, who frees it after synchronize().
    [[nodiscard]] std::unique_ptr<const T> exchange(std::unique_ptr<const T> next) noexcept {
        // seq_cst pairs with the reader's announcement: either the reader sees the new value or the writer sees the reader.
        return std::unique_ptr<const T>(value_.exchange(next.release(), std::memory_order_seq_cst));
    }

private:
    Epoch& epoch_;
    std::atomic<const T*> value_{nullptr};
};

/// Counts who is inside something, per thread and without contention; exact once nobody new can enter.
///
/// `leave` may happen on another thread than `enter`. count() reads all exits before all entries, so an exit that is seen always
/// has its entry seen too and the count never reads lower than it is.
class PinCount {
public:
    void enter() noexcept { at(threadIndex()).entered.fetch_add(1, std::memory_order_seq_cst); }
    void leave() noexcept { at(threadIndex()).left.fetch_add(1, std::memory_order_seq_cst); }
    /// How many are inside; exact only when nobody new can enter.
    std::uint64_t count() const noexcept;

private:
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> entered{0};
        std::atomic<std::uint64_t> left{0};
    };
    Slot& at(std::size_t index) noexcept { return slots_[index]; }
    std::array<Slot, limits::kThreadCountMax> slots_{};
};

}  // namespace mortise::run
