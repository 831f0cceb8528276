// Replacing plugins of a running host: what changes, what does not, and what is refused.
#include <fstream>

#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

constexpr const char* kCount = "/api/v1/sampler/count";

Server& swapServer() {
    static Server server;
    return server;
}

/// The server with a new generation of sampler 1.0.0 and nothing parked.
Server& withSampler() {
    swapServer().apply(testPluginFile("sampler"));
    return swapServer();
}

Json count(Server& server) {
    HttpClient client = server.client();
    return requireSuccess(client.get(kCount), 200);
}

void callTimes(Server& server, int times) {
    for (int i = 0; i < times; ++i) {
        count(server);
    }
}

/// Applies a file that is to be refused, and checks that the report names this reason.
void requireRefused(Server& server, const fs::path& file, const std::string& reason) {
    const Finished finished = server.runCommand({"plugin", "apply", file.string(), "--json"});
    INFO(finished.output);
    CHECK(finished.exit_code == 2);
    const Json answer = Json::parse(finished.output);
    CHECK_FALSE(answer.boolean("ok"));
    const Json report = answer.at("report");
    CHECK(report.text("outcome") != "done");
    CHECK((report.text("code") + ' ' + report.text("reason")).find(reason) != std::string::npos);
}

/// The same generation as before still serves.
void requireUntouched(Server& server, std::int64_t call_count_before) {
    const Json now = count(server);
    CHECK(now.text("version") == "1.0.0");
    CHECK(now.integer("call_count") == call_count_before + 1);
    CHECK(server.mappedCount("sampler") == 1);
}

}  // namespace

TEST_CASE("a plugin in plain C is applied to a running host and serves beside the others") {
    Server& server = swapServer();
    HttpClient client = server.client();
    requireFailure(client.get("/api/v1/hello"), 404, "NOT_FOUND");
    server.apply(exampleFile("hello"));
    const Answer answer = client.get("/api/v1/hello");
    CHECK(requireSuccess(answer, 200).text("greeting") == "Hello");
    CHECK(registerAccount(client).id > 0);
    CHECK(client.get("/openapi.json").json().has("paths./api/v1/hello"));

    const Json removed = server.askPlugins({"remove", "hello"});
    CHECK(removed.boolean("ok"));
    requireFailure(client.get("/api/v1/hello"), 404, "NOT_FOUND");
    CHECK(server.mappedCount("hello") == 0);
}

TEST_CASE("a version that was parked comes back with fresh statics when it is applied") {
    Server& server = withSampler();
    callTimes(server, 3);
    server.apply(testPluginFile("sampler-v2"), false);
    CHECK(count(server).text("version") == "2.0.0");
    CHECK(server.askPlugins({"status", "sampler"}).text("plugin.parked.version") == "1.0.0");
    server.apply(testPluginFile("sampler"), false);
    const Json fresh = count(server);
    CHECK(fresh.text("version") == "1.0.0");
    CHECK(fresh.integer("call_count") == 1);
    CHECK(server.mappedCount("sampler") == 2);
}

TEST_CASE("a rollback brings back the parked generation itself") {
    Server& server = withSampler();
    callTimes(server, 3);
    server.apply(testPluginFile("sampler-v2"), false);
    const Json report = server.askPlugins({"rollback", "sampler"}).at("report");
    CHECK(report.text("version_before") == "2.0.0");
    CHECK(report.text("version_after") == "1.0.0");
    CHECK(count(server).integer("call_count") == 4);
}

TEST_CASE("a generation whose requests had to be cancelled is not there for a rollback") {
    Server server({.settings = {"--plugins.drain_deadline_ms=300"}});
    server.apply(testPluginFile("sampler"));
    HttpClient slow = server.client();
    slow.begin({.target = "/api/v1/sampler/until-interrupted"});
    REQUIRE(within(10s, [&] {
        return server.askPlugins({"status", "sampler"}).integer("plugin.serving.in_flight") == 1;
    }));
    const Json report = server.apply(testPluginFile("sampler-v2"), false);
    slow.finish();
    CHECK(report.text("previous") == "unmapped");
    CHECK(server.mappedCount("sampler") == 1);
    const Finished rolled_back = server.runCommand({"plugin", "rollback", "sampler"});
    INFO(rolled_back.output);
    CHECK(rolled_back.exit_code != 0);
    CHECK(rolled_back.output.find("nothing to roll back to") != std::string::npos);
    CHECK(count(server).text("version") == "2.0.0");
}

