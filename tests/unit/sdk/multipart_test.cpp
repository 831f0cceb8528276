// Forms with files: taken apart byte by byte, bounded, and never trusted.
#include "mortise/multipart.hpp"

#include <functional>
#include <iterator>
#include <random>

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using test::FakeHost;
using test::FakeRequest;
using test::OpenPlugin;

namespace {

constexpr const char* kType = "multipart/form-data; boundary=XX";

std::string disposition(const std::string& parameters) {
    return "Content-Disposition: form-data; " + parameters + "\r\n";
}
std::string textPart(const std::string& name, const std::string& value) {
    return "--XX\r\n" + disposition("name=\"" + name + "\"") + "\r\n" + value + "\r\n";
}
std::string filePart(const std::string& name, const std::string& filename, const std::string& bytes,
                     const std::string& type = "image/png") {
    return "--XX\r\n" + disposition("name=\"" + name + "\"; filename=\"" + filename + "\"") +
           "Content-Type: " + type + "\r\n\r\n" + bytes + "\r\n";
}
const std::string kEnd = "--XX--\r\n";

/// The reason a body is refused with; empty when it is not.
std::string refusal(const std::string& body, const std::string& type = kType) {
    try {
        const MultipartForm form(type, body);
        return "";
    } catch (const AppError& error) {
        CHECK(error.httpStatus() == 400);
        CHECK(error.code() == "BAD_REQUEST");
        return error.message();
    }
}

struct PhotoForm {
    std::string title;
    std::optional<std::vector<std::int64_t>> sizes;
    static constexpr auto schema() {
        return object<PhotoForm>("PhotoForm")
            .field("title", &PhotoForm::title, minLength(1), maxLength(10))
            .field("sizes", &PhotoForm::sizes, maxItems(3));
    }
};

struct ClosedForm {
    std::string title;
    static constexpr auto schema() {
        return object<ClosedForm>("ClosedForm").field("title", &ClosedForm::title).forbidUnknown();
    }
};

struct Seen {
    std::string text;
    static constexpr auto schema() { return object<Seen>("Seen").field("text", &Seen::text); }
};

class Photos final : public Plugin {
public:
    static inline std::function<void(RouteGroup&)> what;
    static inline int call_count = 0;
    void declare(Router& router) override {
        auto photos = router.group("/photos").publicAccess();
        what(photos);
    }
    Created<Seen> add(File<"photo"> photo, Form<PhotoForm> form) {
        ++call_count;
        std::string text = form->title + " " + photo.filename() + " " +
                           std::string(photo.contentType()) + " " + std::string(photo.bytes());
        for (const std::int64_t size : form->sizes.value_or(std::vector<std::int64_t>())) {
            text += " " + std::to_string(size);
        }
        return {{std::move(text)}, ""};
    }
    Seen attach(const Files<"attachments">& files, std::optional<File<"cover">> cover) {
        std::string text = cover ? "cover " : "";
        for (const UploadedFile& each : files) {
            text += each.filename() + ":" + std::to_string(each.size()) + " ";
        }
        return {std::move(text)};
    }
    Seen both(File<"photo">, Body<PhotoForm>) { return {}; }
    Seen closed(File<"photo">, Form<ClosedForm>) { return {}; }
    Seen only(File<"photo">) { return {}; }
};

struct Fixture {
    explicit Fixture(std::function<void(RouteGroup&)> what) : plugin(host) {
        Photos::what = std::move(what);
        Photos::call_count = 0;
        status = plugin.declare();
    }
    const test::StagedResponse& send(const std::string& body, const std::string& type = kType) {
        REQUIRE(status == MORTISE_OK);
        FakeRequest request(host, "POST");
        request.withHeader("content-type", type).withBody(body);
        const auto& route = host.routes.at(0);
        REQUIRE(route.handler(route.context, &request, error.out()) == MORTISE_OK);
        return host.responses.back();
    }

    FakeHost host;
    OpenPlugin<Photos> plugin;
    detail::Failure error;
    mortise_status status = MORTISE_OK;
};

void addPhotos(RouteGroup& group) {
    group.post("/", &Photos::add).summary("s");
}
void attachFiles(RouteGroup& group) {
    group.post("/", &Photos::attach).summary("s");
}

}  // namespace

