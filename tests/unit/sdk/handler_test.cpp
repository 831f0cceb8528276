// Handlers as the host calls them: arguments from the request, results and errors as answers, coroutines to their end.
#include "tests/unit/sdk/fake_plugin.hpp"

#include "tests/support/catch.hpp"

using namespace mortise;
using test::FakeHost;
using test::FakeRequest;
using test::OpenPlugin;

namespace {

inline constexpr ErrorCode TITLE_TAKEN{"TITLE_TAKEN", 409, "Title is taken"};

struct NoteInput {
    std::string title;
    std::optional<std::int64_t> size;
    static constexpr auto schema() {
        return object<NoteInput>("NoteInput")
            .field("title", &NoteInput::title, minLength(1), maxLength(5))
            .field("size", &NoteInput::size);
    }
};

struct NoteOutput {
    std::int64_t id = 0;
    std::string title;
    static constexpr auto schema() {
        return object<NoteOutput>("NoteOutput")
            .field("id", &NoteOutput::id)
            .field("title", &NoteOutput::title);
    }
};

struct NoteFilter {
    std::optional<std::string> search;
    static constexpr auto schema() {
        return object<NoteFilter>("NoteFilter").field("q", &NoteFilter::search, minLength(2));
    }
};

/// A part with handlers of its own.
class Extra {
public:
    NoteOutput fixed() const { return {99, "extra"}; }
};

class Notes final : public Plugin {
public:
    void declare(Router& router) override {
        auto notes = router.group("/notes").requireUser();
        notes.post("/", &Notes::create).summary("c").errors(TITLE_TAKEN);
        notes.put("/{id}", &Notes::replace).summary("r").message("Saved");
        notes.get("/", &Notes::list).summary("l");
        notes.get("/raw", &Notes::raw).summary("raw").publicAccess();
        notes.get("/extra", &Extra::fixed, extra_).summary("e").inlined();
        notes.get("/who", &Notes::who).summary("w").publicAccess();
        notes.del("/{id}", &Notes::remove).summary("d");
        notes.post("/fail", &Notes::failAs).summary("f");
        notes.post("/form", &Notes::form).summary("form").publicAccess();
        notes.get("/{id}", &Notes::show).summary("s");
        notes.get("/{id}/later", &Notes::failLater).summary("s");
        notes.patch("/{id}", &Notes::moves).summary("m");
        router.operation("find", &Notes::find);
        router.operation("find_later", &Notes::findLater);
        router.job("notes.purge", &Notes::purge).maxAttempts(2);
    }

    Created<NoteOutput> create(Body<NoteInput> note, Db& db, Log& log, const Principal& user) {
        const auto id = db.scalar<std::int64_t>("INSERT", note->title, user.userId());
        log.info("note.created", field("note_id", id));
        return {{id, note->title}, "/api/v1/notes/7"};
    }
    Reply<NoteOutput> replace(Path<"id", std::int64_t> id, Body<NoteInput> note,
                              const Request& request) {
        NoteOutput output{*id, note->title};
        return Reply(std::move(output))
            .status(202)
            .header("ETag", std::string(request.header("if-match").value_or("none")));
    }
    Page<NoteOutput> list(Query<PageQuery> page, Query<NoteFilter> filter, Db& db) const {
        auto items = db.all<NoteOutput>("SELECT id, title", filter->search.value_or("-"));
        return Page<NoteOutput>::of(*page, std::move(items), 41);
    }
    RawReply raw() { return {200, "text/plain", "raw", {}}; }
    NoteOutput who(const Principal* user) {
        return {user != nullptr ? user->userId() : -1, user != nullptr ? "user" : "nobody"};
    }
    void remove(Path<"id", std::int64_t>, Tasks& tasks) {
        tasks.afterResponse([this] { ++after_response_count; });
    }
    NoContent failAs(Body<NoteInput> note) {
        if (note->title == "app") {
            throw ConflictError(TITLE_TAKEN).keepWrites().retryAfter(std::chrono::seconds(3));
        }
        if (note->title == "std") {
            throw std::runtime_error("secret detail");
        }
        if (note->title == "int") {
            throw 5;
        }
        throw HostError(MORTISE_DEADLINE_EXCEEDED, "STATEMENT_TIMEOUT", "too slow");
    }
    NoteOutput form(Form<NoteInput> note) { return {note->size.value_or(0), note->title}; }

