// Providers in operations and jobs: made once per call or attempt, and only where what they need is at hand.
#include <functional>

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using test::FakeHost;
using test::OpenPlugin;

namespace {

inline constexpr ErrorCode QUOTA_SPENT{"QUOTA_SPENT", 409, "The quota is spent"};

struct Text {
    std::string text;
    static constexpr auto schema() {
        return object<Text>("Text").field("text", &Text::text, minLength(1));
    }
};
struct Other {
    std::string text;
    static constexpr auto schema() { return object<Other>("Other").field("text", &Other::text); }
};

using Lines = std::vector<std::string>;

/// What happened, in order. A service of the plugin.
struct Journal {
    Lines lines;
};

/// A value that says when it comes and goes.
struct Quota {
    Quota(Journal& owner, std::string own_name) : journal(owner), name(std::move(own_name)) {
        journal.lines.push_back("+" + name);
    }
    Quota(const Quota&) = delete;
    ~Quota() { journal.lines.push_back((std::uncaught_exceptions() > 0 ? "!" : "-") + name); }
    Journal& journal;
    std::string name;
};

struct Row {
    std::string title;
};
struct Tenant {
    std::int64_t id = 0;
};
struct Attempt {
    std::string text;
};
struct CallerName {
    std::string text;
};
struct Unprovided {};

/// Provides itself, from another value.
struct Allowance {
    std::string text;
    static Allowance provide(Provided<Quota> quota, const Principal* user) {
        if (user == nullptr) {
            throw ConflictError(QUOTA_SPENT);
        }
        return {quota->name + " of " + std::string(user->subject())};
    }
};

class Notes final : public Plugin {
public:
    static inline std::function<void(Router&)> what;
    void declare(Router& router) override { what(router); }

    Quota quota(Service<Journal> journal, Db& db) {
        return {*journal, db.scalar<std::string>("SELECT name")};
    }
    Task<Row> row(AsyncDb& db) {
        auto title = co_await db.scalar<std::string>("SELECT title");
        Row row{std::move(title)};
        co_return row;
    }
    Tenant tenant(Header<"x-tenant", std::int64_t> id) { return {*id}; }
    Tenant tenantOfQuery(Query<Text>) { return {}; }
    Attempt attempt(const JobRun&, Args<Text> args) { return {"attempt at " + args->text}; }
    CallerName caller(const Caller& caller) { return {std::string(caller.plugin())}; }
    Row rowOfUser(const Principal&) { return {}; }

    Text measure(const Text& in, const Allowance& allowance, Provided<Quota> quota) {
        return {in.text + ": " + allowance.text + ", " + quota->name};
    }
    Task<Text> measureLater(const Text& in, Provided<Row> row) {
        Text text{in.text + ": " + row->title};
        co_return text;
    }
    Task<Text> waitLater(Provided<Quota>) {
        Text text;
        co_return text;
    }
    Text greet(Provided<CallerName> caller) { return {caller->text}; }
    Text operationOfTenant(const Text&, Provided<Tenant>) { return {}; }
    Text operationOfNothing(Provided<Unprovided>) { return {}; }
    Text operationOfAttempt(Provided<Attempt>) { return {}; }
    Text operationOfRow(Provided<Row>) { return {}; }

    void weigh(Args<Text> args, Provided<Quota> one, const Provided<Quota>& other,
               Service<Journal> journal) {
        journal->lines.push_back(args->text + (&*one == &*other ? " shared" : " apart"));
        if (args->text == "heavy") {
            throw ConflictError(QUOTA_SPENT);
        }
    }
    Text tell(Provided<Attempt> attempt) { return {attempt->text}; }
    void jobOfOther(Args<Other>, Provided<Attempt>) {}
    void jobOfTenant(Provided<Tenant>) {}
    void jobOfAllowance(const Allowance&) {}
    void jobOfRow(Provided<Row>) {}
    void jobOfUser(const Principal&) {}
    NoContent routeOfAttempt(Provided<Attempt>) { return {}; }
};

/// A plugin whose declare() is the one given, and the ways into it.
struct Fixture {
    explicit Fixture(const std::function<void(Router&)>& what) : plugin(host) {
        Notes::what = [&](Router& router) {
            router.provide(journal);
            what(router);
        };
        status = plugin.declare();
    }

