#include "http/server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "http/socket/listener.hpp"
#include "http/socket/shard.hpp"
#include "log/log.hpp"
#include "run/reactor_calls.hpp"
#include "run/reactor_group.hpp"

namespace mortise::http {

namespace {

using Clock = std::chrono::steady_clock;

// The same shortage is logged once in this time.
constexpr std::chrono::seconds kReportPause{60};

}  // namespace

struct Server::State final : AcceptedSink, std::enable_shared_from_this<Server::State> {
    State(run::ReactorGroup& group, Pipeline& rules, log::Log& events, ServerSettings chosen)
        : reactors(group), pipeline(rules), log(events), settings(std::move(chosen)) {}

    bool isFull() const noexcept override;
    void take(UniqueFd socket, std::string address) override;
    void onPause(Shortage shortage, const std::string& reason) noexcept override;

    void bind();
    void openListeners();
    void stopListeners();
    void onAllShards(void (Shard::*function)() noexcept);
    void waitFor(run::ReactorCalls& calls);

    run::ReactorGroup& reactors;
    Pipeline& pipeline;
    log::Log& log;
    const ServerSettings settings;
    std::uint16_t port = 0;
    std::vector<std::string> addresses;
    std::shared_ptr<Census> census = std::make_shared<Census>();
    std::vector<std::shared_ptr<Shard>> shards;
    std::vector<std::unique_ptr<Listener>> listeners;  // Used on the first reactor once started.
    std::array<Clock::time_point, 2> reported{};       // By shortage; first reactor only.
};

bool Server::State::isFull() const noexcept {
    return census->count() >= settings.connection_count_max;
}

void Server::State::take(UniqueFd socket, std::string address) {
    const auto least = std::min_element(
        shards.begin(), shards.end(),
        [](const auto& left, const auto& right) { return left->count() < right->count(); });
    (*least)->adopt(std::move(socket), std::move(address));
}

void Server::State::onPause(Shortage shortage, const std::string& reason) noexcept {
    for (const auto& shard : shards) {
        shard->reactor().post(run::makeWork([shard] { shard->shedIdle(); }));
    }
    Clock::time_point& last = reported[shortage == Shortage::System ? 1 : 0];
    const Clock::time_point now = Clock::now();
    if (last != Clock::time_point{} && now - last < kReportPause) {
        return;
    }
    last = now;
    if (shortage == Shortage::System) {
        log.warning("server.accept_failed", {{"reason", reason}});
    } else {
        log.warning("server.connections_exhausted",
                    {{"connection_count_max", settings.connection_count_max}});
    }
}

void Server::State::bind() {
    port = settings.port;
    for (const std::string& host : settings.hosts) {
        for (BoundSocket& bound : bindAddresses(host, port, settings.backlog)) {
            port = bound.port;
            addresses.push_back(bound.address);
            listeners.push_back(
                std::make_unique<Listener>(reactors.at(0), std::move(bound), *this));
        }
    }
}

void Server::State::openListeners() {
    const auto calls = std::make_shared<run::ReactorCalls>();
    run::ReactorCalls::post(calls, reactors.at(0), [self = shared_from_this()] {
        for (const auto& listener : self->listeners) {
            listener->open();
        }
    });
    waitFor(*calls);
}

void Server::State::stopListeners() {
    if (listeners.empty()) {
        return;
    }
    auto closing = std::make_shared<std::vector<std::unique_ptr<Listener>>>(std::move(listeners));
    listeners.clear();
    // The listeners point here, and a stalled reactor may close them after the server is gone.
    const auto calls = std::make_shared<run::ReactorCalls>();
    run::ReactorCalls::post(calls, reactors.at(0), [closing, self = shared_from_this()] {
        for (const auto& listener : *closing) {
            listener->finish();
        }
        closing->clear();
    });
    waitFor(*calls);
}

void Server::State::onAllShards(void (Shard::*function)() noexcept) {
    const auto calls = std::make_shared<run::ReactorCalls>();
    for (const auto& shard : shards) {
        run::ReactorCalls::post(calls, shard->reactor(),
                                [shard, function] { (*shard.*function)(); });
    }
    waitFor(*calls);
}

void Server::State::waitFor(run::ReactorCalls& calls) {
    if (!calls.wait(Clock::now() + limits::kReactorPatience)) {
        log.error("server.reactor_stalled");
    }
}

Server::Server(run::ReactorGroup& reactors, Pipeline& pipeline, log::Log& log,
               ServerSettings settings)
    : state_(std::make_shared<State>(reactors, pipeline, log, std::move(settings))) {
    for (std::size_t i = 0; i < reactors.size(); ++i) {
        state_->shards.push_back(
            std::make_shared<Shard>(reactors.at(i), pipeline, state_->settings, state_->census));
    }
}

Server::~Server() {
    stopAccepting();
    state_->onAllShards(&Shard::cutAll);
}

void Server::start() {
    state_->bind();
    state_->openListeners();
}

std::uint16_t Server::port() const noexcept {
    return state_->port;
}

std::vector<std::string> Server::addresses() const {
    return state_->addresses;
}

void Server::stopAccepting() {
    MORTISE_ASSERT(run::Reactor::current() == nullptr, "a reactor would wait for itself");
    state_->stopListeners();
}

bool Server::drain(std::chrono::steady_clock::time_point deadline) {
    MORTISE_ASSERT(run::Reactor::current() == nullptr, "a reactor would wait for itself");
    state_->onAllShards(&Shard::drain);
    if (state_->census->waitForNone(deadline)) {
        return true;
    }
    const std::size_t left = connectionCount();
    state_->onAllShards(&Shard::cutAll);
    state_->log.warning("server.connections_cut", {{"count", left}});
    return false;
}

std::size_t Server::connectionCount() const noexcept {
    return state_->census->count();
}

}  // namespace mortise::http
