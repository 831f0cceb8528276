// Shard: the connections of one reactor and what they share: buffers, spare exchanges, the date.
//
// Connections only use a read buffer while they parse and an exchange while a request is under way, so these belong to the
// shard; a thousand idle connections hold none. Everything but adopt(), count() and the close requests of Server runs on the
// reactor's thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "http/settings.hpp"
#include "http/socket/connection.hpp"
#include "limits.hpp"

namespace mortise::run {
class Reactor;
}

namespace mortise::http {

class Pipeline;

/// How many connections the whole server has, for its bound and for whoever waits for the last one.
class Census {
public:
    void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    void remove() noexcept;
    std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
    /// False when the deadline came first.
    bool waitForNone(std::chrono::steady_clock::time_point deadline);

private:
    std::atomic<std::size_t> count_{0};
    std::mutex mutex_;  // Guards nothing but the moment between looking at the count and waiting.
    std::condition_variable none_;
};

class Shard : public std::enable_shared_from_this<Shard> {
public:
    Shard(run::Reactor& reactor, Pipeline& pipeline, const ServerSettings& settings,
          std::shared_ptr<Census> census);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // Any thread.

    /// Takes an accepted socket over and serves it on the reactor.
    void adopt(UniqueFd socket, std::string address);
    std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

    // Reactor thread.

    /// Closes idle connections; the others close after their request, and so do those that still come.
    void drain() noexcept;
    /// Closes all, now and from now on.
    void cutAll() noexcept;
    /// Closes what has been idle for a while, when connections are short.
    void shedIdle() noexcept;

    run::Reactor& reactor() noexcept { return reactor_; }
    Pipeline& pipeline() noexcept { return pipeline_; }
    const ServerSettings& settings() const noexcept { return settings_; }
    HeadLimits headLimits() const noexcept;
    bool isDraining() const noexcept { return drains_; }
    /// So many connections that each should be given back after its request.
    bool isCrowded() const noexcept;
    std::string_view dateLine();

    std::unique_ptr<SocketExchange> takeExchange();
    void giveBack(std::unique_ptr<SocketExchange> exchange) noexcept;
    /// The bytes a connection reads into; valid until it returns to the loop.
    std::array<char, limits::kPipelineBufferMax>& readBuffer() noexcept { return *read_buffer_; }

    /// Forgets a closed connection; it is destroyed in a later pass, when none of its functions is on the stack.
    void bury(Connection& connection) noexcept;

    /// Held while a connection works. The read buffer is in use then, so another connection whose exchange is completed
    /// meanwhile has to wait for a later pass.
    class Turn {
    public:
        explicit Turn(Shard& shard) noexcept : shard_(shard) { ++shard_.turns_; }
        ~Turn() { --shard_.turns_; }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        Shard& shard_;
    };
    bool isInTurn() const noexcept { return turns_ > 0; }

private:
    void serve(UniqueFd socket, std::string address) noexcept;
    void sweepLater() noexcept;
    template <typename Function>
    void forEach(Function function) noexcept;

    run::Reactor& reactor_;
    Pipeline& pipeline_;
    const ServerSettings settings_;
    const std::shared_ptr<Census> census_;
    std::atomic<std::size_t> count_{0};  // Relaxed: it only guides the choice of a shard.

    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<std::unique_ptr<Connection>> buried_;
    std::vector<std::unique_ptr<SocketExchange>> spare_;
    std::unique_ptr<std::array<char, limits::kPipelineBufferMax>> read_buffer_;
    std::time_t date_second_ = -1;
    std::string date_line_;
    unsigned turns_ = 0;
    bool drains_ = false;
    bool is_cut_ = false;
};

}  // namespace mortise::http
