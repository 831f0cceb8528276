// What a handler takes from a request, over a socket and across the contract: files, header fields, cookies, values of providers.
// Whatever is wrong with a request is answered before the handler; a count in the plugin shows that it was not reached.
#include <algorithm>

#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/load.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

struct Shared {
    Shared() { server.apply(testPluginFile("intake")); }
    Server server;
};

Server& server() {
    static Shared shared;
    return shared.server;
}

const std::string kIntake = "/api/v1/intake";

Answer get(const std::string& path, const Headers& headers = {}) {
    HttpClient client = server().client();
    return client.send({.target = kIntake + path, .headers = headers});
}

Answer upload(const std::string& body,
              const std::string& type = "multipart/form-data; boundary=XX") {
    HttpClient client = server().client();
    return client.send({.method = "POST",
                        .target = kIntake + "/files",
                        .body = body,
                        .headers = {{"Content-Type", type}}});
}

std::string textPart(const std::string& name, const std::string& value) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}
std::string filePart(const std::string& bytes) {
    return "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.png\"\r\n"
           "Content-Type: image/png\r\n\r\n" +
           bytes + "\r\n";
}

/// How many requests reached one of the other handlers.
std::string callCount() {
    return requireSuccess(get("/call-count"), 200).text("count");
}

}  // namespace

TEST_CASE("a file and the fields beside it reach the handler byte by byte") {
    std::string bytes;
    for (int i = 0; i < 600'000; ++i) {
        bytes += static_cast<char>(i % 256);
    }
    bytes += "\r\n--X\r\n";
    long long sum = 0;
    for (const char byte : bytes) {
        sum += static_cast<unsigned char>(byte);
    }
    const Json data =
        requireSuccess(upload(textPart("title", "Cat") + filePart(bytes) + "--XX--\r\n"), 201);
    CHECK(data.text("title") == "Cat");
    CHECK(data.text("filename") == "cat.png");
    CHECK(data.text("content_type") == "image/png");
    CHECK(data.text("size") == std::to_string(bytes.size()));
    CHECK(data.text("byte_sum") == std::to_string(sum));
}

TEST_CASE("a body of another type than a form with files is answered 415") {
    const std::string count_before = callCount();
    const std::string type =
        GENERATE(as<std::string>{}, "application/json", "application/x-www-form-urlencoded",
                 "text/plain", "multipart/mixed; boundary=XX", "nonsense");
    INFO(type);
    requireFailure(upload("{}", type), 415, "UNSUPPORTED_MEDIA_TYPE");
    CHECK(callCount() == count_before);
}

TEST_CASE("a malformed form is answered 400") {
    const std::string count_before = callCount();
    std::string many_parts;
    for (int i = 0; i < 129; ++i) {
        many_parts += textPart("title", "a");
    }
    const std::string good = textPart("title", "Cat") + filePart("x") + "--XX--";
    const std::string body = GENERATE_COPY(
        as<std::string>{}, std::string("nonsense"), good.substr(0, good.size() - 4),
        good.substr(0, 70), many_parts + "--XX--", textPart("title", "\xFF") + "--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"title\"\r\nX: " + std::string(5000, 'x') +
            "\r\n\r\na\r\n--XX--",
        std::string("--XX\r\nX: 1\r\n\r\na\r\n--XX--"));
    INFO(body.substr(0, 200));
    requireFailure(upload(body), 400, "BAD_REQUEST");
    CHECK(callCount() == count_before);
}

TEST_CASE("a form without a boundary or without a body is answered 400") {
    const std::string count_before = callCount();
    requireFailure(upload(filePart("x") + "--XX--", "multipart/form-data"), 400, "BAD_REQUEST");
    requireFailure(
        upload(filePart("x") + "--XX--", "multipart/form-data; boundary=" + std::string(71, 'x')),
        400, "BAD_REQUEST");
    requireFailure(upload(""), 400, "BAD_REQUEST");
    CHECK(callCount() == count_before);
}

TEST_CASE("a form that is larger than the route allows is answered 413") {
    const std::string count_before = callCount();
    HttpClient client = server().client();
    const Answer answer = client.sendRaw("POST " + kIntake +
                                         "/files HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                         "Content-Type: multipart/form-data; boundary=XX\r\n"
                                         "Content-Length: 1048577\r\n\r\n");
    requireFailure(answer, 413, "PAYLOAD_TOO_LARGE");
    CHECK(callCount() == count_before);
}

