// Providers and services: values made before a handler runs, in which order, from what, and what stops the load.
#include <functional>

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using test::FakeHost;
using test::FakeRequest;
using test::OpenPlugin;

namespace {

inline constexpr ErrorCode NOTE_MISSING{"NOTE_MISSING", 404, "Note not found"};

struct Seen {
    std::string text;
    static constexpr auto schema() { return object<Seen>("Seen").field("text", &Seen::text); }
};

struct Filter {
    std::optional<std::int64_t> size;
    static constexpr auto schema() {
        return object<Filter>("Filter").field("size", &Filter::size, ge(1));
    }
};

/// What happened, in order. A service of the plugin.
struct Journal {
    std::vector<std::string> lines;
    void add(std::string line) { lines.push_back(std::move(line)); }
};

/// A value that says when it comes and goes; it can be neither copied nor moved.
struct Trace {
    Trace(Journal& owner, std::string own_name) : journal(owner), name(std::move(own_name)) {
        journal.add("+" + name);
    }
    Trace(const Trace&) = delete;
    ~Trace() { journal.add((std::uncaught_exceptions() > 0 ? "!" : "-") + name); }
    Journal& journal;
    std::string name;
};

struct Tenant {
    std::int64_t id = 0;
};

/// Provides itself, from a parameter of the path, the user and another value.
struct OwnNote {
    std::int64_t id = 0;
    std::int64_t tenant = 0;

    static OwnNote provide(Path<"note_id", std::int64_t> id, const Principal& user,
                           Provided<Tenant> tenant) {
        if (*id == 404) {
            throw NotFoundError(NOTE_MISSING, "Note", *id);
        }
        return {*id + user.userId(), tenant->id};
    }
};

struct Row {
    std::string title;
};

struct Number {
    int value = 0;
};

struct First {
    Trace trace;
};
struct Second {
    Trace trace;
};

/// Needs itself, by way of another.
struct RoundA;
struct RoundB {
    static RoundB provide(const RoundA&);
};
struct RoundA {
    static RoundA provide(const RoundB&) { return {}; }
};
RoundB RoundB::provide(const RoundA&) {
    return {};
}

/// Needs what nobody provides.
struct Lonely {
    static Lonely provide(Provided<Row>) { return {}; }
};
struct VeryLonely {
    static VeryLonely provide(const Lonely&) { return {}; }
};

struct Store {
    virtual ~Store() = default;
    virtual std::string name() const = 0;
};
struct MemoryStore final : Store {
    std::string name() const override { return "memory"; }
};

class Notes final : public Plugin {
public:
    static inline std::function<void(Router&)> what;
    void declare(Router& router) override { what(router); }

    Tenant tenant(Header<"x-tenant", std::int64_t> id, Service<Journal> journal) {
        journal->add("tenant");
        return {*id};
    }
    Row row(Path<"note_id", std::int64_t> id, Db& db) {
        return {db.scalar<std::string>("SELECT title", *id)};
    }
    Task<Row> rowLater(Path<"note_id", std::int64_t> id, AsyncDb& db) {
        auto title = co_await db.scalar<std::string>("SELECT title", *id);
        Row row{std::move(title)};
        co_return row;
    }
    First first(Service<Journal> journal) { return {Trace(*journal, "first")}; }
    Second second(Provided<First>, Service<Journal> journal) { return {Trace(*journal, "second")}; }
    Number next() { return {++number_}; }
    Tenant tenantOfFilter(Query<Filter> filter) { return {filter->size.value_or(0)}; }

