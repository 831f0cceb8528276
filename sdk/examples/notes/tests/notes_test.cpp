// The routes of notes through a real host: the plugin as it ships, a database of its own per test, users played by the test.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <mortise/testing.hpp>

namespace {

using mortise::testing::App;
using mortise::testing::Failure;
using mortise::testing::Json;
using mortise::testing::Options;

constexpr const char* kNotes = "/api/v1/notes";
constexpr const char* kBuyMilk = R"({"title": "Buy milk", "text": "Two litres"})";

}  // namespace

TEST_CASE("a note that was created is shown to its owner with its author") {
    App app(MORTISE_PLUGIN_FILE);
    app.onOperation("users.get", [](const Json& input) {
        CHECK(input.at("user_id") == 7);
        return std::string(R"({"id": 7, "full_name": "Ada Lovelace", "email": "ada@example.com"})");
    });
    const auto ada = app.asUser({.id = 7});

    const auto created = ada.post(kNotes, kBuyMilk);
    CHECK(created.status == 201);
    CHECK(created.header("location") == "/api/v1/notes/1");
    CHECK(created.json("data.title") == "Buy milk");

    const auto shown = ada.get(created.header("location"));
    CHECK(shown.status == 200);
    CHECK(shown.json("data.note.text") == "Two litres");
    CHECK(shown.json("data.author.full_name") == "Ada Lovelace");
    CHECK_FALSE(shown.json("data.author.email").isThere());
    CHECK(app.calls("users.get").size() == 1);
}

TEST_CASE("a title is taken for its owner and for nobody else") {
    App app(MORTISE_PLUGIN_FILE);
    const auto ada = app.asUser({.id = 7});
    REQUIRE(ada.post(kNotes, kBuyMilk).status == 201);
    CHECK(ada.post(kNotes, kBuyMilk).code() == "TITLE_TAKEN");
    CHECK(app.asUser({.id = 8}).post(kNotes, kBuyMilk).status == 201);
    CHECK(app.sql("SELECT count(*) FROM notes.notes WHERE title = $1", "Buy milk").integer() == 2);
}

TEST_CASE("a list shows the notes of its owner only") {
    App app(MORTISE_PLUGIN_FILE);
    auto title = mortise::testing::sequence("Note {}");
    for (int at = 0; at < 3; ++at) {
        app.sql("INSERT INTO notes.notes (owner_id, title) VALUES (7, $1)", title());
    }
    app.sql("INSERT INTO notes.notes (owner_id, title) VALUES (8, 'Of somebody else')");
    const auto reply = app.asUser({.id = 7}).get("/api/v1/notes?per_page=2");
    CHECK(reply.status == 200);
    CHECK(reply.json("data.items").size() == 2);
    CHECK(reply.json("data.items.0.title") == "Note 1");
    CHECK(reply.json("meta.total") == 3);
}

TEST_CASE("nobody keeps more notes than the setting allows") {
    App app(MORTISE_PLUGIN_FILE, Options().setting("notes.count_max", 1));
    const auto ada = app.asUser({.id = 7});
    REQUIRE(ada.post(kNotes, kBuyMilk).status == 201);
    const auto refused = ada.post(kNotes, R"({"title": "Second"})");
    CHECK(refused.status == 409);
    CHECK(refused.code() == "TOO_MANY_NOTES");
}

TEST_CASE("a note of somebody else is neither shown nor deleted") {
    App app(MORTISE_PLUGIN_FILE);
    app.sql("INSERT INTO notes.notes (owner_id, title) VALUES (7, 'Secret')");
    const auto bob = app.asUser({.id = 8});
    CHECK(bob.get("/api/v1/notes/1").code() == "NOTE_NOT_FOUND");
    CHECK(bob.del("/api/v1/notes/1").code() == "NOTE_NOT_FOUND");
    CHECK(app.asUser({.id = 7}).del("/api/v1/notes/1").status == 204);
    CHECK(app.sql("SELECT count(*) FROM notes.notes").integer() == 0);
}

TEST_CASE("notes are for users that are known") {
    App app(MORTISE_PLUGIN_FILE);
    const auto reply = app.anonymous().get(kNotes);
    CHECK(reply.status == 401);
    CHECK(reply.code() == "NOT_AUTHENTICATED");
    CHECK(reply.header("WWW-Authenticate") == "Bearer");
    CHECK(app.withToken("forged").get(kNotes).code() == "INVALID_TOKEN");
}

TEST_CASE("every field that is wrong is named") {
    App app(MORTISE_PLUGIN_FILE);
    const auto reply = app.asUser({.id = 7}).post(kNotes, R"({"title": "", "text": 5})");
    CHECK(reply.status == 422);
    CHECK(reply.code() == "VALIDATION_ERROR");
    CHECK(reply.json("errors.title").isThere());
    CHECK(reply.json("errors.text").isThere());
}