TEST_CASE("a body comes apart into its parts, bytes untouched") {
    const std::string bytes("\0\r\n--X\r\n\xFF--XX", 14);
    const std::string body = "preamble\r\n" + textPart("title", "Cat") +
                             filePart("photo", "cat.png", bytes) + kEnd + "epilogue";
    const MultipartForm form(kType, body);
    REQUIRE(form.parts().size() == 2);
    CHECK(form.parts()[0].name == "title");
    CHECK(form.parts()[0].content == "Cat");
    CHECK_FALSE(form.parts()[0].is_file);
    CHECK(form.parts()[1].content == bytes);
    CHECK(form.parts()[1].filename == "cat.png");
    CHECK(form.parts()[1].content_type == "image/png");
    CHECK(form.parts()[1].is_file);
    REQUIRE(form.fields().size() == 1);
    CHECK(textOf(form.fields()[0].value) == "Cat");
}

TEST_CASE("what the grammar allows is read") {
    const auto [type, body] = GENERATE(table<std::string, std::string>({
        {"Multipart/Form-Data; charset=utf-8; BOUNDARY=\"XX\"", textPart("a", "b") + kEnd},
        {"multipart/form-data;boundary=XX;", textPart("a", "b") + "--XX--"},
        {"multipart/form-data; boundary=\"a b\"",
         "--a b\r\ncontent-disposition:form-data;name=a\r\n\r\nb\r\n--a b--"},
        {kType, "--XX  \t\r\n" + disposition("name=\"a\"") + "X-Other: 1\r\n\r\nb\r\n--XX--"},
        {kType, "\r\n" + textPart("a", "b") + kEnd},
    }));
    INFO(type << "\n" << body);
    const MultipartForm form(type, body);
    REQUIRE(form.parts().size() == 1);
    CHECK(form.parts()[0].name == "a");
    CHECK(form.parts()[0].content == "b");
}

TEST_CASE("a part may be empty, with or without the line of its content") {
    for (const char* end : {"\r\n\r\n--XX--", "\r\n--XX--"}) {
        const std::string body = "--XX\r\n" + disposition("name=\"a\"") + end;
        const MultipartForm form(kType, body);
        REQUIRE(form.parts().size() == 1);
        CHECK(form.parts()[0].content.empty());
    }
    CHECK(MultipartForm(kType, "--XX--").parts().empty());
}

TEST_CASE("a content type without a usable boundary is refused") {
    const std::string type =
        GENERATE(as<std::string>{}, "multipart/form-data",
                 "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
                 "multipart/form-data; boundary=\"XX", "multipart/form-data; boundary=\"XX\"y",
                 "multipart/form-data; boundary", "multipart/form-data; boundary=\"XX \"",
                 "multipart/form-data; boundary=X\xC3\xA4", "multipart/form-data; boundary=X<X",
                 "multipart/form-data; boundary=" + std::string(71, 'x'));
    INFO(type);
    CHECK_THAT(refusal(textPart("a", "b") + kEnd, type),
               Catch::Matchers::ContainsSubstring("names no boundary"));
}

TEST_CASE("a malformed body is refused, and the answer says what is wrong") {
    const auto [body, reason] = GENERATE(table<std::string, std::string>({
        {"", "its boundary does not occur"},
        {"a=b&c=d", "its boundary does not occur"},
        {"--XY\r\n", "its boundary does not occur"},
        {"--XXX\r\n", "not the end of its line"},
        {"--XX", "not the end of its line"},
        {"--XX\n" + disposition("name=\"a\""), "not the end of its line"},
        {textPart("a", "b"), "its last boundary is missing"},
        {textPart("a", "b") + "--XX", "not the end of its line"},
        {textPart("a", "b") + "--XX-", "not the end of its line"},
        {"--XX\r\n", "cut off"},
        {"--XX\r\n" + disposition("name=\"a\""), "cut off"},
        {"--XX\r\n\r\nb\r\n--XX--", "no Content-Disposition"},
        {"--XX\r\nContent-Type: a/b\r\n\r\nb\r\n--XX--", "no Content-Disposition"},
        {"--XX\r\nno colon\r\n\r\nb\r\n--XX--", "header of a part is malformed"},
        {"--XX\r\n: x\r\n\r\nb\r\n--XX--", "header of a part is malformed"},
        {"--XX\r\n" + disposition("name=\"a\"") + " folded: 1\r\n\r\nb\r\n--XX--",
         "header of a part is malformed"},
        {"--XX\r\n" + disposition("name=\"a\"") + disposition("name=\"b\"") + "\r\nb\r\n--XX--",
         "named twice"},
        {"--XX\r\n" + disposition("name=\"a\nb\"") + "\r\nb\r\n--XX--", "control characters"},
        {"--XX\r\n" + disposition("name=\"a\"") +
             "Content-Transfer-Encoding: base64\r\n\r\nYg==\r\n--XX--",
         "transfer encoding"},
        {textPart("a", "\xFF") + kEnd, "not UTF-8"},
    }));
    INFO(body);
    CHECK_THAT(refusal(body), Catch::Matchers::ContainsSubstring(reason));
}

