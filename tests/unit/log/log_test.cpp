#include "log/log.hpp"

#include <atomic>
#include <future>
#include <thread>

#include "base/files.hpp"
#include "log/sink.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace mortise;
using namespace mortise::log;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    explicit Fixture(Settings settings = {}) : log(settings, sink) {}
    std::vector<std::string> lines() {
        REQUIRE(log.flush(10s));
        return sink.lines();
    }
    std::string only() {
        const auto all = lines();
        REQUIRE(all.size() == 1);
        return all.front();
    }
    MemorySink sink;
    Log log;
};

// The line without its timestamp, which is checked once.
std::string withoutTime(const std::string& line) {
    const std::string key = ",\"timestamp\":\"";
    const std::size_t at = line.find(key);
    REQUIRE(at != std::string::npos);
    const std::string time = line.substr(at + key.size(), 24);
    CHECK(time.size() == 24);
    CHECK(time[10] == 'T');
    CHECK(time[19] == '.');
    CHECK(time[23] == 'Z');
    return line.substr(0, at) + line.substr(at + key.size() + 25);
}

// Holds the log thread until it is told to go on.
class StuckSink final : public Sink {
public:
    void write(std::string_view) noexcept override {
        reached.store(true);
        reached.notify_all();
        go_on.wait(false);
        ++count;
    }
    std::atomic<bool> reached{false};
    std::atomic<bool> go_on{false};
    std::atomic<int> count{0};
};

}  // namespace

TEST_CASE("a record is one JSON object with event, time, level and logger first") {
    Fixture fixture;
    fixture.log.info("pool.connected", {{"host", "db1"},
                                        {"port", 5432},
                                        {"duration_ms", 1.25},
                                        {"reused", true},
                                        {"bytes", std::uint64_t(1) << 63U}});
    CHECK(withoutTime(fixture.only()) ==
          R"({"event":"pool.connected","level":"info","logger":"pool","host":"db1","port":5432,)"
          R"("duration_ms":1.25,"reused":true,"bytes":9223372036854775807})");
}

TEST_CASE("every level has its lower-case name") {
    Fixture fixture({.level = Level::Debug});
    fixture.log.debug("a.b");
    fixture.log.info("a.b");
    fixture.log.warning("a.b");
    fixture.log.error("a.b");
    fixture.log.critical("a.b");
    const auto lines = fixture.lines();
    REQUIRE(lines.size() == 5);
    const char* names[] = {"debug", "info", "warning", "error", "critical"};
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(lines[i].find(std::string("\"level\":\"") + names[i] + "\"") != std::string::npos);
        CHECK(levelOf(names[i]) == static_cast<Level>(i + 1));
    }
    CHECK_FALSE(levelOf("loud"));
}

TEST_CASE("records below the level are not written and the level changes at run time") {
    Fixture fixture;
    fixture.log.debug("a.hidden");
    CHECK_FALSE(fixture.log.isEnabled(Level::Debug));
    fixture.log.setLevel(Level::Debug);
    CHECK(fixture.log.isEnabled(Level::Debug));
    fixture.log.debug("a.shown");
    fixture.log.setLevel(Level::Off);
    fixture.log.critical("a.silent");
    CHECK(fixture.only().find("a.shown") != std::string::npos);
}

TEST_CASE("one area can be louder or quieter than the rest") {
    Fixture fixture;
    fixture.log.setAreaLevel("http", Level::Debug);
    fixture.log.setAreaLevel("users", Level::Error);
    fixture.log.debug("http.loud");
    fixture.log.debug("db.hidden");
    const Context in_users{.plugin = "users"};
    {
        const ScopedContext scope(in_users);
        fixture.log.info("account.hidden");
    }
    fixture.log.clearAreaLevel("http");
    fixture.log.clearAreaLevel("users");
    fixture.log.debug("http.hidden");
    CHECK(fixture.only().find("http.loud") != std::string::npos);
}

TEST_CASE("the context of the thread stands in every record and ends with its scope") {
    Fixture fixture;
    const Context outer{
        .request_id = "abc", .user_id = "7", .method = "GET", .path = "/a", .plugin = "users"};
    const Context inner{.request_id = "def"};
    {
        const ScopedContext scope(outer);
        fixture.log.info("a.first");
        {
            const ScopedContext nested(inner);
            fixture.log.info("a.second");
        }
        fixture.log.info("a.third", {{"path", "/field/wins"}});
    }
    fixture.log.info("a.fourth");
    const auto lines = fixture.lines();
    REQUIRE(lines.size() == 4);
    CHECK(withoutTime(lines[0]) ==
          R"({"event":"a.first","level":"info","logger":"a","request_id":"abc",)"
          R"("user_id":"7","method":"GET","path":"/a","plugin":"users"})");
    CHECK(withoutTime(lines[1]) ==
          R"({"event":"a.second","level":"info","logger":"a","request_id":"def"})");
    CHECK(withoutTime(lines[2]) ==
          R"({"event":"a.third","level":"info","logger":"a","request_id":"abc",)"
          R"("user_id":"7","method":"GET","plugin":"users","path":"/field/wins"})");
    CHECK(withoutTime(lines[3]) == R"({"event":"a.fourth","level":"info","logger":"a"})");
}

