// Bodies that are wrong: unreadable, of the wrong type, or out of bounds.
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/system/refusals_server.hpp"

using namespace mortise::test;

namespace {

constexpr const char* kLogin = "/api/v1/auth/login";
constexpr const char* kRegister = "/api/v1/auth/register";

Answer post(const std::string& target, const std::string& body) {
    HttpClient client = refusalsServer().client();
    return client.post(target, body);
}

Answer postJob(const std::string& body) {
    HttpClient client = refusalsServer().client();
    return client.post("/api/v1/jobs", body, refusedUser().access_token);
}

}  // namespace

TEST_CASE("unreadable JSON answers 400") {
    const std::string body =
        GENERATE(as<std::string>{}, "{", "nonsense", "{\"email\":}", "{\"email\":\"a\",}",
                 "{'email':'a'}", "{\"email\":\"a\"} {}", "{\"email\":01}", "{\"email\":\"\\x\"}",
                 "{\"email\":\"a\nb\"}", "\xEF\xBB\xBF", "{\"email\":NaN}");
    INFO("body: " << body);
    requireFailure(post(kLogin, body), 400, "BAD_REQUEST");
}

TEST_CASE("duplicate keys answer 400") {
    requireFailure(post(kLogin, R"({"email":"a","password":"b","email":"c"})"), 400, "BAD_REQUEST");
    requireFailure(postJob(R"({"job_type":"demo.sleep","args":{"seconds":0,"seconds":1}})"), 400,
                   "BAD_REQUEST");
}

TEST_CASE("JSON that is nested too deeply answers 400") {
    const std::string body = R"({"email":)" + std::string(70, '[') + std::string(70, ']') + "}";
    requireFailure(post(kLogin, body), 400, "BAD_REQUEST");
}

TEST_CASE("an object with too many keys answers 400") {
    std::string body = R"({"email":"a")";
    for (int i = 0; i < 1001; ++i) {
        body += ",\"key" + std::to_string(i) + "\":0";
    }
    requireFailure(post(kLogin, body + "}"), 400, "BAD_REQUEST");
}

TEST_CASE("invalid UTF-8 answers 400") {
    const std::string text =
        GENERATE(as<std::string>{}, "\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80");
    requireFailure(post(kLogin, R"({"email":")" + text + R"(","password":"b"})"), 400,
                   "BAD_REQUEST");
}

TEST_CASE("half a surrogate pair in an escape answers 400") {
    requireFailure(post(kLogin, R"({"email":"\ud800","password":"b"})"), 400, "BAD_REQUEST");
}

TEST_CASE("a missing body answers 400") {
    HttpClient client = refusalsServer().client();
    requireFailure(client.send({.method = "POST", .target = kLogin}), 400, "BAD_REQUEST");
}

TEST_CASE("another content type answers 415") {
    HttpClient client = refusalsServer().client();
    for (const char* type : {"text/plain", "application/xml", "multipart/form-data", "nonsense"}) {
        INFO("type: " << type);
        requireFailure(client.send({.method = "POST",
                                    .target = kRegister,
                                    .body = "{}",
                                    .headers = {{"Content-Type", type}}}),
                       415, "UNSUPPORTED_MEDIA_TYPE");
    }
}

TEST_CASE("a body that is no object answers 422") {
    const std::string body = GENERATE(as<std::string>{}, "[]", "7", "\"text\"", "null", "true");
    INFO("body: " << body);
    requireFailure(post(kLogin, body), 422, "VALIDATION_ERROR");
}

TEST_CASE("a field of the wrong type answers 422 and is named") {
    const auto [body, field] = GENERATE(table<std::string, std::string>({
        {R"({"email":7,"password":"b"})", "email"},
        {R"({"email":["a"],"password":"b"})", "email"},
        {R"({"email":null,"password":"b"})", "email"},
        {R"({"email":"a","password":{}})", "password"},
        {R"({"password":"b"})", "email"},
    }));
    INFO("body: " << body);
    requireFieldError(requireFailure(post(kLogin, body), 422, "VALIDATION_ERROR"), field);
}

TEST_CASE("all wrong fields are named at once, with the texts people read") {
    const Answer answer =
        post(kRegister, R"({"email":"nobody","full_name":"","password":"short"})");
    const Json errors = requireFailure(answer, 422, "VALIDATION_ERROR");
    CHECK(answer.json().text("message") == "Validation failed");
    CHECK(errors.names() == std::vector<std::string>{"email", "full_name", "password"});
    CHECK(errors.text("email.0") == "Invalid email format");
    CHECK(errors.text("password.0") == "Must be at least 8 characters");
}