    Task<NoteOutput> show(Path<"id", std::int64_t> id, AsyncDb& db, Operations& operations,
                          const Principal& user) {
        const auto title = co_await db.scalar<std::string>("SELECT title WHERE id = $1", *id);
        const NoteInput input{title, user.userId()};
        const auto found = co_await operations.callAsync<NoteOutput>("users.find", input);
        NoteOutput output{*id, title + " " + found.title};
        co_return output;
    }
    Task<NoContent> failLater(Path<"id", std::int64_t> id, AsyncDb& db) {
        co_await db.execute("UPDATE");
        throw NotFoundError("Note", *id);
    }
    NoteOutput moves(Path<"id", std::string> id, Body<NoteInput>&& note) {
        NoteInput taken = std::move(note.value);
        return {1, *id + taken.title};
    }

    NoteOutput find(const NoteInput& input, const Caller& caller) {
        if (input.title == "none") {
            throw NotFoundError("Note", input.title);
        }
        return {1, std::string(caller.plugin()) + input.title};
    }
    Task<NoteOutput> findLater(Body<NoteInput> input, AsyncDb& db) {
        const auto id = co_await db.scalar<std::int64_t>("SELECT 1");
        NoteOutput output{id, input->title};
        co_return output;
    }
    NoteOutput purge(Args<NoteInput> args, JobRun& run, Jobs& jobs) {
        run.progress(0.5);
        jobs.enqueue("notes.purge", *args);
        return {2, args->title};
    }

    int after_response_count = 0;

private:
    Extra extra_;
};

/// A declared plugin and a way to call its routes.
struct Fixture {
    Fixture() : plugin(host) { REQUIRE(plugin.declare() == MORTISE_OK); }
    mortise_status call(const std::string& method, const std::string& pattern,
                        FakeRequest& request) {
        for (const auto& route : host.routes) {
            if (route.method == method && route.pattern == pattern) {
                error = {};
                return route.handler(route.context, &request, error.out());
            }
        }
        FAIL("no route " << method << " " << pattern);
        return MORTISE_NOT_FOUND;
    }
    const test::StagedResponse& answer() const { return host.responses.back(); }