TEST_CASE("a missing file and wrong fields are answered 422, all at once") {
    const std::string count_before = callCount();
    const Json errors =
        requireFailure(upload(textPart("title", "") + "--XX--"), 422, "VALIDATION_ERROR");
    CHECK(errors.names() == std::vector<std::string>{"file", "title"});
    requireFieldError(
        requireFailure(upload(textPart("title", "a") + textPart("file", "no") + "--XX--"), 422,
                       "VALIDATION_ERROR"),
        "file");
    CHECK(callCount() == count_before);
}

TEST_CASE("header fields and cookies reach the handler") {
    CHECK(requireSuccess(get("/depth", {{"X-Depth", "7"}}), 200).text("text") == "7");
    CHECK(requireSuccess(get("/theme", {{"Cookie", "a=b; theme=dark"}}), 200).text("text") ==
          "dark");
}

TEST_CASE("header fields and cookies that are garbage are answered 422") {
    const std::string count_before = callCount();
    requireFieldError(requireFailure(get("/depth"), 422, "VALIDATION_ERROR"), "x-depth");
    requireFieldError(requireFailure(get("/depth", {{"X-Depth", "deep"}}), 422, "VALIDATION_ERROR"),
                      "x-depth");
    requireFieldError(requireFailure(get("/depth", {{"X-Depth", "1"}, {"x-depth", "2"}}), 422,
                                     "VALIDATION_ERROR"),
                      "x-depth");
    for (const char* cookie : {";;;", "theme", "theme=a b", "theme=\"", "theme=\\", "=dark"}) {
        INFO(cookie);
        requireFieldError(
            requireFailure(get("/theme", {{"Cookie", cookie}}), 422, "VALIDATION_ERROR"), "theme");
    }
    CHECK(callCount() == count_before);
}

TEST_CASE("more cookies than anybody needs are answered 400") {
    const std::string count_before = callCount();
    std::string cookies;
    for (int i = 0; i < 300; ++i) {
        cookies += "a=1;";
    }
    requireFailure(get("/theme", {{"Cookie", cookies + "theme=dark"}}), 400, "BAD_REQUEST");
    CHECK(callCount() == count_before);
}

TEST_CASE("a value of a provider reaches the handler, plain or coroutine") {
    const std::size_t closed_before = server().events("intake.receipt_closed").size();
    CHECK(requireSuccess(get("/boxes/7", {{"X-Key", "7"}}), 200).text("text") == "7 in time");
    CHECK(requireSuccess(get("/boxes/7/later", {{"X-Key", "7"}}), 200).text("text") == "7");
    CHECK(within(std::chrono::seconds(10), [&] {
        return server().events("intake.receipt_closed").size() == closed_before + 1;
    }));
}

TEST_CASE("what a provider refuses is answered before the handler") {
    const std::string count_before = callCount();
    for (const std::string path : {"/boxes/7", "/boxes/7/later"}) {
        requireFailure(get(path, {{"X-Key", "8"}}), 404, "BOX_MISSING");
        requireFieldError(requireFailure(get(path), 422, "VALIDATION_ERROR"), "x-key");
        requireFailure(get("/boxes/seven" + path.substr(8), {{"X-Key", "7"}}), 422,
                       "VALIDATION_ERROR");
    }
    CHECK(callCount() == count_before);
}

TEST_CASE("coroutines that wait beyond the deadline are woken and leave nothing behind") {
    const Answer answer = get("/naps");
    requireFailure(answer, 503, "DEADLINE_EXCEEDED");
    CHECK(within(std::chrono::seconds(20),
                 [] { return requireSuccess(get("/frame-count"), 200).text("count") == "0"; }));
}

TEST_CASE("a redirect answers with a Location and nothing else") {
    const Answer answer = get("/moved?text=/api/v1/intake/depth");
    CHECK(answer.status == 303);
    CHECK(answer.header("Location") == "/api/v1/intake/depth");
    CHECK(answer.body.empty());
    CHECK_FALSE(answer.hasHeader("Content-Type"));
}

