// The cache as plugins use it: a real library in a real host, many requests at once.
#include <algorithm>
#include <thread>

#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"

using namespace mortise::testing;

namespace {

std::string path(const std::string& what, const std::string& key, const std::string& more = {}) {
    return "/api/v1/hoard/" + what + "?key=" + key + more;
}

std::int64_t numberOf(const Reply& answer) {
    return answer.json("data.number").as<std::int64_t>();
}

/// The answers of `count` requests that are made at once.
std::vector<Reply> askTogether(const App& app, const std::string& target, int count) {
    std::vector<std::optional<Reply>> answers(static_cast<std::size_t>(count));
    std::vector<std::thread> threads;
    for (auto& answer : answers) {
        threads.emplace_back([&app, &target, &answer] {
            try {
                answer = app.anonymous().get(target);
            } catch (const std::exception&) {
                answer.reset();  // Missed by the test's own thread.
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    std::vector<Reply> all;
    for (auto& answer : answers) {
        REQUIRE(answer.has_value());
        all.push_back(std::move(*answer));
    }
    return all;
}

int countOf(const std::vector<Reply>& answers, unsigned status) {
    return static_cast<int>(std::count_if(answers.begin(), answers.end(), [&](const auto& answer) {
        return answer.status == status;
    }));
}

}  // namespace

TEST_CASE("every app begins with an empty cache") {
    for (int i = 0; i < 2; ++i) {
        const App app(MORTISE_HOARD_FILE);
        CHECK(app.anonymous().get(path("kept", "a")).status == 404);
        CHECK(numberOf(app.anonymous().get(path("blocking", "a"))) == 1);
        CHECK(numberOf(app.anonymous().get(path("kept", "a"))) == 1);
    }
}

TEST_CASE("what was computed once is kept until its time is over on the test's clock") {
    const App app(MORTISE_HOARD_FILE);
    app.setTime(mortise::Timestamp(std::int64_t{4'102'444'800} * 1'000'000));
    for (const std::string what : {"blocking", "awaited"}) {
        const auto first = numberOf(app.anonymous().get(path(what, what)));
        CHECK(numberOf(app.anonymous().get(path(what, what))) == first);
        app.advance(std::chrono::minutes(2));
        CHECK(app.anonymous().get(path("kept", what)).status == 404);
        CHECK(numberOf(app.anonymous().get(path(what, what))) == first + 1);
    }
}

TEST_CASE("a value is put, removed by its key and by its tags") {
    const App app(MORTISE_HOARD_FILE);
    const auto client = app.anonymous();
    for (const auto& [what, name] : {std::pair("remove", "a"), std::pair("tag-removal", "all"),
                                     std::pair("tag-removal", "put")}) {
        CHECK(client.post(path("put", "a")).status == 204);
        CHECK(numberOf(client.get(path("blocking", "a"))) == -1);
        CHECK(client.post(path("tag-removal", "blocking")).status == 204);
        CHECK(client.get(path("kept", "a")).json("data.note") == "a");
        CHECK(client.post(path(what, name)).status == 204);
        CHECK(client.get(path("kept", "a")).status == 404);
    }
}

TEST_CASE("of many requests at once one computes and all get its value") {
    for (const std::string what : {"blocking", "awaited"}) {
        const App app(MORTISE_HOARD_FILE);
        const auto answers = askTogether(app, path(what, "a", "&company=4"), 4);
        for (const Reply& answer : answers) {
            REQUIRE(answer.status == 200);
            CHECK(numberOf(answer) == 1);
        }
    }
}

TEST_CASE("when the one who computes fails, it alone answers so and another computes") {
    for (const std::string what : {"blocking", "awaited"}) {
        const App app(MORTISE_HOARD_FILE);
        const auto answers = askTogether(app, path(what, "a", "&company=4&failures=2"), 4);
        CHECK(countOf(answers, 409) == 2);
        CHECK(countOf(answers, 200) == 2);
        for (const Reply& answer : answers) {
            CHECK((answer.status == 409 || numberOf(answer) == 3));
        }
    }
}

TEST_CASE("who waits for a value longer than the deadline of the request is told so") {
    for (const std::string what : {"blocking", "awaited"}) {
        const App app(MORTISE_HOARD_FILE, Options().setting("http.request_deadline_ms", 300));
        // The computation goes on until a third one asks, who takes over the claim that is over.
        const auto answers = askTogether(app, path(what, "a", "&company=3"), 2);
        CHECK(countOf(answers, 503) == 2);
        CHECK(app.anonymous().get(path(what, "a", "&company=3")).status == 200);
        app.settle();
    }
}

TEST_CASE("with the cache off every request computes for itself") {
    const App app(MORTISE_HOARD_FILE, Options().setting("cache.bytes_per_plugin", 0));
    CHECK(numberOf(app.anonymous().get(path("blocking", "a"))) == 1);
    CHECK(numberOf(app.anonymous().get(path("awaited", "a"))) == 2);
    CHECK(app.anonymous().get(path("kept", "a")).status == 404);
}

TEST_CASE("a plain function is not computed where nobody may wait") {
    const App app(MORTISE_HOARD_FILE);
    CHECK(app.anonymous().get(path("refused", "a")).status == 500);
    CHECK(app.anonymous().get(path("kept", "a")).status == 404);
}
