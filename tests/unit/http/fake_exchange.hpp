// FakeExchange: a request without a connection, for tests of the rules a request passes.
#pragma once

#include <atomic>
#include <future>
#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "run/reactor.hpp"

namespace mortise::test {

class FakeExchange final : public http::Exchange {
public:
    explicit FakeExchange(std::string_view verb = "GET", std::string_view request_target = "/") {
        method_name = verb;
        method = http::methodOf(verb);
        target = request_target;
        client_address = "192.0.2.7";
        started = std::chrono::steady_clock::now();
        with("host", "api.example.com");
    }

    FakeExchange& with(std::string_view name, std::string_view value) {
        headers.push_back({name, value});
        return *this;
    }

    run::Reactor& reactor() noexcept override { return reactor_; }
    void complete() noexcept override {
        ++complete_count;
        completed_.set_value();
    }
    void startStream() override { stream = std::make_shared<http::BodyStream>(reactor_); }
    bool isAbandoned() const noexcept override { return is_abandoned; }

    /// Waits for complete(), however long the executor takes within the deadline of a test.
    bool waitForCompletion() {
        return completed_.get_future().wait_for(std::chrono::seconds(10)) ==
               std::future_status::ready;
    }

    /// Value of a response header, "" when absent; values of one name are joined with " | ".
    std::string responseHeader(std::string_view name) const {
        std::string found;
        for (const auto& [each, value] : response.headers) {
            if (each == name) {
                found.append(found.empty() ? "" : " | ").append(value);
            }
        }
        return found;
    }

    std::atomic<int> complete_count{0};
    std::atomic<bool> is_abandoned{false};

private:
    run::Reactor reactor_{0};  // Never started: nothing of the rules posts to it.
    std::promise<void> completed_;
};

}  // namespace mortise::test