    mortise_status call(const std::string& operation, std::string_view text = R"({"text":"in"})",
                        bool by_user = true) {
        const test::JsonTokens input(text);
        mortise_principal user{};
        user.struct_size = sizeof user;
        user.subject = detail::str("42");
        mortise_invocation invocation{};
        invocation.struct_size = sizeof invocation;
        invocation.context = host.context();
        invocation.json = &input.document();
        invocation.caller = detail::str("books");
        invocation.principal = by_user ? &user : nullptr;
        const mortise_operation& declared = host.operations.at(operation);
        const mortise_status answer =
            declared.handler(declared.handler_context, &invocation, error.out());
        host.runPending();
        return answer;
    }
    mortise_status run(const std::string& type, std::string_view text) {
        const test::JsonTokens args(text);
        mortise_job job{};
        job.struct_size = sizeof job;
        job.context = host.context();
        job.json = &args.document();
        const mortise_job_type& declared = host.job_types.at(type);
        return declared.handler(declared.handler_context, &job, error.out());
    }
    void answerWith(const std::string& value) {
        host.answers.push_back({{"value"}, {{value}}, 1, MORTISE_OK, {}, {}});
    }

    Journal journal;
    FakeHost host;
    OpenPlugin<Notes> plugin;
    detail::Failure error;
    mortise_status status = MORTISE_OK;
};

}  // namespace

TEST_CASE("an operation takes provided values, made once per call from what the call has") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::quota);
        router.operation("measure_text", &Notes::measure);
    });
    REQUIRE(fixture.status == MORTISE_OK);
    fixture.answerWith("small");
    CHECK(fixture.call("notes.measure_text") == MORTISE_OK);
    fixture.answerWith("large");
    CHECK(fixture.call("notes.measure_text") == MORTISE_OK);
    CHECK(fixture.host.replies ==
          Lines{R"({"text":"in: small of 42, small"})", R"({"text":"in: large of 42, large"})"});
    CHECK(fixture.journal.lines == Lines{"+small", "-small", "+large", "-large"});
}

TEST_CASE("what a provider throws ends the operation, and values made so far see it") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::quota);
        router.operation("measure_text", &Notes::measure);
    });
    fixture.answerWith("small");
    CHECK(fixture.call("notes.measure_text", R"({"text":"in"})", false) == MORTISE_DOMAIN_ERROR);
    CHECK(std::string(fixture.error.code) == "QUOTA_SPENT");
    CHECK(fixture.host.replies.empty());
    CHECK(fixture.journal.lines == Lines{"+small", "!small"});
}

TEST_CASE("no provider runs for an operation whose input is wrong") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::quota);
        router.operation("measure_text", &Notes::measure);
    });
    CHECK(fixture.call("notes.measure_text", R"({"text":""})") == MORTISE_DOMAIN_ERROR);
    CHECK(std::string(fixture.error.code) == "VALIDATION_ERROR");
    CHECK(fixture.host.statements.empty());
    CHECK(fixture.journal.lines.empty());
}

TEST_CASE("a coroutine provides for an operation that is a coroutine") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::row);
        router.operation("measure_text", &Notes::measureLater);
    });
    REQUIRE(fixture.status == MORTISE_OK);
    fixture.answerWith("milk");
    CHECK(fixture.call("notes.measure_text") == MORTISE_OK);
    CHECK(fixture.host.replies == Lines{R"({"text":"in: milk"})"});
    CHECK(fixture.host.completed == std::vector<mortise_status>{MORTISE_OK});
}

TEST_CASE("a provider may take what only operations or only jobs have") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::caller);
        router.provide(&Notes::attempt);
        router.operation("greet_caller", &Notes::greet);
        router.job("notes.tell", &Notes::tell);
    });
    REQUIRE(fixture.status == MORTISE_OK);
    CHECK(fixture.call("notes.greet_caller") == MORTISE_OK);
    CHECK(fixture.host.replies == Lines{R"({"text":"books"})"});
    CHECK(fixture.run("notes.tell", R"({"text":"it"})") == MORTISE_OK);
    CHECK(fixture.host.job_result == R"({"text":"attempt at it"})");
    CHECK_THAT(fixture.host.job_schemas.at("notes.tell"),
               Catch::Matchers::ContainsSubstring("minLength"));
}

