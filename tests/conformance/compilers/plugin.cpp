// echo: what differs between compilers and their libraries, on one page: exceptions, coroutines, texts, statics, virtual calls.
#include <mortise/plugin.hpp>

namespace {

using namespace mortise;

constexpr ErrorCode WORD_REFUSED{"WORD_REFUSED", 409, "This word is not repeated"};

#if defined(_LIBCPP_VERSION)
constexpr const char* kBuiltBy = "clang, libc++";
#elif defined(__clang__)
constexpr const char* kBuiltBy = "clang, libstdc++";
#else
constexpr const char* kBuiltBy = "gcc, libstdc++";
#endif

struct Word {
    std::string word;
    std::int64_t times = 1;

    static constexpr auto schema() {
        return object<Word>("Word")
            .field("word", &Word::word, minLength(1), maxLength(20))
            .field("times", &Word::times, ge(1), le(5));
    }
};

struct Echo {
    std::string text;
    std::string built_by = kBuiltBy;

    static constexpr auto schema() {
        return object<Echo>("Echo").field("text", &Echo::text).field("built_by", &Echo::built_by);
    }
};

class EchoPlugin final : public Plugin {
public:
    void declare(Router& router) override {
        auto routes = router.group("/" MORTISE_PLUGIN_NAME).tag("echo").publicAccess();
        routes.get("/", &EchoPlugin::say).summary("Say which compiler built this");
        routes.post("/", &EchoPlugin::repeat).summary("Repeat a word").errors(WORD_REFUSED);
        routes.get("/later", &EchoPlugin::sayLater).summary("Say it from a coroutine");
        routes.get("/broken", &EchoPlugin::fail).summary("Fail in an unforeseen way");
    }

private:
    static std::string hello() {
        static const std::vector<std::string> words = {"hello", "from", kBuiltBy};
        std::string text;
        for (const std::string& word : words) {
            text += (text.empty() ? "" : " ") + word;
        }
        return text;
    }

    Echo say() const { return {hello()}; }

    Echo repeat(Body<Word> body) const {
        if (body->word == "taboo") {
            throw ConflictError(WORD_REFUSED);
        }
        std::string text;
        for (std::int64_t i = 0; i < body->times; ++i) {
            text += body->word;
        }
        return {text};
    }

    Task<std::string> think() const {
        if (hello().empty()) {
            throw std::logic_error("there is nothing to say");
        }
        co_return hello();
    }

    Task<Echo> sayLater() const {
        Echo echo;
        echo.text = co_await think();
        co_return echo;
    }

    Echo fail() const { throw std::runtime_error("nobody foresaw this"); }
};

}  // namespace

MORTISE_PLUGIN(EchoPlugin)
