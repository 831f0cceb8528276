// db_notifications: NOTIFY of PostgreSQL, delivered to a function of the plugin.
//
// Notifications are hints: they are lost while the connection is down. After it came back, every subscriber is called once
// with an empty channel, which means "look for yourself".
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "mortise/db.h"
#include "mortise/host.hpp"
#include "mortise/log.hpp"

namespace mortise {

/// A channel we listen to. Ends with its life; keep it in the plugin and reset it in stop().
class Subscription {
public:
    using Notify = std::function<void(std::string_view channel, std::string_view payload)>;

    Subscription() = default;
    Subscription(const Host& host, std::string_view channel, Notify notify)
        : state_(std::make_unique<State>(State{&host, 0, std::move(notify)})) {
        detail::Failure failure;
        detail::check(detail::need(host.tables().db, MORTISE_DB_INTERFACE)
                          .subscribe(host.raw(), detail::str(channel), &deliver, state_.get(),
                                     &state_->handle, failure.out()),
                      failure);
    }
    Subscription(Subscription&&) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept {
        reset();
        state_ = std::move(other.state_);
        return *this;
    }
    ~Subscription() { reset(); }

    /// No call comes after it returned.
    void reset() noexcept {
        if (state_ != nullptr && state_->handle != 0) {
            const Host& host = *state_->host;
            host.tables().db->unsubscribe(host.raw(), state_->handle, nullptr);
        }
        state_.reset();
    }

private:
    // Behind a pointer of its own, because the host keeps its address.
    struct State {
        const Host* host;
        mortise_handle handle;
        Notify notify;
    };

    static void deliver(void* raw, mortise_str channel, mortise_str payload) {
        auto& state = *static_cast<State*>(raw);
        try {
            state.notify(detail::view(channel), detail::view(payload));
        } catch (const std::exception& error) {
            state.host->log().error("task.unhandled_error", field("error", error.what()));
        } catch (...) {  // nothing is known about it but that it happened
            state.host->log().error("task.unhandled_error", field("error", "not an exception"));
        }
    }

    std::unique_ptr<State> state_;
};

/// `host.notifications().listen("jobs_available", [this](auto, auto payload) { ... })`. The function must not block.
class Notifications {
public:
    explicit Notifications(const Host& host) : host_(&host) {}

    Subscription listen(std::string_view channel, Subscription::Notify notify) const {
        return Subscription(*host_, channel, std::move(notify));
    }

private:
    const Host* host_;
};

inline Notifications Host::notifications() const {
    return Notifications(*this);
}

}  // namespace mortise
