// Every recipe once, through a real host.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <mortise/testing.hpp>

namespace {

using mortise::testing::App;
using mortise::testing::Json;

constexpr const char* kParcels = "/api/v1/cookbook";

}  // namespace

TEST_CASE("a parcel that was created belongs to its owner, and is weighed") {
    App app(MORTISE_PLUGIN_FILE);
    auto ada = app.asUser({.id = 7, .roles = {"user"}});
    auto reply = ada.post("/api/v1/cookbook", R"({"label": "Books", "weight_kg": 2.5})");
    CHECK(reply.status == 201);
    CHECK(reply.json("data.label") == "Books");
    CHECK(app.sql("SELECT owner_id FROM cookbook.parcels").integer() == 7);

    REQUIRE(app.jobs().size() == 1);
    app.runJob(app.jobs().at(0));
    CHECK(app.sql("SELECT count(*) FROM cookbook.parcels WHERE weighed_at IS NOT NULL").integer() ==
          1);
    app.settle();
    CHECK(app.logs("cookbook.announced").size() == 1);
}

TEST_CASE("a job is enqueued with the row it is about, or not at all") {
    App app(MORTISE_PLUGIN_FILE);
    auto ada = app.asUser({.id = 7});
    REQUIRE(ada.post(kParcels, R"({"label": "Books", "weight_kg": 1})").status == 201);
    CHECK(ada.post(kParcels, R"({"label": "Books", "weight_kg": 1})").code() == "LABEL_TAKEN");
    CHECK(ada.post(kParcels, R"({"label": "Piano", "weight_kg": 300})").status == 422);
    CHECK(app.jobs().size() == 1);
}

TEST_CASE("a wrong code is refused, and the miss is kept") {
    App app(MORTISE_PLUGIN_FILE);
    auto ada = app.asUser({.id = 7});
    REQUIRE(ada.post(kParcels, R"({"label": "Books", "weight_kg": 1})").status == 201);
    CHECK(ada.post("/api/v1/cookbook/1/open", R"({"code": "1234"})").code() == "WRONG_CODE");
    CHECK(app.sql("SELECT misses FROM cookbook.parcels").integer() == 1);
    CHECK(ada.post("/api/v1/cookbook/1/open", R"({"code": "0000"})").status == 204);
}

TEST_CASE("a file of labels becomes parcels, and all of them are downloaded and listed") {
    App app(MORTISE_PLUGIN_FILE);
    auto ada = app.asUser({.id = 7});
    const std::string form =
        "--cut\r\nContent-Disposition: form-data; name=\"labels\"; filename=\"labels.txt\"\r\n"
        "Content-Type: text/plain\r\n\r\none\ntwo\nthree\n\r\n--cut--\r\n";
    CHECK(ada.send("POST", "/api/v1/cookbook/labels", form, "multipart/form-data; boundary=cut")
              .status == 204);
    CHECK(ada.get("/api/v1/cookbook/export").body ==
          "id,label\n1,\"one\"\n2,\"two\"\n3,\"three\"\n");
    CHECK(ada.get("/api/v1/cookbook?per_page=2").json("meta.total") == 3);
}

TEST_CASE("the owner comes from another plugin") {
    App app(MORTISE_PLUGIN_FILE);
    app.onOperation("users.get",
                    [](const Json&) { return std::string(R"({"id": 7, "full_name": "Ada"})"); });
    CHECK(app.asUser({.id = 7}).get("/api/v1/cookbook/owner").json("data.full_name") == "Ada");
}

TEST_CASE("the rate comes from another server, which may be away") {
    App app(MORTISE_PLUGIN_FILE);
    const auto ask = [&] { return app.asUser({.id = 7}).get("/api/v1/cookbook/rate"); };
    app.onHttp("GET https://rates.example.org/*",
               [](const auto&) { return std::string(R"({"per_kg": 4.5})"); });
    CHECK(ask().json("data.per_kg") == 4.5);
    app.onHttp("GET https://rates.example.org/*",
               [](const auto&) { return mortise::testing::Reply{502}; });
    CHECK(ask().code() == "SERVICE_UNAVAILABLE");
}

TEST_CASE("the name for a label is asked for once in five minutes") {
    App app(MORTISE_PLUGIN_FILE);
    app.onOperation("users.get",
                    [](const Json&) { return std::string(R"({"id": 7, "full_name": "Ada"})"); });
    auto ada = app.asUser({.id = 7});
    for (int i = 0; i < 2; ++i) {
        CHECK(ada.get("/api/v1/cookbook/sender").json("data.full_name") == "Ada");
    }
    CHECK(app.calls("users.get").size() == 1);
    app.advance(std::chrono::minutes(5));
    CHECK(ada.get("/api/v1/cookbook/sender").status == 200);
    CHECK(app.calls("users.get").size() == 2);
}

namespace {

mortise::testing::Reply upload(App& app, const std::string& labels) {
    const std::string form =
        "--cut\r\nContent-Disposition: form-data; name=\"labels\"; filename=\"labels.txt\"\r\n"
        "Content-Type: text/plain\r\n\r\n" +
        labels + "\r\n--cut--\r\n";
    return app.asUser({.id = 7}).send("POST", "/api/v1/cookbook/labels", form,
                                      "multipart/form-data; boundary=cut");
}

}  // namespace

TEST_CASE("a file of labels is held to the rules of the parcels") {
    App app(MORTISE_PLUGIN_FILE);
    CHECK(upload(app, "one\n\ntwo").status == 422);
    CHECK(upload(app, std::string(81, 'x')).status == 422);
    CHECK(upload(app, "bad \xff byte").status == 422);
    CHECK(upload(app, "same\nsame").code() == "LABEL_TAKEN");
    CHECK(app.sql("SELECT count(*) FROM cookbook.parcels").integer() == 0);
}

TEST_CASE("a label with quotes is one field of the export") {
    App app(MORTISE_PLUGIN_FILE);
    REQUIRE(upload(app, "12\" vinyl").status == 204);
    CHECK(app.asUser({.id = 7}).get("/api/v1/cookbook/export").body ==
          "id,label\n1,\"12\"\" vinyl\"\n");
}