TEST_CASE("a disposition that is not one of a form is refused") {
    const std::string value = GENERATE(
        as<std::string>{}, "attachment; name=\"a\"", "form-data", "form-data; filename=\"a\"",
        "form-data; name=\"\"", "form-data; name=\"a", "form-data; name=", "form-data; name",
        "form-data; name=\"a\"; name=\"b\"", "form-data; name=\"a\"x; filename=\"b\"",
        "form-data; name=\"a\"; filename=\"b\"; filename=\"c\"", "form-data; name=\"\xFF\"",
        "form-data; name=\"a\"; filename*=UTF-8''b",
        "form-data; name=\"" + std::string(257, 'a') + "\"");
    INFO(value);
    CHECK_THAT(refusal("--XX\r\nContent-Disposition: " + value + "\r\n\r\nb\r\n--XX--"),
               Catch::Matchers::ContainsSubstring("Content-Disposition of a part is malformed"));
}

TEST_CASE("parts and their headers are bounded") {
    std::string most;
    for (int i = 0; i < 128; ++i) {
        most += textPart("a", "b");
    }
    CHECK(refusal(most + kEnd).empty());
    CHECK_THAT(refusal(most + textPart("a", "b") + kEnd),
               Catch::Matchers::ContainsSubstring("too many parts"));
    const auto withHeader = [](std::size_t size) {
        return "--XX\r\n" + disposition("name=\"a\"") + "X: " + std::string(size, 'x') +
               "\r\n\r\nb\r\n--XX--";
    };
    CHECK(refusal(withHeader(3900)).empty());
    CHECK_THAT(refusal(withHeader(4096)), Catch::Matchers::ContainsSubstring("is too long"));
}

TEST_CASE("no cut of a good body is read as another good one") {
    const std::string body =
        textPart("title", "Cat") + filePart("photo", "cat.png", "bytes") + "--XX--";
    for (std::size_t size = 0; size < body.size(); ++size) {
        INFO(size);
        CHECK_FALSE(refusal(body.substr(0, size)).empty());
    }
    CHECK(refusal(body).empty());
}

TEST_CASE("whatever becomes of a body, its parts lie inside of it or it is refused") {
    const std::string good = textPart("title", "Cat") + filePart("photo", "cat.png", "bytes") +
                             textPart("empty", "") + kEnd;
    std::mt19937 random(7);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    const std::string_view pieces[] = {"\r\n",     "--XX", "--", "\"", ";",
                                       "\r\n\r\n", "=",    "\\", "\0"};
    int read_count = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string body = good;
        for (std::size_t change = below(4); change-- > 0;) {
            const std::string_view piece = pieces[below(std::size(pieces))];
            body.replace(below(body.size()), below(6), piece);
        }
        try {
            const MultipartForm form(kType, body);
            ++read_count;
            for (const MultipartPart& part : form.parts()) {
                for (const std::string_view view :
                     {part.name, part.filename, part.content, part.content_type}) {
                    const bool is_inside = view.data() >= body.data() &&
                                           view.data() + view.size() <= body.data() + body.size();
                    REQUIRE((view.empty() || is_inside));
                }
            }
        } catch (const AppError& error) {
            REQUIRE(error.code() == "BAD_REQUEST");
        }
    }
    CHECK(read_count > 0);
    CHECK(read_count < 20'000);
}

TEST_CASE("a file name is a label without a path") {
    const auto [raw, expected] = GENERATE(table<std::string, std::string>({
        {"cat.png", "cat.png"},
        {"../../etc/passwd", "passwd"},
        {"C:\\photos\\cat.png", "cat.png"},
        {"..", ""},
        {"a/..", ""},
        {"say \\\"hi\\\".txt", "say \"hi\".txt"},
        {"say %22hi%22.txt", "say \"hi\".txt"},
        {"50%20.txt", "50%20.txt"},
    }));
    MultipartPart part;
    part.filename = raw;
    CHECK(UploadedFile(part).filename() == expected);
}