    Seen show(const OwnNote& note, Provided<Tenant> tenant) {
        return {std::to_string(note.id) + " " + std::to_string(note.tenant) + " " +
                std::to_string(tenant->id)};
    }
    Seen checked(Provided<Tenant>, Query<Filter>, Header<"x-count", std::int64_t>) { return {}; }
    Seen filtered(Provided<Tenant> tenant, Query<Filter> filter) {
        return {std::to_string(tenant->id + *filter->size)};
    }
    Seen traced(Provided<Second>, Provided<First>, Service<Journal> journal,
                const Principal* user) {
        journal->add("handler");
        if (user == nullptr) {
            throw ConflictError(NOTE_MISSING);
        }
        return {"done"};
    }
    Seen twice(Provided<Number> one, const Provided<Number>& other) {
        return {std::to_string(one->value) + std::to_string(other->value)};
    }
    Seen titled(Provided<Row> row) { return {row->title}; }
    Task<Seen> titledLater(Provided<Row> row, AsyncDb& db) {
        const auto more = co_await db.scalar<std::string>("SELECT more");
        Seen seen{row->title + more};
        co_return seen;
    }
    Task<Seen> tracedLater(Provided<Second>, AsyncDb& db, Service<Journal> journal) {
        co_await db.execute("UPDATE");
        journal->add("handler");
        Seen seen{"done"};
        co_return seen;
    }
    Seen stored(Service<Store> store) { return {store->name()}; }
    Seen plain() { return {}; }
    Seen round(const RoundA&) { return {}; }
    Seen lonely(const VeryLonely&) { return {}; }
    Seen operation(const Seen& in, Service<Journal> journal) {
        journal->add(in.text);
        return in;
    }
    Seen job(Args<Seen> args, Service<Journal> journal) {
        journal->add(args->text);
        return *args;
    }

private:
    int number_ = 0;
};

struct Fixture {
    explicit Fixture(std::function<void(Router&)> what) : plugin(host) {
        Notes::what = std::move(what);
        status = plugin.declare();
    }
    mortise_status call(FakeRequest& request) {
        REQUIRE(status == MORTISE_OK);
        const auto& route = host.routes.at(0);
        return route.handler(route.context, &request, error.out());
    }
    std::string message() const { return plugin.error.message; }
    const test::StagedResponse& answer() const { return host.responses.back(); }

    FakeHost host;
    OpenPlugin<Notes> plugin;
    detail::Failure error;
    mortise_status status = MORTISE_OK;
};

// Outside of the plugin, so that a test reads what happened there.
Journal& shared() {
    static Journal journal;
    return journal;
}

/// Provides the journal of the test and, when wanted, the traced values.
void provideJournal(Router& router) {
    shared().lines.clear();
    router.provide(shared());
}
void provideTraces(Router& router) {
    provideJournal(router);
    router.provide(&Notes::first);
    router.provide(&Notes::second);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a provider's own parameters are resolved like those of a handler, once per request") {
    Fixture fixture([](Router& router) {
        provideJournal(router);
        router.provide(&Notes::tenant);
        router.group("/notes").requireUser().get("/{note_id}", &Notes::show).summary("s");
    });
    REQUIRE(fixture.status == MORTISE_OK);
    CHECK(fixture.host.routes.at(0).pattern == "/api/v1/notes/{note_id:int}");
    FakeRequest request(fixture.host, "GET");
    request.withPath("note_id", "7").withHeader("x-tenant", "3");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().data == R"({"text":"49 3 3"})");
    CHECK(shared().lines == Lines{"tenant"});
}

TEST_CASE("what a provider throws is the answer, and the handler does not run") {
    Fixture fixture([](Router& router) {
        provideJournal(router);
        router.provide(&Notes::tenant);
        router.group("/notes").requireUser().get("/{note_id}", &Notes::show).summary("s");
    });
    FakeRequest request(fixture.host, "GET");
    request.withPath("note_id", "404").withHeader("x-tenant", "3");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().http_status == 404);
    CHECK(fixture.answer().error_code == "NOTE_MISSING");
}

TEST_CASE("violations of providers and of the handler come together, before any of them runs") {
    Fixture fixture([](Router& router) {
        provideJournal(router);
        router.provide(&Notes::tenant);
        router.group("/notes").publicAccess().get("/", &Notes::checked).summary("s");
    });
    FakeRequest request(fixture.host, "GET");
    request.withHeader("x-tenant", "x").withQuery("size", "0");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().http_status == 422);
    CHECK(fixture.answer().errors ==
          R"({"x-tenant":["Must be an integer"],"size":["Must be at least 1"],)"
          R"("x-count":["Field is required"]})");
    CHECK(shared().lines.empty());
}