TEST_CASE("confirming drops the parked generation and its library") {
    Server& server = withSampler();
    server.apply(testPluginFile("sampler-v2"), false);
    CHECK(server.mappedCount("sampler") == 2);
    CHECK(server.askPlugins({"confirm", "sampler"}).boolean("ok"));
    CHECK(server.mappedCount("sampler") == 1);
    CHECK_FALSE(server.askPlugins({"rollback", "sampler"}).boolean("ok"));
}

TEST_CASE("a confirmed swap leaves one mapping, however often it is done") {
    Server& server = withSampler();
    for (int i = 0; i < 5; ++i) {
        server.apply(testPluginFile("sampler-v2"));
        const Json report = server.apply(testPluginFile("sampler"));
        CHECK(report.text("previous") == "unmapped");
    }
    CHECK(server.mappedCount("sampler") == 1);
}

TEST_CASE("a dry run changes nothing") {
    Server& server = withSampler();
    callTimes(server, 2);
    const Json answer =
        server.askPlugins({"apply", testPluginFile("sampler-v2").string(), "--dry-run"});
    CHECK(answer.boolean("ok"));
    CHECK(answer.text("report.outcome") == "checked");
    requireUntouched(server, 2);
}

TEST_CASE("what a plugin cached outlives a swap for the shapes it shares, and no other") {
    Server server;
    HttpClient client = server.client();
    const auto number = [&] {
        return requireSuccess(client.get("/api/v1/hoard/blocking?key=a"), 200).integer("number");
    };
    server.apply(testPluginFile("hoard"));
    requireSuccess(client.get("/api/v1/hoard/blocking?key=other"), 200);
    REQUIRE(number() == 2);
    server.apply(testPluginFile("hoard"));
    CHECK(number() == 2);

    server.apply(testPluginFile("hoard-v2"), false);
    const Json weighed = requireSuccess(client.get("/api/v1/hoard/blocking?key=a"), 200);
    CHECK(weighed.integer("number") == 1);
    CHECK(weighed.has("weight"));
    CHECK(server.askPlugins({"rollback", "hoard"}).boolean("ok"));
    CHECK(number() == 2);

    server.apply(testPluginFile("hoard-v2"), false);
    CHECK(client.post("/api/v1/hoard/remove?key=a", "").status == 204);
    CHECK(server.askPlugins({"rollback", "hoard"}).boolean("ok"));
    CHECK(number() == 1);
}

TEST_CASE("development migrates a plugin that is applied, but not before it is judged") {
    Server server;
    const std::string notes = exampleFile("notes").string();
    const auto migrationCount = [&] {
        return server.database().value(
            "SELECT count(*) FROM mortise.migrations WHERE plugin = 'notes'");
    };
    const Json refused = server.askPlugins({"apply", notes, "--revision=99"});
    CHECK_FALSE(refused.boolean("ok"));
    CHECK(migrationCount() == "0");
    CHECK_FALSE(server.askPlugins({"apply", notes, "--dry-run"}).boolean("ok"));
    CHECK(migrationCount() == "0");
    server.apply(notes);
    CHECK(migrationCount() == "1");
    CHECK(server.client().get("/api/v1/notes").status == 401);
}

TEST_CASE("what is no plugin is refused, and the old one serves on") {
    Server& server = withSampler();
    callTimes(server, 2);
    const TestDirectory directory;
    const fs::path text = directory.path() / "text.so";
    std::ofstream(text) << "this is not an ELF file";
    requireRefused(server, text, "NOT_ELF");
    const fs::path cut = directory.path() / "cut.so";
    fs::copy(testPluginFile("sampler-v2"), cut);
    fs::resize_file(cut, fs::file_size(cut) / 2);
    requireRefused(server, cut, "ELF_TRUNCATED");
    requireRefused(server, directory.path() / "missing.so", "FILE_UNREADABLE");
    requireRefused(server, rogueFile("no_entry"), "ELF_ENTRY_MISSING");
    requireRefused(server, rogueFile("no_manifest"), "MANIFEST_MISSING");
    requireUntouched(server, 2);
}