TEST_CASE(
    "trace and span stand in a record as digits, and are no secrets whatever they look like") {
    Fixture fixture;
    const Context context{.request_id = "abc",
                          .trace = {0x0af7651916cd43ddU, 0x8448eb211c80319cU, 0x4111111111111111U}};
    const ScopedContext scope(context);
    fixture.log.info("a.first");
    fixture.log.info("a.second", {{"span_id", "own"}});
    const auto lines = fixture.lines();
    REQUIRE(lines.size() == 2);
    CHECK(withoutTime(lines[0]) ==
          R"({"event":"a.first","level":"info","logger":"a","request_id":"abc",)"
          R"("trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"4111111111111111"})");
    CHECK(withoutTime(lines[1]) ==
          R"({"event":"a.second","level":"info","logger":"a","request_id":"abc",)"
          R"("trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"own"})");
}

TEST_CASE("a key appears once and never displaces the head") {
    Fixture fixture;
    fixture.log.info("a.b", {{"level", "fake"}, {"x", 1}, {"x", 2}, {"", "empty"}});
    CHECK(withoutTime(fixture.only()) ==
          R"({"event":"a.b","level":"info","logger":"a","level_":"fake","x":1,"_":"empty"})");
}

TEST_CASE("secrets are redacted by key and by shape") {
    Fixture fixture;
    const std::string token = std::string("eyJhbGciOiJSUzI1NiJ9.") + "eyJzdWIiOiIxIn0." + "abc";
    const Context context{.path = "/reset/4111111111111111"};
    const ScopedContext scope(context);
    fixture.log.info("a.b", {{"password", "hunter2"},
                             {"access_token", 12345},
                             {"has_password", true},
                             {"note", "Bearer " + token},
                             {"number", std::int64_t(4111111111111111)}});
    CHECK(withoutTime(fixture.only()) ==
          R"({"event":"a.b","level":"info","logger":"a","path":"/reset/[redacted]",)"
          R"("password":"[redacted]","access_token":"[redacted]","has_password":true,)"
          R"("note":"Bearer [redacted]","number":"[redacted]"})");
}

TEST_CASE("an event outside the grammar is written under a name that says so") {
    Fixture fixture;
    fixture.log.info("Not an event!", {{"x", 1}});
    CHECK(withoutTime(fixture.only()) ==
          R"({"event":"log.event_invalid","level":"info","logger":"log",)"
          R"("name":"Not an event!","x":1})");
}

TEST_CASE("an event without an area belongs to its plugin or the host") {
    Fixture fixture;
    fixture.log.info("http_request");
    const Context context{.plugin = "users"};
    fixture.log.write(Level::Info, "http_request", {}, &context);
    const auto lines = fixture.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find(R"("logger":"host")") != std::string::npos);
    CHECK(lines[1].find(R"("logger":"users")") != std::string::npos);
}

TEST_CASE("malformed UTF-8 and control characters cannot break a line") {
    Fixture fixture;
    fixture.log.info("a.b", {{"text", "x\xFF\n\x1b[31m"}});
    CHECK(withoutTime(fixture.only()) ==
          "{\"event\":\"a.b\",\"level\":\"info\",\"logger\":\"a\",\"text\":"
          "\"x\xEF\xBF\xBD\\n\\u001b[31m\"}");
}

TEST_CASE("texts, keys and the number of fields are bounded and the cut is told") {
    Fixture fixture;
    const std::string large(limits::kLogTextSizeMax + 1, 'x');
    fixture.log.info("a.large", {{"text", large}});
    fixture.log.info("a.huge", {{"one", large}, {"two", large}, {"three", large}});
    const std::vector<Field> many(limits::kLogFieldCountMax + 1, Field("key", 1));
    fixture.log.write(Level::Info, "a.many", many);
    const auto lines = fixture.lines();
    REQUIRE(lines.size() == 3);
    for (const std::string& line : lines) {
        CHECK(line.find("\"cut\":true}") != std::string::npos);
        CHECK(line.size() < limits::kLogRecordSizeMax + 200);
    }
    CHECK(lines[0].find(std::string(limits::kLogTextSizeMax, 'x') + "\"") != std::string::npos);
}