TEST_CASE("values come in the order of their needs and go in reverse, before the answer is sent") {
    Fixture fixture([](Router& router) {
        provideTraces(router);
        router.group("/notes").publicAccess().get("/", &Notes::traced).summary("s");
    });
    FakeRequest request(fixture.host, "GET");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(shared().lines == Lines{"+first", "+second", "handler", "-second", "-first"});
}

TEST_CASE("a value sees in its destructor that the handler failed") {
    Fixture fixture([](Router& router) {
        provideTraces(router);
        router.group("/notes").publicAccess().get("/", &Notes::traced).summary("s");
    });
    FakeRequest request(fixture.host, "GET");
    CHECK(fixture.call(request.anonymous()) == MORTISE_OK);
    CHECK(fixture.answer().http_status == 404);
    CHECK(shared().lines == Lines{"+first", "+second", "handler", "!second", "!first"});
}

TEST_CASE("a value is shared by the request, unless its provider says otherwise") {
    const bool is_cached = GENERATE(true, false);
    Fixture fixture([is_cached](Router& router) {
        auto provider = router.provide(&Notes::next);
        if (!is_cached) {
            provider.noCache();
        }
        router.group("/notes").publicAccess().get("/", &Notes::twice).summary("s");
    });
    FakeRequest request(fixture.host, "GET");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().data == (is_cached ? R"({"text":"11"})" : R"({"text":"12"})"));
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().data == (is_cached ? R"({"text":"22"})" : R"({"text":"34"})"));
}

TEST_CASE("a free function and a lambda provide as a member does") {
    Fixture fixture([](Router& router) {
        router.provide([factor = 3](Query<Filter> filter) {
            return Tenant{filter->size.value_or(0) * factor};
        });
        router.group("/notes").publicAccess().get("/", &Notes::filtered).summary("s");
    });
    FakeRequest request(fixture.host, "GET");
    request.withQuery("size", "2");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().data == R"({"text":"8"})");
}

TEST_CASE("a parameter that provider and handler read alike is documented once") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::tenantOfFilter);
        router.group("/notes").publicAccess().get("/", &Notes::filtered).summary("s");
    });
    REQUIRE(fixture.status == MORTISE_OK);
    const std::string& openapi = fixture.host.routes.at(0).openapi;
    const std::string name = R"("name":"size")";
    REQUIRE(openapi.find(name) != std::string::npos);
    CHECK(openapi.find(name) == openapi.rfind(name));
}

TEST_CASE("what a provider takes and answers is documented on the routes that use it") {
    Fixture fixture([](Router& router) {
        provideJournal(router);
        router.provide(&Notes::tenant).errors(NOTE_MISSING);
        router.group("/notes")
            .publicAccess()
            .require<Tenant>()
            .get("/", &Notes::plain)
            .summary("s");
    });
    REQUIRE(fixture.status == MORTISE_OK);
    CHECK_THAT(fixture.host.routes.at(0).openapi,
               Catch::Matchers::ContainsSubstring(R"("name":"x-tenant","in":"header")"));
    CHECK_THAT(fixture.host.routes.at(0).openapi,
               Catch::Matchers::ContainsSubstring("NOTE_MISSING"));
    CHECK(fixture.host.errors.count("NOTE_MISSING") == 1);
}

TEST_CASE("what a group requires is made for all its routes, though no handler takes it") {
    Fixture fixture([](Router& router) {
        provideJournal(router);
        router.provide(&Notes::tenant);
        router.group("/notes")
            .publicAccess()
            .require<Tenant>()
            .get("/", &Notes::plain)
            .summary("s");
    });
    FakeRequest request(fixture.host, "GET");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().http_status == 422);
    request.withHeader("x-tenant", "1");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().http_status == 200);
    CHECK(shared().lines == Lines{"tenant"});
}

