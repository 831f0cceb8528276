// ChangeSlot: lets one change at a time happen; the others are turned away, or wait until a deadline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace mortise::plugin {

class ChangeSlot {
public:
    /// The right to change something; false when somebody else has it. Gives it back at its end.
    class Turn {
    public:
        explicit Turn(ChangeSlot* slot) noexcept : slot_(slot) {}
        Turn(Turn&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
        Turn& operator=(Turn&&) = delete;
        Turn(const Turn&) = delete;
        ~Turn() {
            if (slot_ != nullptr) {
                slot_->giveBack();
            }
        }
        explicit operator bool() const noexcept { return slot_ != nullptr; }

    private:
        ChangeSlot* slot_;
    };

    Turn tryTake() { return takeUntil(std::chrono::steady_clock::now()); }
    Turn takeUntil(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        const auto is_free = [&] { return !is_taken_; };
        if (is_free() || changed_.wait_until(lock, deadline, is_free)) {
            is_taken_ = true;
            return Turn(this);
        }
        return Turn(nullptr);
    }

private:
    void giveBack() {
        std::lock_guard lock(mutex_);
        is_taken_ = false;
        changed_.notify_one();
    }

    std::mutex mutex_;  // Guards is_taken_.
    std::condition_variable changed_;
    bool is_taken_ = false;
};

}  // namespace mortise::plugin