TEST_CASE("a handler gets its file and the fields beside it") {
    Fixture fixture(addPhotos);
    const auto& answer =
        fixture.send(textPart("title", "Cat") + textPart("sizes", "1") + textPart("sizes", "2") +
                     textPart("unknown", "x") + filePart("photo", "cat.png", "bytes") + kEnd);
    CHECK(answer.http_status == 201);
    CHECK(answer.data == R"({"text":"Cat cat.png image/png bytes 1 2"})");
    CHECK(fixture.host.routes.at(0).flags ==
          (MORTISE_ROUTE_BLOCKING | MORTISE_ROUTE_MULTIPART_BODY));
}

TEST_CASE("what is wrong with files and fields is told at once, and the handler does not run") {
    Fixture fixture(addPhotos);
    const auto [body, errors] = GENERATE(table<std::string, std::string>({
        {textPart("sizes", "x"), R"({"photo":["Field is required"],"title":["Field is required"],)"
                                 R"("sizes.0":["Must be an integer"]})"},
        {textPart("title", "a") + filePart("photo", "", "", "application/octet-stream"),
         R"({"photo":["Field is required"]})"},
        {textPart("title", "a") + textPart("photo", "text"), R"({"photo":["Must be a file"]})"},
        {textPart("title", "a") + filePart("photo", "a", "") + filePart("photo", "b", ""),
         R"({"photo":["Must be given only once"]})"},
        {filePart("photo", "a", "") + filePart("title", "a", "b"),
         R"({"title":["Field is required"]})"},
    }));
    INFO(body);
    const auto& answer = fixture.send(body + kEnd);
    CHECK(answer.http_status == 422);
    CHECK(answer.errors == errors);
    CHECK(Photos::call_count == 0);
}

TEST_CASE("a malformed form is answered 400, and the handler does not run") {
    Fixture fixture(addPhotos);
    CHECK(fixture.send("--XX\r\n").http_status == 400);
    CHECK(fixture.send(textPart("a", "b") + kEnd, "multipart/form-data").http_status == 400);
    CHECK(fixture.host.responses.back().error_code == "BAD_REQUEST");
    CHECK(Photos::call_count == 0);
}

TEST_CASE("files of one field come in their order, and an optional one may be missing") {
    Fixture fixture(attachFiles);
    CHECK(fixture
              .send(filePart("attachments", "a", "1") + filePart("other", "x", "y") +
                    filePart("attachments", "b", "22") + kEnd)
              .data == R"({"text":"a:1 b:2 "})");
    CHECK(fixture.send(filePart("cover", "a", "1") + kEnd).data == R"({"text":"cover "})");
    CHECK(fixture.send(kEnd).data == R"({"text":""})");
}

TEST_CASE("a form with files is documented") {
    const Fixture fixture([](RouteGroup& group) {
        addPhotos(group);
        auto more = group.group("/more");
        attachFiles(more);
    });
    REQUIRE(fixture.status == MORTISE_OK);
    for (const auto& route : fixture.host.routes) {
        const test::JsonTokens valid(route.openapi);
    }
    CHECK_THAT(
        fixture.host.routes.at(0).openapi,
        Catch::Matchers::ContainsSubstring(
            R"("requestBody":{"required":true,"content":{"multipart/form-data":{"schema":)"
            R"({"allOf":[{"$ref":"#/components/schemas/PhotoForm"},{"type":"object","properties":)"
            R"({"photo":{"contentMediaType":"application/octet-stream"}},"required":["photo"]}]}}}})"));
    CHECK_THAT(fixture.host.routes.at(1).openapi,
               Catch::Matchers::ContainsSubstring(
                   R"("attachments":{"type":"array","items":{"contentMediaType":)"));
}

TEST_CASE("a route that cannot take files like that does not load") {
    using Declare = std::function<void(RouteGroup&)>;
    const auto [declare, expected] = GENERATE(table<Declare, std::string>({
        {[](RouteGroup& g) { g.post("/", &Photos::both).summary("s"); }, "take Form<T> instead"},
        {[](RouteGroup& g) { g.post("/", &Photos::closed).summary("s"); },
         "cannot forbid unknown fields"},
        {[](RouteGroup& g) { g.get("/", &Photos::only).summary("s"); },
         "a GET request has no body"},
        {[](RouteGroup& g) { g.post("/", &Photos::only).summary("s").optionalBody(); },
         "leave optionalBody() and acceptForm() out"},
    }));
    const Fixture fixture(declare);
    CHECK(fixture.status == MORTISE_INVALID_ARGUMENT);
    CHECK_THAT(std::string(fixture.plugin.error.message),
               Catch::Matchers::ContainsSubstring(expected));
}