TEST_CASE("the number of a field is strict: no texts, no fractions, no overflow") {
    const std::string number = GENERATE(as<std::string>{}, "\"5\"", "1.5", "101", "-101", "1e400",
                                        "99999999999999999999999999", "true", "null");
    INFO("priority: " << number);
    const Json errors = requireFailure(
        postJob(R"({"job_type":"demo.sleep","args":{"seconds":0},"priority":)" + number + "}"), 422,
        "VALIDATION_ERROR");
    requireFieldError(errors, "priority");
}

TEST_CASE("an unknown field is ignored, and refused where a schema forbids it") {
    const Answer ignored =
        post(kLogin, R"({"email":"nobody@example.com","password":"b","more":1})");
    requireFailure(ignored, 401, "INVALID_CREDENTIALS");
    const Answer refused = post("/api/v1/sampler/strict", R"({"name":"a","more":1})");
    requireFieldError(requireFailure(refused, 422, "VALIDATION_ERROR"), "more");
    CHECK(post("/api/v1/sampler/strict", R"({"name":"a","quantity":1})").status == 200);
}

TEST_CASE("U+0000 in a text or a name answers 400") {
    requireFailure(post(kLogin, R"({"email":"a\u0000b","password":"b"})"), 400, "BAD_REQUEST");
    requireFailure(postJob(R"({"job_type":"demo.sleep","args":{"note":"\u0000"}})"), 400,
                   "BAD_REQUEST");
    requireFailure(post(kLogin, R"({"em\u0000ail":"a","password":"b"})"), 400, "BAD_REQUEST");
}

TEST_CASE("a number that nothing holds answers 422 where any JSON is taken") {
    const std::string number =
        GENERATE(as<std::string>{}, "1e999999", "-1e400", "1e-999999", "0e99999999999999999999");
    INFO("number: " << number);
    const Json errors = requireFailure(
        postJob(R"({"job_type":"demo.sleep","args":{"seconds":1,"x":[)" + number + "]}}"), 422,
        "VALIDATION_ERROR");
    requireFieldError(errors, "args.x.0");
}

TEST_CASE("words that are no numbers of JSON answer 400") {
    const std::string word = GENERATE(as<std::string>{}, "NaN", "-NaN", "Infinity", "-Infinity",
                                      "+1", ".5", "5.", "0x1F", "1_000", "1e", "--1");
    INFO("quantity: " << word);
    requireFailure(post("/api/v1/sampler/strict", R"({"name":"a","quantity":)" + word + "}"), 400,
                   "BAD_REQUEST");
}

TEST_CASE("no bad body reaches the code of a plugin") {
    HttpClient client = refusalsServer().client();
    const auto callCount = [&client] {
        return requireSuccess(client.get("/api/v1/sampler/count"), 200).integer("strict_count");
    };
    const auto send = [&client](const std::string& body) {
        return client.post("/api/v1/sampler/strict", body).status;
    };
    const std::int64_t before = callCount();
    std::string many_keys = R"({"name":"a")";
    for (int i = 0; i < 1001; ++i) {
        many_keys += ",\"key" + std::to_string(i) + "\":0";
    }
    CHECK(send("{") == 400);
    CHECK(send(R"({"name":"a","name":"b"})") == 400);
    CHECK(send("{\"name\":\"\xff\"}") == 400);
    CHECK(send(R"({"name":)" + std::string(70, '[') + std::string(70, ']') + "}") == 400);
    CHECK(send(many_keys + "}") == 400);
    CHECK(send(R"({"name":"a\u0000"})") == 400);
    CHECK(send(R"({"name":"a","quantity":NaN})") == 400);
    CHECK(send(R"({"name":"a","quantity":1e400})") == 422);
    CHECK(send(R"({"name":"a","quantity":9223372036854775808})") == 422);
    CHECK(send(R"({"name":"a","quantity":0.5})") == 422);
    CHECK(send(R"({"name":"","quantity":-1})") == 422);
    CHECK(send("[]") == 422);
    CHECK(callCount() == before);
    CHECK(send(R"({"name":"a","quantity":5.0})") == 200);
    CHECK(callCount() == before + 1);
}

TEST_CASE("a path parameter of the wrong type answers 422") {
    HttpClient client = refusalsServer().client();
    for (const char* id : {"abc", "1.5", "99999999999999999999", "-"}) {
        INFO("id: " << id);
        requireFieldError(requireFailure(client.get(std::string("/api/v1/users/") + id,
                                                    refusedUser().access_token),
                                         422, "VALIDATION_ERROR"),
                          "user_id");
    }
}