TEST_CASE("a plugin that needs what this host does not have is refused") {
    Server& server = withSampler();
    callTimes(server, 2);
    requireRefused(server, rogueFile("missing_interface"), "INTERFACE_MISSING");
    requireRefused(server, rogueFile("bigger_table"), "INTERFACE_TOO_OLD");
    requireRefused(server, rogueFile("newer_abi"), "MANIFEST_ABI");
    requireUntouched(server, 2);
}

TEST_CASE("a plugin that wants a route of another one is refused") {
    Server& server = withSampler();
    callTimes(server, 2);
    server.apply(rogueFile("well_behaved"));
    requireRefused(server, rogueFile("clashing_route"), "CLASH");
    CHECK(server.mappedCount("rival") == 0);
    CHECK(server.askPlugins({"remove", "rogue"}).boolean("ok"));
    requireUntouched(server, 2);
}

TEST_CASE("a plugin that crashes or fails on its way takes nobody with it") {
    Server& server = withSampler();
    callTimes(server, 2);
    requireRefused(server, rogueFile("probe_crashes"), "SIGSEGV");
    requireRefused(server, rogueFile("configure_fails"), "CONFIGURE_FAILED");
    requireRefused(server, rogueFile("prepare_fails"), "PREPARE_FAILED");
    CHECK(server.mappedCount("rogue") == 0);
    requireUntouched(server, 2);
}

TEST_CASE("replacing an applied file in place changes nothing") {
    Server& server = withSampler();
    const TestDirectory directory;
    const fs::path file = directory.path() / "sampler.so";
    fs::copy(testPluginFile("sampler"), file);
    server.apply(file);
    callTimes(server, 2);
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        << readFile(testPluginFile("sampler-v2"));
    requireUntouched(server, 2);
    server.apply(file);
    CHECK(count(server).text("version") == "2.0.0");
}

TEST_CASE("a plugin others call is not removed under them") {
    Server& server = swapServer();
    const Json answer = server.askPlugins({"remove", "users"});
    CHECK_FALSE(answer.boolean("ok"));
    HttpClient client = server.client();
    CHECK(registerAccount(client).id > 0);
}

TEST_CASE("what was applied or removed is so after a restart too") {
    Server server;
    server.apply(testPluginFile("sampler-v2"));
    CHECK(server.askPlugins({"remove", "jobs"}).boolean("ok"));
    CHECK(server.stop() == 0);
    server.start();
    CHECK(count(server).text("version") == "2.0.0");
    requireFailure(server.client().get("/api/v1/jobs"), 404, "NOT_FOUND");
}

TEST_CASE("a coroutine awaits a statement and an operation of another plugin") {
    Server& server = swapServer();
    const Finished migrated = server.runCommand({"migrate", "up", exampleFile("notes").string()});
    INFO(migrated.output);
    REQUIRE(migrated.exit_code == 0);
    server.apply(exampleFile("notes"));
    HttpClient client = server.client();
    const Account account = registerAccount(client);
    const Answer created =
        client.post("/api/v1/notes", R"({"title":"Buy milk"})", account.access_token);
    REQUIRE(requireSuccess(created, 201).text("title") == "Buy milk");
    const std::string note = created.header("Location");
    for (int i = 0; i < 20; ++i) {
        const Json data = requireSuccess(client.get(note, account.access_token), 200);
        CHECK(data.text("note.title") == "Buy milk");
        CHECK(data.integer("author.id") == account.id);
    }
    requireFailure(client.get("/api/v1/notes/99999", account.access_token), 404, "NOTE_NOT_FOUND");
    CHECK(client.del(note, account.access_token).status == 204);
    CHECK(server.askPlugins({"remove", "notes"}).boolean("ok"));
}