TEST_CASE("a redirect to a target that would end the header line is answered 500") {
    const Answer answer = get("/moved?text=/a%0D%0ASet-Cookie:%20b=c");
    requireFailure(answer, 500, "INTERNAL_ERROR");
    CHECK_FALSE(answer.hasHeader("Set-Cookie"));
    CHECK_FALSE(answer.hasHeader("Location"));
}

TEST_CASE("a deprecated route says so in its header") {
    const Answer answer = get("/old");
    requireSuccess(answer, 200);
    CHECK(answer.header("Deprecation") == "@1767225600");
    CHECK(answer.header("Sunset") == "Fri, 01 Jan 2027 00:00:00 GMT");
    CHECK(answer.header("Link") == "<https://example.com/intake>; rel=\"sunset\"");
}

TEST_CASE("answers of a deprecated route that no handler gave say so too") {
    HttpClient client = server().client();
    const Account account = registerAccount(client);
    const auto post = [&](const std::string& path, const std::string& type,
                          const std::string& body) {
        return client.send({.method = "POST",
                            .target = kIntake + path,
                            .body = body,
                            .headers = {{"Content-Type", type}}});
    };
    const std::string json = "application/json";
    const std::vector<std::pair<int, Answer>> answers = {
        {200, post("/old/7", json, R"({"text":"x"})")},
        {401, get("/old/mine")},
        {403, client.get(kIntake + "/old/all", account.access_token)},
        {415, post("/old/7", "text/plain", "x")},
        {413, server().client().send({.method = "POST",
                                      .target = kIntake + "/old/7",
                                      .body = std::string(100, ' '),
                                      .headers = {{"Content-Type", json}}})},
        {422, post("/old/seven", json, R"({"text":"x"})")},
        {422, post("/old/7", json, R"({"text":7})")},
        {400, post("/old/7", json, "{")},
        {503, get("/old/naps")},
        {503, get("/old/pause")}};
    for (const auto& [status, answer] : answers) {
        INFO(status << " " << answer.body);
        CHECK(answer.status == status);
        CHECK(std::count_if(answer.headers.begin(), answer.headers.end(),
                            [](const auto& field) { return field.first == "Deprecation"; }) == 1);
        CHECK(answer.header("Deprecation") == "@1767225600");
    }
    CHECK_FALSE(get("/call-count").hasHeader("Deprecation"));
}

TEST_CASE("a role in the signature is required by the route") {
    requireFailure(get("/all"), 401, "NOT_AUTHENTICATED");
    HttpClient client = server().client();
    const Account account = registerAccount(client);
    requireFailure(client.get(kIntake + "/all", account.access_token), 403, "FORBIDDEN");
}

TEST_CASE("the document shows files, header fields, cookies, roles and what goes away") {
    HttpClient client = server().client();
    const std::string text = client.get("/openapi.json").body;
    CHECK_THAT(text, Catch::Matchers::ContainsSubstring("multipart/form-data"));
    CHECK_THAT(text, Catch::Matchers::ContainsSubstring("\"x-depth\""));
    CHECK_THAT(text, Catch::Matchers::ContainsSubstring("\"cookie\""));
    CHECK_THAT(text, Catch::Matchers::ContainsSubstring("\"x-required-roles\":[\"admin\"]"));
    CHECK_THAT(text, Catch::Matchers::ContainsSubstring("\"deprecated\":true"));
}

TEST_CASE("plain handlers and coroutines share the permits of a semaphore, and all are served") {
    LoadPlan plan;
    plan.port = server().port();
    plan.connection_count = 32;
    plan.requests = {{.target = kIntake + "/desk"}, {.target = kIntake + "/desk/later"}};
    plan.judge = [](const Request&, long, const Answer& answer) {
        return answer.status == 200 ? "" : "status " + std::to_string(answer.status);
    };
    Load load(plan);
    CHECK(load.waitForAnswers(300));
    CHECK(load.finish() == std::vector<std::string>());
    CHECK(requireSuccess(get("/desk/count"), 200).text("count") == "2");
}

TEST_CASE(
    "a coroutine that gets no permit is answered at the deadline, and gives back what it had") {
    for (int round = 0; round < 2; ++round) {
        requireFailure(get("/desk/in-vain"), 503, "DEADLINE_EXCEEDED");
    }
}