TEST_CASE("nothing of the caller is touched after the write") {
    Fixture fixture;
    {
        auto text = std::make_unique<std::string>("gone soon");
        auto key = std::make_unique<std::string>("key");
        const Field field(*key, *text);
        fixture.log.write(Level::Info, "a.b", {&field, 1});
    }
    CHECK(fixture.only().find("\"key\":\"gone soon\"") != std::string::npos);
}

TEST_CASE("the console form is readable and quotes what is not plain") {
    Fixture fixture({.format = Format::Console});
    const Context context{.request_id = "abc"};
    const ScopedContext scope(context);
    fixture.log.warning("pool.lost", {{"host", "db1"}, {"reason", "two words\n"}, {"token", "x"}});
    CHECK(fixture.only().substr(24) ==
          R"( WARNING  pool.lost host=db1 reason="two words\n" token="[redacted]" request_id=abc)");
}

TEST_CASE("the console form colours the level when asked") {
    Fixture fixture({.format = Format::Console, .colour = true});
    fixture.log.error("a.b");
    CHECK(fixture.only().find("\x1b[31mERROR\x1b[0m") != std::string::npos);
}

TEST_CASE("a full queue drops the oldest records, counts them and never blocks the writer") {
    StuckSink sink;
    {
        Log log({.queue_size = 128}, sink);
        log.info("a.first");
        sink.reached.wait(false);
        for (int i = 0; i < 1000; ++i) {
            log.info("a.flood");
        }
        CHECK(log.droppedCount() == 1000 - 128);
        CHECK_FALSE(log.flush(1ms));
        sink.go_on.store(true);
        sink.go_on.notify_all();
        CHECK(log.flush(10s));
    }
    // The first, what the queue held minus the flush markers that took places in it, and the report
    // of the loss.
    CHECK(sink.count.load() > 100);
    CHECK(sink.count.load() <= 130);
}

TEST_CASE("the loss of records is itself reported") {
    MemorySink lines;
    class Slow final : public Sink {
    public:
        explicit Slow(MemorySink& to) : to_(to) {}
        void write(std::string_view line) noexcept override {
            reached.store(true);
            reached.notify_all();
            go_on.wait(false);
            to_.write(line);
        }
        std::atomic<bool> reached{false};
        std::atomic<bool> go_on{false};

    private:
        MemorySink& to_;
    } sink(lines);
    Log log({.queue_size = 128}, sink);
    log.info("a.first");
    sink.reached.wait(false);
    for (int i = 0; i < 138; ++i) {
        log.info("a.flood");
    }
    sink.go_on.store(true);
    sink.go_on.notify_all();
    CHECK(lines.waitFor("\"event\":\"log.dropped\"", 10s));
    CHECK(lines.waitFor("\"count\":10", 10s));
}

TEST_CASE("many threads may write at once and no record is torn") {
    Fixture fixture({.queue_size = 100'000});
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                fixture.log.info("a.b", {{"i", i}});
                fixture.log.setAreaLevel("other", Level::Debug);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    const auto lines = fixture.lines();
    CHECK(lines.size() == 2000);
    for (const std::string& line : lines) {
        CHECK(line.back() == '}');
    }
}

TEST_CASE("what is queued is written before the log ends") {
    MemorySink sink;
    {
        Log log({}, sink);
        for (int i = 0; i < 100; ++i) {
            log.info("a.b");
        }
    }
    CHECK(sink.lines().size() == 100);
}

TEST_CASE("a file takes the lines and is rotated") {
    const testing::TemporaryDirectory directory;
    const auto path = directory.path() / "host.log";
    {
        Log log({.file = path, .file_size_max = 4096, .file_count_max = 2});
        for (int i = 0; i < 100; ++i) {
            log.info("a.b", {{"i", i}});
        }
    }
    CHECK(readFile(path, 8192).find("\"i\":99}\n") != std::string::npos);
    CHECK(std::filesystem::exists(directory.path() / "host.1.log"));
    CHECK_FALSE(std::filesystem::exists(directory.path() / "host.3.log"));
}

TEST_CASE("a file that cannot be opened is an error with its path") {
    const testing::TemporaryDirectory directory;
    directory.write("file", "");
    CHECK_THROWS_WITH(Log({.file = directory.path() / "file" / "host.log"}),
                      Catch::Matchers::ContainsSubstring("host.log"));
}
