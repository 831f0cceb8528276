// courier: calls the server a test names, from a plain handler, from a coroutine and while it holds a lease, and tells what came.
#include <mortise/plugin.hpp>

namespace courier {

using namespace mortise;

struct Errand {
    std::string url;
    std::int64_t attempts = 1;
    std::int64_t timeout_ms = 0;

    static constexpr auto schema() {
        return object<Errand>("Errand")
            .field("url", &Errand::url)
            .field("attempts", &Errand::attempts, defaultValue(1), ge(1), le(100))
            .field("timeout_ms", &Errand::timeout_ms, defaultValue(0), ge(0));
    }
};

struct Outcome {
    std::int64_t status = 0;
    std::string body;
    std::string code;
    std::string reason;

    static constexpr auto schema() {
        return object<Outcome>("Outcome")
            .field("status", &Outcome::status)
            .field("body", &Outcome::body)
            .field("code", &Outcome::code)
            .field("reason", &Outcome::reason);
    }
};

struct Price {
    std::int64_t amount = 0;

    static constexpr auto schema() {
        return object<Price>("Price").field("amount", &Price::amount, ge(0));
    }
};

constexpr Sql kOne{"courier_one", "SELECT 1"};

HttpCall callOf(const Errand& errand) {
    HttpCall call;
    call.url = errand.url;
    call.attempts = static_cast<unsigned>(errand.attempts);
    call.timeout = std::chrono::milliseconds(errand.timeout_ms);
    return call;
}

Outcome outcomeOf(HttpReply reply) {
    return {reply.status, std::move(reply.body), {}, {}};
}

class Courier final : public Plugin {
public:
    void declare(Router& router) override {
        const auto routes = router.group("/courier").tag("courier").publicAccess();
        routes.post("/wait", &Courier::wait).summary("Call and wait");
        routes.post("/later", &Courier::later).summary("Call from a coroutine");
        routes.post("/leased", &Courier::leased).summary("Call while a lease is held");
        routes.post("/price", &Courier::price).summary("Read what came as a price");
        routes.post("/all", &Courier::all).summary("Call twice at once");
        routes.post("/impatient", &Courier::later)
            .deadline(std::chrono::milliseconds(300))
            .summary("Call with little time");
    }

private:
    Outcome wait(Body<Errand> errand, HttpClient& http) const {
        try {
            return outcomeOf(http.send(callOf(*errand)));
        } catch (const HostError& error) {
            return {0, {}, error.code(), error.what()};
        }
    }

    Task<Outcome> later(Body<Errand> errand, AsyncHttpClient& http) const {
        std::string code;
        std::string reason;
        try {
            HttpReply reply = co_await http.send(callOf(*errand));
            co_return outcomeOf(std::move(reply));
        } catch (const HostError& error) {
            code = error.code();
            reason = error.what();
        }
        Outcome outcome{0, {}, std::move(code), std::move(reason)};
        co_return outcome;
    }

    Outcome leased(Body<Errand> errand, Db& db, HttpClient& http) const {
        db.execute(kOne);
        return wait(std::move(errand), http);
    }

    Price price(Body<Errand> errand, HttpClient& http) const {
        return http.get(errand->url).json<Price>();
    }

    static Task<std::int64_t> statusOf(AsyncHttpClient& http, std::string url) {
        const HttpReply reply = co_await http.get(std::move(url));
        co_return reply.status;
    }

    Task<Outcome> all(Body<Errand> errand, AsyncHttpClient& http) const {
        const auto [first, second] =
            co_await whenAll(statusOf(http, errand->url), statusOf(http, errand->url));
        Outcome outcome{first + second, {}, {}, {}};
        co_return outcome;
    }
};

}  // namespace courier

MORTISE_PLUGIN(courier::Courier)
