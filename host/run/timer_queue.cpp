#include "run/timer_queue.hpp"

#include <utility>

#include "base/assert.hpp"

namespace mortise::run {

void TimerQueue::put(Reactor& reactor, Timer& timer, Time due) {
    if (timer.reactor_ == nullptr) {
        heap_.push_back(&timer);
        timer.reactor_ = &reactor;
        timer.position_ = heap_.size() - 1;
        timer.due_ = due;
        rise(timer.position_);
        return;
    }
    MORTISE_ASSERT(timer.reactor_ == &reactor, "a timer is armed on two reactors");
    const bool sooner = due < timer.due_;
    timer.due_ = due;
    if (sooner) {
        rise(timer.position_);
    } else {
        sink(timer.position_);
    }
}

void TimerQueue::remove(Timer& timer) noexcept {
    const std::size_t position = timer.position_;
    MORTISE_ASSERT(position < heap_.size() && heap_[position] == &timer, "a timer lost its place");
    Timer* last = heap_.back();
    heap_.pop_back();
    timer.reactor_ = nullptr;
    if (last == &timer) {
        return;
    }
    place(*last, position);
    rise(position);
    sink(last->position_);
}

Timer* TimerQueue::popDue(Time now) noexcept {
    if (heap_.empty() || heap_.front()->due_ > now) {
        return nullptr;
    }
    Timer* timer = heap_.front();
    remove(*timer);
    return timer;
}

void TimerQueue::clear() noexcept {
    for (Timer* timer : heap_) {
        timer->reactor_ = nullptr;
    }
    heap_.clear();
}

void TimerQueue::place(Timer& timer, std::size_t position) noexcept {
    heap_[position] = &timer;
    timer.position_ = position;
}

void TimerQueue::rise(std::size_t position) noexcept {
    Timer& timer = *heap_[position];
    while (position > 0) {
        const std::size_t above = (position - 1) / 2;
        if (heap_[above]->due_ <= timer.due_) {
            break;
        }
        place(*heap_[above], position);
        position = above;
    }
    place(timer, position);
}

void TimerQueue::sink(std::size_t position) noexcept {
    Timer& timer = *heap_[position];
    for (;;) {
        std::size_t below = 2 * position + 1;
        if (below >= heap_.size()) {
            break;
        }
        if (below + 1 < heap_.size() && heap_[below + 1]->due_ < heap_[below]->due_) {
            ++below;
        }
        if (timer.due_ <= heap_[below]->due_) {
            break;
        }
        place(*heap_[below], position);
        position = below;
    }
    place(timer, position);
}

}  // namespace mortise::run
