// HandleTable: names things across the ABI by a number that never comes to mean something else.
//
// Problem: a plugin keeps a handle longer than the thing it names; a pointer would then reach freed
//          memory.
// Choice:  a handle is a slot and the slot's generation. Removing the thing raises the generation,
//          so an old handle finds nothing (the caller answers STALE), even after the slot is used
//          again.
// Guarantee: 0 is never a handle; at most `count_max` things at once; a slot whose generations are
// used up is retired.
//
//      63              32 31               0
//     +------------------+------------------+
//     |    generation    |     slot + 1     |
//     +------------------+------------------+
//
// T is copied out under the lock, so it is a pointer, a shared_ptr or a small value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace mortise {

template <typename T>
class HandleTable {
public:
    explicit HandleTable(std::size_t count_max) : count_max_(count_max) {}
    HandleTable(const HandleTable&) = delete;
    HandleTable& operator=(const HandleTable&) = delete;

    /// 0 when the table is full.
    [[nodiscard]] std::uint64_t insert(T value) {
        const std::lock_guard lock(mutex_);
        std::uint32_t slot = 0;
        if (!free_.empty()) {
            slot = free_.back();
            free_.pop_back();
        } else if (slots_.size() < count_max_) {
            slot = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back();
        } else {
            return 0;
        }
        slots_[slot].value.emplace(std::move(value));
        ++count_;
        return handleOf(slot, slots_[slot].generation);
    }

    std::optional<T> find(std::uint64_t handle) const {
        const std::lock_guard lock(mutex_);
        const Slot* slot = at(handle);
        return slot == nullptr ? std::nullopt : slot->value;
    }

    /// Removes and returns what the handle named.
    std::optional<T> take(std::uint64_t handle) {
        const std::lock_guard lock(mutex_);
        return at(handle) == nullptr ? std::nullopt : std::optional(takeSlot(slotOf(handle)));
    }

    /// Removes and returns everything.
    std::vector<T> takeAll() {
        const std::lock_guard lock(mutex_);
        std::vector<T> values;
        values.reserve(count_);
        for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
            if (slots_[slot].value) {
                values.push_back(takeSlot(slot));
            }
        }
        return values;
    }

    std::size_t count() const {
        const std::lock_guard lock(mutex_);
        return count_;
    }

private:
    struct Slot {
        std::uint32_t generation = 0;
        std::optional<T> value;
    };

    static std::uint64_t handleOf(std::uint32_t slot, std::uint32_t generation) noexcept {
        return (static_cast<std::uint64_t>(generation) << 32U) | (slot + 1U);
    }
    static std::uint32_t slotOf(std::uint64_t handle) noexcept {
        return static_cast<std::uint32_t>(handle) - 1U;
    }
    const Slot* at(std::uint64_t handle) const noexcept {
        const std::uint32_t slot =
            slotOf(handle);  // Handle 0 becomes the largest slot, which never exists.
        if (slot >= slots_.size()) {
            return nullptr;
        }
        const Slot& found = slots_[slot];
        return found.value && found.generation == (handle >> 32U) ? &found : nullptr;
    }

    /// Of a slot that holds something, with the lock held.
    T takeSlot(std::uint32_t place) {
        Slot& slot = slots_[place];
        T value = std::move(*slot.value);
        slot.value.reset();
        --count_;
        if (slot.generation != std::numeric_limits<std::uint32_t>::max()) {
            ++slot.generation;
            free_.push_back(place);
        }
        return value;
    }

    const std::size_t count_max_;
    mutable std::mutex mutex_;  // Guards all below; held for a few instructions.
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::size_t count_ = 0;
};

}  // namespace mortise