TEST_CASE("a provider that waits serves plain handlers") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::row);
        router.group("/notes").publicAccess().get("/{note_id}", &Notes::titled).summary("s");
    });
    fixture.host.answers.push_back({{"title"}, {{"milk"}}, 1, MORTISE_OK, {}, {}});
    FakeRequest request(fixture.host, "GET");
    request.withPath("note_id", "7");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().data == R"({"text":"milk"})");
}

TEST_CASE("a coroutine provides for a coroutine") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::rowLater);
        router.group("/notes").publicAccess().get("/{note_id}", &Notes::titledLater).summary("s");
    });
    fixture.host.answers.push_back({{"title"}, {{"milk"}}, 1, MORTISE_OK, {}, {}});
    fixture.host.answers.push_back({{"more"}, {{" and tea"}}, 1, MORTISE_OK, {}, {}});
    FakeRequest request(fixture.host, "GET");
    request.withPath("note_id", "7");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.host.responses.empty());
    fixture.host.runPending();
    CHECK(fixture.answer().data == R"({"text":"milk and tea"})");
    CHECK(fixture.host.finished == std::vector<mortise_status>{MORTISE_OK});
    CHECK(fixture.host.results_lent == 0);
}

TEST_CASE("a coroutine provider that is cancelled ends the request with the host's status") {
    Fixture fixture([](Router& router) {
        router.provide(&Notes::rowLater);
        router.group("/notes").publicAccess().get("/{note_id}", &Notes::titledLater).summary("s");
    });
    fixture.host.answers.push_back({{}, {}, 0, MORTISE_CANCELLED, "", "gone"});
    FakeRequest request(fixture.host, "GET");
    request.withPath("note_id", "7");
    CHECK(fixture.call(request) == MORTISE_OK);
    fixture.host.runPending();
    CHECK(fixture.host.finished == std::vector<mortise_status>{MORTISE_CANCELLED});
    CHECK(fixture.host.responses.empty());
}

TEST_CASE("the values of a coroutine live across its waits and go before it finishes") {
    Fixture fixture([](Router& router) {
        provideTraces(router);
        router.group("/notes").publicAccess().get("/", &Notes::tracedLater).summary("s");
    });
    fixture.host.before_finish = [] { shared().add("finish"); };
    FakeRequest request(fixture.host, "GET");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(shared().lines == Lines{"+first", "+second"});
    fixture.host.runPending();
    CHECK(shared().lines == Lines{"+first", "+second", "handler", "-second", "-first", "finish"});
}

TEST_CASE("services reach operations and jobs, and may be offered as one of their bases") {
    Fixture fixture([](Router& router) {
        provideJournal(router);
        static MemoryStore store;
        router.provide<Store>(store);
        router.group("/notes").publicAccess().get("/", &Notes::stored).summary("s");
        router.operation("note_it", &Notes::operation);
        router.job("notes.note", &Notes::job);
    });
    FakeRequest request(fixture.host, "GET");
    CHECK(fixture.call(request) == MORTISE_OK);
    CHECK(fixture.answer().data == R"({"text":"memory"})");

    const test::JsonTokens input(R"({"text":"from afar"})");
    mortise_invocation invocation{};
    invocation.struct_size = sizeof invocation;
    invocation.context = fixture.host.context();
    invocation.json = &input.document();
    const mortise_operation& operation = fixture.host.operations.at("notes.note_it");
    CHECK(operation.handler(operation.handler_context, &invocation, fixture.error.out()) ==
          MORTISE_OK);
    mortise_job job{};
    job.struct_size = sizeof job;
    job.context = fixture.host.context();
    job.json = &input.document();
    const mortise_job_type& type = fixture.host.job_types.at("notes.note");
    CHECK(type.handler(type.handler_context, &job, fixture.error.out()) == MORTISE_OK);
    CHECK(shared().lines == Lines{"from afar", "from afar"});
}

