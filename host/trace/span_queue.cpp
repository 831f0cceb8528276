#include "trace/span_queue.hpp"

#include <algorithm>
#include <iterator>

namespace mortise::trace {

void SpanQueue::push(Span&& span) noexcept {
    bool is_enough = false;
    try {
        const std::lock_guard lock(mutex_);
        if (is_closed_ || spans_.size() >= size_max_) {
            countDropped(1);
            return;
        }
        spans_.push_back(std::move(span));
        is_enough = wanted_ != 0 && spans_.size() >= wanted_;
    } catch (...) {
        countDropped(1);  // Out of memory; the request it tells of goes on.
        return;
    }
    if (is_enough) {
        changed_.notify_one();
    }
}

std::vector<Span> SpanQueue::take(std::size_t count_max, std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    wanted_ = count_max;
    changed_.wait_for(lock, pause, [&] { return is_closed_ || spans_.size() >= count_max; });
    wanted_ = 0;
    const auto end =
        spans_.begin() + static_cast<std::ptrdiff_t>(std::min(count_max, spans_.size()));
    std::vector<Span> taken(std::make_move_iterator(spans_.begin()), std::make_move_iterator(end));
    spans_.erase(spans_.begin(), end);
    return taken;
}

void SpanQueue::close() noexcept {
    {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
    }
    changed_.notify_all();
}

bool SpanQueue::isClosed() const noexcept {
    const std::lock_guard lock(mutex_);
    return is_closed_;
}

}  // namespace mortise::trace
