// errands: a plugin for the tests of the testing kit.
#include <atomic>

#include <mortise/plugin.hpp>

namespace errands {

using namespace mortise;

inline constexpr ErrorCode ERRAND_IMPOSSIBLE{"ERRAND_IMPOSSIBLE", 409, "Nobody can do that"};

struct Errand {
    std::string name;

    static constexpr auto schema() {
        return object<Errand>("Errand").field("name", &Errand::name, minLength(1), maxLength(100));
    }
};

struct ErrandResponse {
    std::int64_t id = 0;
    std::string name;

    static constexpr auto schema() {
        return object<ErrandResponse>("ErrandResponse")
            .field("id", &ErrandResponse::id)
            .field("name", &ErrandResponse::name);
    }
};

struct ErrandRun {
    std::string name;

    static constexpr auto schema() {
        return object<ErrandRun>("ErrandRun").field("name", &ErrandRun::name);
    }
};

struct Owner {
    std::int64_t id = 0;
    std::string full_name;

    static constexpr auto schema() {
        return object<Owner>("Owner").field("id", &Owner::id).field("full_name", &Owner::full_name);
    }
};

struct OwnerQuery {
    std::int64_t user_id = 0;

    static constexpr auto schema() {
        return object<OwnerQuery>("OwnerQuery").field("user_id", &OwnerQuery::user_id);
    }
};

struct Price {
    std::int64_t amount = 0;

    static constexpr auto schema() {
        return object<Price>("Price").field("amount", &Price::amount);
    }
};

struct Count {
    std::int64_t count = 0;

    static constexpr auto schema() { return object<Count>("Count").field("count", &Count::count); }
};

struct Time {
    Timestamp now;
    std::int64_t steady_s = 0;

    static constexpr auto schema() {
        return object<Time>("Time").field("now", &Time::now).field("steady_s", &Time::steady_s);
    }
};

constexpr Sql kInsert{"errand_insert",
                      "INSERT INTO errands (owner_id, name) VALUES ($1, $2) RETURNING id, name"};
constexpr Sql kFinish{"errand_finish", "UPDATE errands SET is_done = true WHERE name = $1"};

class Errands final : public Plugin {
public:
    void declare(Router& router) override {
        auto errands = router.group("/errands").tag("errands").requireUser();
        errands.post("/", &Errands::create).summary("Create an errand").errors(ERRAND_IMPOSSIBLE);
        errands.get("/thanks", &Errands::thanks).summary("Count the thanks that were said");
        errands.get("/owner", &Errands::owner).summary("Ask who owns them, and wait");
        errands.get("/owner-later", &Errands::ownerLater).summary("Ask who owns them");
        errands.get("/price", &Errands::price).summary("Ask another server, and wait");
        errands.get("/price-later", &Errands::priceLater).summary("Ask another server");
        errands.post("/price", &Errands::sendPrice).summary("Tell another server");
        errands.get("/secret", &Errands::thanks).requireScope("errands:read").summary("A scope");
        errands.get("/time", &Errands::time).summary("Tell the time");
        router.job("errands.run", &Errands::run).maxAttempts(3);
    }

private:
    Created<ErrandResponse> create(Body<Errand> body, const Principal& user, Db& db, Jobs& jobs,
                                   Tasks& tasks, Log& log) {
        auto created = db.one<ErrandResponse>(kInsert, user.userId(), body->name);
        jobs.enqueue("errands.run", ErrandRun{body->name}, {.queue = "slow", .priority = 5});
        if (body->name == "impossible") {
            throw ConflictError(ERRAND_IMPOSSIBLE);
        }
        tasks.afterResponse([this] { ++thanks_; });
        log.info("errands.created", field("errand_id", created.id), field("password", "hidden"));
        return {std::move(created), "/api/v1/errands"};
    }

    Count thanks() const { return {thanks_.load()}; }

    Time time(Clock& clock) const {
        return {clock.now(),
                std::chrono::duration_cast<std::chrono::seconds>(clock.steady()).count()};
    }

    Owner owner(const Principal& user, Operations& operations) const {
        return operations.call<Owner>("users.get", OwnerQuery{user.userId()});
    }

    Task<Owner> ownerLater(const Principal& user, Operations& operations) const {
        const OwnerQuery query{user.userId()};
        auto owner = co_await operations.callAsync<Owner>("users.get", query);
        co_return owner;
    }

    Price price(HttpClient& http) const {
        return http.get("https://prices.example.org/errands?day=1").json<Price>();
    }

    Task<Price> priceLater(AsyncHttpClient& http) const {
        const HttpReply reply = co_await http.get("https://prices.example.org/errands?day=1");
        co_return reply.json<Price>();
    }

    NoContent sendPrice(HttpClient& http) const {
        http.post("https://prices.example.org/errands", Price{7}).requireSuccess();
        return {};
    }

    Errand run(Args<ErrandRun> args, Db& db) const {
        if (db.execute(kFinish, args->name) == 0) {
            throw ConflictError(ERRAND_IMPOSSIBLE);
        }
        return {args->name};
    }

    std::atomic<std::int64_t> thanks_{0};
};

}  // namespace errands

MORTISE_PLUGIN(errands::Errands)