TEST_CASE("a provider is a plain function and needs no host to be tested") {
    Tenant tenant{3};
    mortise_principal raw{};
    raw.subject = detail::str("42");
    const OwnNote note = OwnNote::provide({{7}}, Principal(raw), Provided<Tenant>(tenant));
    CHECK(note.id == 49);
    CHECK(note.tenant == 3);
}

TEST_CASE("a graph that cannot work stops the load, and the text shows the whole chain") {
    using Declare = std::function<void(Router&)>;
    const auto [declare, expected] = GENERATE(table<Declare, std::string>({
        {[](Router& r) { r.group("/a").publicAccess().get("/", &Notes::lonely).summary("s"); },
         "GET /api/v1/a/: nothing provides {anonymous}::Row ({anonymous}::VeryLonely -> "
         "{anonymous}::Lonely -> {anonymous}::Row)"},
        {[](Router& r) { r.group("/a").publicAccess().get("/", &Notes::round).summary("s"); },
         "providers need each other: {anonymous}::RoundA -> {anonymous}::RoundB -> "
         "{anonymous}::RoundA"},
        {[](Router& r) { r.provide([](Provided<Number> n) { return *n; }); },
         "providers need each other: {anonymous}::Number -> {anonymous}::Number"},
        {[](Router& r) { r.provide([](Provided<Row>) { return Number(); }); },
         "nothing provides {anonymous}::Row ({anonymous}::Number -> {anonymous}::Row)"},
        {[](Router& r) {
             r.provide(&Notes::next);
             r.provide([] { return Number(); });
         },
         "{anonymous}::Number is provided twice"},
        {[](Router& r) { r.group("/a").publicAccess().get("/", &Notes::stored).summary("s"); },
         "GET /api/v1/a/: nothing provides the service {anonymous}::Store"},
        {[](Router& r) { r.operation("find", &Notes::operation); },
         "operation notes.find: nothing provides the service {anonymous}::Journal"},
        {[](Router& r) {
             r.provide(&Notes::row);
             r.group("/a").publicAccess().get("/{id}", &Notes::titled).summary("s");
         },
         "{anonymous}::Row takes Path<\"note_id\">, but the pattern has no {note_id}"},
        {[](Router& r) {
             r.provide(&Notes::row);
             r.group("/a").publicAccess().get("/{note_id}", &Notes::titledLater).summary("s");
         },
         "{anonymous}::Row takes Db& or Jobs&, which wait, but the route runs on the reactor"},
        {[](Router& r) {
             r.provide(&Notes::row);
             r.group("/a").publicAccess().get("/{note_id}", &Notes::titled).summary("s").inlined();
         },
         "{anonymous}::Row takes Db& or Jobs&, which wait"},
        {[](Router& r) {
             r.provide(&Notes::rowLater);
             r.group("/a").publicAccess().get("/{note_id}", &Notes::titled).summary("s");
         },
         "{anonymous}::Row is provided by a coroutine"},
        {[](Router& r) {
             r.provide([] { return Tenant(); });
             r.group("/a").publicAccess().get("/{note_id}", &Notes::show).summary("s");
         },
         "{anonymous}::OwnNote takes the user, but the route is public"},
        {[](Router& r) {
             r.provide([](Header<"x-count", std::string>) { return Tenant(); });
             r.group("/a").publicAccess().get("/", &Notes::checked).summary("s");
         },
         "header x-count is read as two different types"},
    }));
    const Fixture fixture(declare);
    CHECK(fixture.status == MORTISE_INVALID_ARGUMENT);
    // clang writes (anonymous namespace).
    std::string message = fixture.message();
    for (std::size_t at = 0; (at = message.find("(anonymous namespace)")) != std::string::npos;) {
        message.replace(at, std::string("(anonymous namespace)").size(), "{anonymous}");
    }
    CHECK_THAT(message, Catch::Matchers::ContainsSubstring(expected));
}
