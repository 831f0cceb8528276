// A pipeline over fakes we wrote: routes in a list, targets that count, tokens known by heart, errors as plain text.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/authenticator.hpp"
#include "http/error_writer.hpp"
#include "http/router.hpp"
#include "http/standard_pipeline.hpp"
#include "identity/principal.hpp"
#include "lifecycle/gate.hpp"
#include "log/log.hpp"
#include "log/sink.hpp"
#include "run/epoch.hpp"
#include "run/executor.hpp"
#include "tests/unit/http/fake_exchange.hpp"

namespace mortise::test {

/// Body "CODE|message|errors".
class PlainErrors final : public http::ErrorWriter {
public:
    void writeError(http::Exchange& exchange, int status, std::string_view code,
                    std::string_view message, std::string_view errors_json) override {
        exchange.response.status = status;
        exchange.response.content_type = "text/plain";
        exchange.response.body =
            std::string(code) + "|" + std::string(message) + "|" + std::string(errors_json);
    }
};

/// "good" is user 7 with role editor and scope notes:read; "old" is expired; "early" cannot be judged yet; anything else is invalid.
class KnownTokens final : public http::Authenticator {
public:
    http::AuthResult authenticate(std::string_view token) noexcept override {
        using Status = http::AuthResult::Status;
        if (token == "good") {
            auto principal = std::make_shared<identity::Principal>();
            principal->subject = "7";
            principal->roles = {"editor"};
            principal->scopes = {"notes:read"};
            return {Status::Ok, std::move(principal)};
        }
        if (token == "early") {
            return {Status::Unavailable, nullptr};
        }
        return {token == "old" ? Status::Expired : Status::Invalid, nullptr};
    }
};

class CountingTarget final : public http::Target {
public:
    bool enter() noexcept override {
        if (on_enter) {
            on_enter();
        }
        entered += is_serving ? 1 : 0;
        return is_serving;
    }
    void leave() noexcept override { ++left; }
    void handle(http::Exchange& exchange) noexcept override {
        if (on_handle) {
            on_handle(exchange);
        } else {
            exchange.response.status = 200;
        }
        exchange.complete();
    }

    bool is_serving = true;
    int entered = 0;
    std::atomic<int> left{0};
    std::function<void()> on_enter;
    std::function<void(http::Exchange&)> on_handle;
};

class ListedTables final : public http::TableSource {
public:
    run::Epoch& epoch() noexcept override { return epoch_; }
    const http::RouteTable* current() const noexcept override { return table.get(); }

    std::unique_ptr<http::RouteTable> table;

private:
    run::Epoch epoch_;
};

class PipelineFixture {
public:
    http::Route& route(http::Method method, std::string pattern) {
        http::Route& added = routes_.emplace_back();
        added.method = method;
        added.pattern = std::move(pattern);
        added.display = http::displayPattern(added.pattern);
        added.plugin = "notes";
        added.mode = http::Mode::Inline;
        added.target = &target;
        added.lane = &lane;
        return added;
    }

    void publish() {
        std::vector<const http::Route*> all;
        for (const http::Route& each : routes_) {
            all.push_back(&each);
        }
        tables.table = std::make_unique<http::RouteTable>(all);
    }

    http::StandardPipeline& pipeline() {
        if (!pipeline_) {
            if (!tables.table) {
                publish();
            }
            pipeline_ = std::make_unique<http::StandardPipeline>(
                http::PipelineParts{tables, executor, errors, log, gate, &tokens}, settings);
        }
        return *pipeline_;
    }

    /// As the connection would: all steps up to the written answer, without done().
    void serve(FakeExchange& exchange) {
        std::size_t body_size_max = 0;
        if (pipeline().begin(exchange, body_size_max) == http::Verdict::Continue) {
            pipeline().dispatch(exchange);
        }
        pipeline().finish(exchange);
    }

    http::PipelineSettings settings;
    log::MemorySink sink;
    log::Log log{log::Settings{}, sink};
    lifecycle::Gate gate;
    run::Executor executor{"test", 1};
    run::Lane lane{executor, "notes", 1, 1};
    PlainErrors errors;
    KnownTokens tokens;
    CountingTarget target;
    ListedTables tables;

private:
    std::list<http::Route> routes_;
    std::unique_ptr<http::StandardPipeline> pipeline_;
};

}  // namespace mortise::test