TEST_CASE("a job shares a provided value within one attempt and gets a new one for the next") {
    const bool is_cached = GENERATE(true, false);
    Fixture fixture([is_cached](Router& router) {
        auto provider = router.provide(&Notes::quota).errors(QUOTA_SPENT);
        if (!is_cached) {
            provider.noCache();
        }
        router.job("notes.weigh", &Notes::weigh);
    });
    REQUIRE(fixture.status == MORTISE_OK);
    for (int i = 0; i < (is_cached ? 2 : 4); ++i) {
        fixture.answerWith(std::to_string(i));
    }
    CHECK(fixture.run("notes.weigh", R"({"text":"light"})") == MORTISE_OK);
    CHECK(fixture.run("notes.weigh", R"({"text":"heavy"})") == MORTISE_DOMAIN_ERROR);
    CHECK(fixture.journal.lines ==
          (is_cached ? Lines{"+0", "light shared", "-0", "+1", "heavy shared", "!1"}
                     : Lines{"+0", "+1", "light apart", "-1", "-0", "+2", "+3", "heavy apart", "!3",
                             "!2"}));
    // Nobody named it but the provider.
    CHECK(fixture.host.errors.count("QUOTA_SPENT") == 1);
}

TEST_CASE("a graph that cannot work for an operation or a job stops the load") {
    using Declare = std::function<void(Router&)>;
    const auto [declare, expected] = GENERATE(table<Declare, std::string>({
        {[](Router& r) { r.operation("find", &Notes::operationOfNothing); },
         "operation notes.find: nothing provides {anonymous}::Unprovided"},
        {[](Router& r) {
             r.provide([](Provided<Attempt>) { return Row(); });
             r.provide([](Provided<Row>) { return Attempt(); });
             r.job("notes.tell", &Notes::tell);
         },
         "providers need each other: {anonymous}::Row -> {anonymous}::Attempt -> "
         "{anonymous}::Row"},
        {[](Router& r) {
             r.provide(&Notes::tenant);
             r.operation("find", &Notes::operationOfTenant);
         },
         "operation notes.find: {anonymous}::Tenant takes mortise::Header<"},
        {[](Router& r) {
             r.provide(&Notes::tenantOfQuery);
             r.operation("find", &Notes::operationOfTenant);
         },
         "{anonymous}::Tenant takes mortise::Query<{anonymous}::Text>, which no operation can "
         "give"},
        {[](Router& r) {
             r.provide(&Notes::tenantOfQuery);
             r.provide([](Provided<Tenant>) { return Row(); });
             r.job("notes.row", &Notes::jobOfRow);
         },
         "job type notes.row: {anonymous}::Row -> {anonymous}::Tenant takes "
         "mortise::Query<{anonymous}::Text>, which no job can give"},
        {[](Router& r) {
             r.provide(&Notes::attempt);
             r.operation("find", &Notes::operationOfAttempt);
         },
         "operation notes.find: {anonymous}::Attempt takes const mortise::JobRun&, which no "
         "operation can give"},
        {[](Router& r) {
             r.provide(&Notes::attempt);
             r.group("/a").publicAccess().get("/", &Notes::routeOfAttempt).summary("s");
         },
         "GET /api/v1/a/: {anonymous}::Attempt takes const mortise::JobRun&, which no route can "
         "give"},
        {[](Router& r) {
             r.provide(&Notes::attempt);
             r.job("notes.other", &Notes::jobOfOther);
         },
         "{anonymous}::Attempt reads the arguments by another schema than the job"},
        {[](Router& r) {
             r.provide(&Notes::rowOfUser);
             r.job("notes.row", &Notes::jobOfRow);
         },
         "job type notes.row: {anonymous}::Row takes the user, but a job has none"},
        {[](Router& r) { r.job("notes.user", &Notes::jobOfUser); },
         "job type notes.user: the handler takes the user, but a job has none"},
        {[](Router& r) {
             r.provide(&Notes::row);
             r.job("notes.row", &Notes::jobOfRow);
         },
         "job type notes.row: {anonymous}::Row is provided by a coroutine"},
        {[](Router& r) {
             r.provide(&Notes::row);
             r.operation("find", &Notes::operationOfRow);
         },
         "operation notes.find: {anonymous}::Row is provided by a coroutine"},
        {[](Router& r) {
             r.provide(&Notes::quota);
             r.operation("find", &Notes::waitLater);
         },
         "{anonymous}::Quota takes Db& or Jobs&, which wait, but the operation runs on the "
         "reactor"},
    }));
    const Fixture fixture(declare);
    CHECK(fixture.status == MORTISE_INVALID_ARGUMENT);
    // clang writes (anonymous namespace), and blanks before a reference.
    std::string message = fixture.plugin.error.message;
    const auto replaceAll = [&message](std::string_view from, std::string_view to) {
        for (std::size_t at = 0; (at = message.find(from)) != std::string::npos;) {
            message.replace(at, from.size(), to);
        }
    };
    replaceAll("(anonymous namespace)", "{anonymous}");
    replaceAll(" &", "&");
    CHECK_THAT(message, Catch::Matchers::ContainsSubstring(expected));
}
