#include "http/socket/shard.hpp"

#include <utility>

#include "http/socket/answer_head.hpp"
#include "run/reactor.hpp"

namespace mortise::http {

namespace {

// Exchanges kept for the next requests; more are only in use when many requests are under way at once.
constexpr std::size_t kSpareCountMax = 64;
// When connections are short, one that was idle for so long is given up for a new client.
constexpr std::chrono::milliseconds kShedAge = std::chrono::seconds(1);

}  // namespace

void Census::remove() noexcept {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        { const std::lock_guard lock(mutex_); }
        none_.notify_all();
    }
}

bool Census::waitForNone(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return none_.wait_until(lock, deadline,
                            [this] { return count_.load(std::memory_order_acquire) == 0; });
}

Shard::Shard(run::Reactor& reactor, Pipeline& pipeline, const ServerSettings& settings,
             std::shared_ptr<Census> census)
    : reactor_(reactor),
      pipeline_(pipeline),
      settings_(settings),
      census_(std::move(census)),
      read_buffer_(std::make_unique<std::array<char, limits::kPipelineBufferMax>>()) {}

Shard::~Shard() = default;

void Shard::adopt(UniqueFd socket, std::string address) {
    count_.fetch_add(1, std::memory_order_relaxed);
    census_->add();
    auto take = [self = shared_from_this(), fd = std::move(socket),
                 from = std::move(address)]() mutable {
        self->serve(std::move(fd), std::move(from));
    };
    reactor_.post(run::makeWork(std::move(take)));
}

void Shard::serve(UniqueFd socket, std::string address) noexcept {
    connections_.push_back(
        std::make_unique<Connection>(*this, std::move(socket), std::move(address)));
    Connection& connection = *connections_.back();
    connection.place = connections_.size() - 1;
    if (is_cut_ || !connection.open()) {
        connection.cut();
    }
}

// A connection may leave the list while it is asked, and the last one takes its place; from the back nobody is missed.
template <typename Function>
void Shard::forEach(Function function) noexcept {
    for (std::size_t i = connections_.size(); i-- > 0;) {
        if (i < connections_.size()) {
            function(*connections_[i]);
        }
    }
}

void Shard::drain() noexcept {
    drains_ = true;
    forEach([](Connection& connection) { connection.drain(); });
}

void Shard::cutAll() noexcept {
    drains_ = true;
    is_cut_ = true;
    forEach([](Connection& connection) { connection.cut(); });
}

void Shard::shedIdle() noexcept {
    const auto before = reactor_.now() - kShedAge;
    forEach([&](Connection& connection) { connection.closeIfIdleSince(before); });
}

HeadLimits Shard::headLimits() const noexcept {
    return {settings_.header_size_max, settings_.header_count_max, settings_.target_size_max};
}

bool Shard::isCrowded() const noexcept {
    return census_->count() >= settings_.connection_count_max;
}

std::string_view Shard::dateLine() {
    const std::time_t now = std::time(nullptr);
    if (now != date_second_) {
        date_second_ = now;
        date_line_ = http::dateLine(now);
    }
    return date_line_;
}

std::unique_ptr<SocketExchange> Shard::takeExchange() {
    if (spare_.empty()) {
        return std::make_unique<SocketExchange>(reactor_, pipeline_);
    }
    std::unique_ptr<SocketExchange> exchange = std::move(spare_.back());
    spare_.pop_back();
    return exchange;
}

void Shard::giveBack(std::unique_ptr<SocketExchange> exchange) noexcept {
    if (spare_.size() < kSpareCountMax) {
        exchange->clear();
        spare_.push_back(std::move(exchange));
    }
}

void Shard::bury(Connection& connection) noexcept {
    const std::size_t place = connection.place;
    std::unique_ptr<Connection> gone = std::move(connections_[place]);
    if (place + 1 < connections_.size()) {
        connections_[place] = std::move(connections_.back());
        connections_[place]->place = place;
    }
    connections_.pop_back();
    if (buried_.empty()) {
        sweepLater();
    }
    buried_.push_back(std::move(gone));
    count_.fetch_sub(1, std::memory_order_relaxed);
    census_->remove();
}

void Shard::sweepLater() noexcept {
    reactor_.post(run::makeWork([self = shared_from_this()] {
        std::erase_if(self->buried_, [](const auto& each) { return !each->isPosted(); });
        if (!self->buried_.empty()) {
            self->sweepLater();
        }
    }));
}

}  // namespace mortise::http
