#include "http/body_stream.hpp"

#include <utility>

#include "limits.hpp"
#include "run/reactor.hpp"
#include "run/work.hpp"

namespace mortise::http {

bool BodyStream::hasRoom() const noexcept {
    return buffered_.size() < limits::kStreamBufferSizeMax;
}

BodyStream::Outcome BodyStream::write(std::string_view piece,
                                      std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    const bool in_time = changed_.wait_until(
        lock, deadline, [this] { return state_ == State::Abandoned || hasRoom(); });
    if (state_ != State::Open) {
        return Outcome::Abandoned;
    }
    if (!in_time) {
        return Outcome::TimedOut;
    }
    buffered_.append(piece);
    wake();
    return Outcome::Written;
}

void BodyStream::write(std::string_view piece, WhenRoom when_room) {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Open) {
        tell(std::move(when_room), Outcome::Abandoned);
        return;
    }
    buffered_.append(piece);
    wake();
    if (hasRoom()) {
        tell(std::move(when_room), Outcome::Written);
    } else {
        when_room_ = std::move(when_room);
    }
}

void BodyStream::end() noexcept {
    finish(State::Ended);
}

void BodyStream::fail() noexcept {
    finish(State::Failed);
}

void BodyStream::finish(State state) noexcept {
    const std::lock_guard lock(mutex_);
    if (state_ == State::Open) {
        state_ = state;
        wake();
    }
}

void BodyStream::attach(Consumer& consumer) noexcept {
    consumer_ = &consumer;
}

void BodyStream::abandon() noexcept {
    consumer_ = nullptr;
    const std::lock_guard lock(mutex_);
    if (state_ == State::Open) {
        state_ = State::Abandoned;
    }
    buffered_ = std::string();
    if (when_room_) {
        tell(std::exchange(when_room_, nullptr), Outcome::Abandoned);
    }
    changed_.notify_all();
}

BodyStream::Taken BodyStream::take(std::string& out) {
    const std::lock_guard lock(mutex_);
    if (state_ == State::Failed) {
        return Taken::Failed;
    }
    out.append(buffered_);
    buffered_.clear();
    if (when_room_) {
        tell(std::exchange(when_room_, nullptr), Outcome::Written);
    }
    changed_.notify_all();
    return state_ == State::Ended ? Taken::All : Taken::More;
}

void BodyStream::wakeLater() noexcept {
    const std::lock_guard lock(mutex_);
    wake();
}

/// With the mutex held. However many pieces come before the connection looks, it is told once.
void BodyStream::wake() noexcept {
    if (!std::exchange(is_waking_, true)) {
        reactor_.post(run::makeWork([self = shared_from_this()] {
            {
                const std::lock_guard lock(self->mutex_);
                self->is_waking_ = false;
            }
            if (self->consumer_ != nullptr) {
                self->consumer_->onStreamReady();
            }
        }));
    }
}

/// Never inside the call of the one who asked: that one may hold locks or be a coroutine about to suspend.
void BodyStream::tell(WhenRoom when_room, Outcome outcome) {
    reactor_.post(run::makeWork([call = std::move(when_room), outcome] { call(outcome); }));
}

}  // namespace mortise::http
