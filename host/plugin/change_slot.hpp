// ChangeSlot: lets one change at a time happen; the others are turned away. Shutdown closes it for good.
//
// A change may outlast the patience of the shutdown: plugin code hangs, a migration takes its time. Closing therefore also takes
// the right to publish away, so that a change which is still in progress cannot go live behind the shutdown's back.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "limits.hpp"

namespace mortise::plugin {

class ChangeSlot {
public:
    /// A right; false when it was refused. Given back at its end.
    class Turn {
    public:
        Turn() = default;
        Turn(ChangeSlot* slot, bool ChangeSlot::*right) noexcept : slot_(slot), right_(right) {}
        Turn(Turn&& other) noexcept
            : slot_(std::exchange(other.slot_, nullptr)), right_(other.right_) {}
        Turn& operator=(Turn&&) = delete;
        Turn(const Turn&) = delete;
        ~Turn() {
            if (slot_ != nullptr) {
                slot_->giveBack(right_);
            }
        }
        explicit operator bool() const noexcept { return slot_ != nullptr; }

    private:
        ChangeSlot* slot_ = nullptr;
        bool ChangeSlot::*right_ = nullptr;
    };

    /// The right to change something; refused while somebody else has it, and once the slot is closed.
    Turn tryTake() { return tryHold(&ChangeSlot::is_taken_); }
    /// The right to publish, for whoever has the turn; refused once the slot is closed.
    Turn tryPublish() { return tryHold(&ChangeSlot::is_publishing_); }

    bool isClosed() const {
        std::lock_guard lock(mutex_);
        return is_closed_;
    }

    /// Refuses both rights from now on and waits for the change in progress. Its turn, or a refused one when the change is not over
    /// by the deadline; then it cannot publish any more, and a publish that was under way has ended.
    Turn close(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        is_closed_ = true;
        if (changed_.wait_until(lock, deadline, [&] { return !is_taken_; })) {
            is_taken_ = true;
            return {this, &ChangeSlot::is_taken_};
        }
        // A publish gives its grace period up by then. Twice, because a busy machine may be late.
        changed_.wait_for(lock, 2 * limits::kGraceDeadline, [&] { return !is_publishing_; });
        return {};
    }

private:
    Turn tryHold(bool ChangeSlot::*right) {
        std::lock_guard lock(mutex_);
        if (is_closed_ || this->*right) {
            return {};
        }
        this->*right = true;
        return {this, right};
    }
    void giveBack(bool ChangeSlot::*right) {
        std::lock_guard lock(mutex_);
        this->*right = false;
        changed_.notify_all();
    }

    mutable std::mutex mutex_;  // Guards the flags.
    std::condition_variable changed_;
    bool is_taken_ = false;
    bool is_publishing_ = false;
    bool is_closed_ = false;
};

}  // namespace mortise::plugin