    FakeHost host;
    OpenPlugin<Notes> plugin;
    detail::Failure error;
};

test::Rows oneCell(std::string column, std::string text) {
    return {{std::move(column)}, {{std::move(text)}}, 1, MORTISE_OK, {}, {}};
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a body, the user and the database reach a plain handler") {
    host.answers.push_back(oneCell("id", "7"));
    FakeRequest request(host, "POST");
    request.withJson(R"({"title":"milk"})");
    CHECK(call("POST", "/api/v1/notes", request) == MORTISE_OK);
    CHECK(answer().http_status == 201);
    CHECK(answer().data == R"({"id":7,"title":"milk"})");
    CHECK(answer().headers.at("Location") == "/api/v1/notes/7");
    CHECK(host.statements.at(0).params == std::vector<std::optional<std::string>>{"milk", "42"});
    CHECK(host.statements.at(0).flags == 0);
    CHECK(host.events == std::vector<std::string>{"note.created note_id=7"});
    CHECK(host.results_lent == 0);
}

TEST_CASE_METHOD(Fixture,
                 "all violations of all arguments are answered at once, before the handler") {
    FakeRequest request(host, "PUT");
    request.withPath("id", "x").withJson(R"({"title":"too long","size":"many"})");
    CHECK(call("PUT", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    CHECK(answer().http_status == 422);
    CHECK(answer().error_code == "VALIDATION_ERROR");
    CHECK(
        answer().errors ==
        R"({"id":["Must be an integer"],"title":["Must be at most 5 characters"],"size":["Must be an integer"]})");
}

TEST_CASE_METHOD(Fixture, "a missing body is a violation") {
    FakeRequest request(host, "POST");
    CHECK(call("POST", "/api/v1/notes", request) == MORTISE_OK);
    CHECK(answer().http_status == 422);
    CHECK(host.statements.empty());
}

TEST_CASE_METHOD(Fixture, "a reply sets status and headers, the route its message") {
    FakeRequest request(host, "PUT");
    request.withPath("id", "3").withJson(R"({"title":"tea"})");
    CHECK(call("PUT", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    CHECK(answer().http_status == 202);
    CHECK(answer().message == "Saved");
    CHECK(answer().headers.at("ETag") == "none");
    CHECK(answer().data == R"({"id":3,"title":"tea"})");
}

TEST_CASE_METHOD(Fixture, "a page carries items and meta, and reads run outside a transaction") {
    host.answers.push_back({{"title", "id"}, {{"a", "1"}, {"b", "2"}}, 2, MORTISE_OK, {}, {}});
    FakeRequest request(host, "GET");
    request.withQuery("page", "2").withQuery("per_page", "2").withQuery("q", "xy");
    CHECK(call("GET", "/api/v1/notes", request) == MORTISE_OK);
    CHECK(answer().data == R"({"items":[{"id":1,"title":"a"},{"id":2,"title":"b"}]})");
    CHECK(answer().meta == R"({"page":2,"per_page":2,"total":41,"has_next":true})");
    CHECK(host.statements.at(0).flags == (MORTISE_STATEMENT_SINGLE | MORTISE_STATEMENT_READ_ONLY));
    CHECK(host.statements.at(0).params.at(0) == "xy");
}

TEST_CASE_METHOD(Fixture, "violations of two queries come together") {
    FakeRequest request(host, "GET");
    request.withQuery("page", "0").withQuery("q", "x");
    CHECK(call("GET", "/api/v1/notes", request) == MORTISE_OK);
    CHECK(answer().errors ==
          R"({"page":["Must be at least 1"],"q":["Must be at least 2 characters"]})");
}

TEST_CASE_METHOD(Fixture, "a raw reply has no envelope") {
    FakeRequest request(host, "GET");
    CHECK(call("GET", "/api/v1/notes/raw", request) == MORTISE_OK);
    CHECK(answer().flags == MORTISE_RESPONSE_RAW);
    CHECK(answer().content_type == "text/plain");
    CHECK(answer().body == "raw");
}

TEST_CASE_METHOD(Fixture, "a handler of another object is called on that object") {
    FakeRequest request(host, "GET");
    CHECK(call("GET", "/api/v1/notes/extra", request) == MORTISE_OK);
    CHECK(answer().data == R"({"id":99,"title":"extra"})");
}

TEST_CASE_METHOD(Fixture, "an optional user is a null pointer without a token") {
    FakeRequest anonymous(host, "GET");
    CHECK(call("GET", "/api/v1/notes/who", anonymous.anonymous()) == MORTISE_OK);
    CHECK(answer().data == R"({"id":-1,"title":"nobody"})");
    FakeRequest known(host, "GET");
    CHECK(call("GET", "/api/v1/notes/who", known) == MORTISE_OK);
    CHECK(answer().data == R"({"id":42,"title":"user"})");
}

TEST_CASE_METHOD(Fixture, "void is 204, and what comes after the response runs later") {
    FakeRequest request(host, "DELETE");
    request.withPath("id", "1");
    CHECK(call("DELETE", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    CHECK(answer().http_status == 204);
    REQUIRE(host.after_response.size() == 1);
    host.after_response[0].first(host.after_response[0].second);
}

TEST_CASE_METHOD(Fixture,
                 "an error of the domain becomes the failure envelope with all it carries") {
    FakeRequest request(host, "POST");
    request.withJson(R"({"title":"app"})");
    CHECK(call("POST", "/api/v1/notes/fail", request) == MORTISE_OK);
    CHECK(answer().http_status == 409);
    CHECK(answer().error_code == "TITLE_TAKEN");
    CHECK(answer().message == "Title is taken");
    CHECK(answer().flags == MORTISE_RESPONSE_KEEP_WRITES);
    CHECK(answer().headers.at("Retry-After") == "3");
    CHECK(host.events.empty());
}

TEST_CASE_METHOD(Fixture, "an unforeseen exception is logged and tells the client nothing") {
    FakeRequest request(host, "POST");
    request.withJson(R"({"title":"std"})");
    CHECK(call("POST", "/api/v1/notes/fail", request) == MORTISE_INTERNAL);
    CHECK(host.responses.empty());
    CHECK(std::string(error.message).find("secret") == std::string::npos);
    CHECK(host.events == std::vector<std::string>{"request.unhandled_error error=secret detail"});
}

TEST_CASE_METHOD(Fixture, "what is not even an exception does not escape") {
    FakeRequest request(host, "POST");
    request.withJson(R"({"title":"int"})");
    CHECK(call("POST", "/api/v1/notes/fail", request) == MORTISE_INTERNAL);
    CHECK(host.events.size() == 1);
}

TEST_CASE_METHOD(Fixture, "the host's own outcomes go back to it as they came") {
    FakeRequest request(host, "POST");
    request.withJson(R"({"title":"slow"})");
    CHECK(call("POST", "/api/v1/notes/fail", request) == MORTISE_DEADLINE_EXCEEDED);
    CHECK(std::string(error.code) == "STATEMENT_TIMEOUT");
    CHECK(host.events.empty());
}

TEST_CASE_METHOD(Fixture, "a form is read by the schema of its JSON") {
    FakeRequest form(host, "POST");
    form.withBody("title=a+%C3%A4&size=4");
    CHECK(call("POST", "/api/v1/notes/form", form) == MORTISE_OK);
    CHECK(answer().data == "{\"id\":4,\"title\":\"a \xC3\xA4\"}");
    FakeRequest json(host, "POST");
    json.withJson(R"({"title":"j"})");
    CHECK(call("POST", "/api/v1/notes/form", json) == MORTISE_OK);
    CHECK(answer().data == R"({"id":0,"title":"j"})");
}

TEST_CASE_METHOD(Fixture, "a form with a broken escape is answered 400") {
    const std::string body = GENERATE(as<std::string>{}, "title=%4", "title=%zz", "title=%FF");
    FakeRequest form(host, "POST");
    form.withBody(body);
    CHECK(call("POST", "/api/v1/notes/form", form) == MORTISE_OK);
    CHECK(answer().http_status == 400);
}

TEST_CASE_METHOD(Fixture, "a coroutine awaits a statement and an operation, then finishes once") {
    host.answers.push_back(oneCell("title", "milk"));
    host.operation_output = R"({"id":42,"title":"Ada"})";
    FakeRequest request(host, "GET");
    request.withPath("id", "7");
    CHECK(call("GET", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    CHECK(host.finished.empty());
    host.runPending();
    CHECK(host.finished == std::vector<mortise_status>{MORTISE_OK});
    CHECK(answer().data == R"({"id":7,"title":"milk Ada"})");
    CHECK(host.operation_input == R"({"title":"milk","size":42})");
    CHECK(host.statements.at(0).flags == (MORTISE_STATEMENT_SINGLE | MORTISE_STATEMENT_READ_ONLY));
    CHECK(host.results_lent == 0);
}

TEST_CASE_METHOD(Fixture, "a coroutine whose arguments are invalid answers 422 and finishes") {
    FakeRequest request(host, "GET");
    request.withPath("id", "x");
    CHECK(call("GET", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    CHECK(answer().http_status == 422);
    CHECK(host.finished == std::vector<mortise_status>{MORTISE_OK});
}

TEST_CASE_METHOD(Fixture, "an error in a coroutine after a wait becomes its answer") {
    FakeRequest request(host, "GET");
    request.withPath("id", "7");
    CHECK(call("GET", "/api/v1/notes/{id:int}/later", request) == MORTISE_OK);
    host.runPending();
    CHECK(answer().http_status == 404);
    CHECK(answer().message == "Note with id '7' not found");
    CHECK(host.finished.size() == 1);
}

TEST_CASE_METHOD(Fixture, "a cancelled wait ends the coroutine with the host's status") {
    host.answers.push_back({{}, {}, 0, MORTISE_CANCELLED, "", "the client left"});
    FakeRequest request(host, "GET");
    request.withPath("id", "7");
    CHECK(call("GET", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    host.runPending();
    CHECK(host.finished == std::vector<mortise_status>{MORTISE_CANCELLED});
    CHECK(host.responses.empty());
    CHECK(host.events.empty());
}

TEST_CASE_METHOD(Fixture, "an error of the called operation arrives with its code and status") {
    host.answers.push_back(oneCell("title", "milk"));
    host.operation_status = MORTISE_DOMAIN_ERROR;
    FakeRequest request(host, "GET");
    request.withPath("id", "7");
    CHECK(call("GET", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    host.runPending();
    CHECK(answer().http_status == 409);
    CHECK(answer().error_code == "EMAIL_TAKEN");
}

TEST_CASE_METHOD(Fixture,
                 "an operation that answers something else is our error, not the client's") {
    host.answers.push_back(oneCell("title", "milk"));
    host.operation_output = R"({"id":"none"})";
    FakeRequest request(host, "GET");
    request.withPath("id", "7");
    CHECK(call("GET", "/api/v1/notes/{id:int}", request) == MORTISE_OK);
    host.runPending();
    CHECK(host.finished == std::vector<mortise_status>{MORTISE_INTERNAL});
    CHECK(host.events.size() == 1);
}

TEST_CASE_METHOD(Fixture, "the status of a refused answer goes back to the host") {
    host.respond_status = MORTISE_STALE;
    FakeRequest request(host, "GET");
    CHECK(call("GET", "/api/v1/notes/raw", request) == MORTISE_STALE);
}

TEST_CASE_METHOD(Fixture, "an rvalue parameter may be taken over") {
    FakeRequest request(host, "PATCH");
    request.withPath("id", "a").withJson(R"({"title":"b"})");
    CHECK(call("PATCH", "/api/v1/notes/{id}", request) == MORTISE_OK);
    CHECK(answer().data == R"({"id":1,"title":"ab"})");
}

TEST_CASE_METHOD(Fixture, "an operation answers its caller, in both ways") {
    const test::JsonTokens input(R"({"title":"x"})");
    mortise_invocation invocation{};
    invocation.struct_size = sizeof invocation;
    invocation.context = host.context();
    invocation.caller = detail::str("auth");
    invocation.json = &input.document();

    const mortise_operation& find = host.operations.at("notes.find");
    CHECK(find.flags == MORTISE_OPERATION_BLOCKING);
    CHECK(find.handler(find.handler_context, &invocation, error.out()) == MORTISE_OK);
    CHECK(host.replies.back() == R"({"id":1,"title":"authx"})");

    host.answers.push_back(oneCell("id", "8"));
    const mortise_operation& later = host.operations.at("notes.find_later");
    CHECK(later.flags == MORTISE_OPERATION_ASYNC);
    CHECK(later.handler(later.handler_context, &invocation, error.out()) == MORTISE_OK);
    host.runPending();
    CHECK(host.replies.back() == R"({"id":8,"title":"x"})");
    CHECK(host.completed == std::vector<mortise_status>{MORTISE_OK});
}

TEST_CASE_METHOD(Fixture, "an error of an operation is told as a domain error") {
    const test::JsonTokens input(R"({"title":"none"})");
    mortise_invocation invocation{};
    invocation.struct_size = sizeof invocation;
    invocation.context = host.context();
    invocation.json = &input.document();
    const mortise_operation& find = host.operations.at("notes.find");
    CHECK(find.handler(find.handler_context, &invocation, error.out()) == MORTISE_DOMAIN_ERROR);
    CHECK(std::string(error.code) == "NOT_FOUND");
    CHECK(error.http_status == 404);
    CHECK(std::string(error.message) == "Note with id 'none' not found");
}

TEST_CASE_METHOD(Fixture, "a job handler gets its arguments and gives its result") {
    const test::JsonTokens args(R"({"title":"old"})");
    mortise_job job{};
    job.struct_size = sizeof job;
    job.context = host.context();
    job.json = &args.document();
    const mortise_job_type& purge = host.job_types.at("notes.purge");
    CHECK(purge.max_attempts == 2);
    CHECK(purge.handler(purge.handler_context, &job, error.out()) == MORTISE_OK);
    CHECK(host.job_result == R"({"id":2,"title":"old"})");
    CHECK(host.enqueued == std::vector<std::string>{R"(notes.purge{"title":"old","size":null})"});

    host.job_cancelled = true;
    CHECK(purge.handler(purge.handler_context, &job, error.out()) == MORTISE_CANCELLED);
}

TEST_CASE_METHOD(Fixture, "job arguments that do not fit discard the job") {
    const test::JsonTokens args(R"({})");
    mortise_job job{};
    job.struct_size = sizeof job;
    job.context = host.context();
    job.json = &args.document();
    const mortise_job_type& purge = host.job_types.at("notes.purge");
    CHECK(purge.handler(purge.handler_context, &job, error.out()) == MORTISE_DOMAIN_ERROR);
    CHECK(error.http_status == 422);
}
