// Every plugin of this repository from its file to the end of its life: it can be read without
// being run, is accepted, declares the same each time, serves, stops and leaves nothing mapped.
#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

struct Subject {
    std::string name;
    fs::path file;
    /// A route of it that answers `status` to somebody unknown.
    std::string target;
    int status;
};

/// Each after those it calls.
std::vector<Subject> subjects() {
    return {{"users", pluginFile("users"), "/api/v1/users", 401},
            {"auth", pluginFile("auth"), "/api/v1/auth/me", 401},
            {"jobs", pluginFile("jobs"), "/api/v1/jobs", 401},
            {"hello", exampleFile("hello"), "/api/v1/hello", 200},
            {"notes", exampleFile("notes"), "/api/v1/notes", 401},
            {"cookbook", exampleFile("cookbook"), "/api/v1/cookbook", 401}};
}

Finished runMortise(std::vector<std::string> words) {
    words.insert(words.begin(), hostBinary().string());
    words.emplace_back("--env-file=/nonexistent/.env");
    return run(words);
}

}  // namespace

TEST_CASE("all plugins of the build are known here") {
    std::vector<std::string> known;
    for (const Subject& subject : subjects()) {
        known.push_back(subject.file.filename());
    }
    for (const char* directory : {"plugins", "examples"}) {
        for (const auto& entry :
             fs::directory_iterator(pluginDirectory().parent_path() / directory)) {
            if (entry.path().extension() == ".so") {
                INFO(entry.path());
                CHECK(std::find(known.begin(), known.end(), entry.path().filename()) !=
                      known.end());
            }
        }
    }
}

TEST_CASE("a plugin can be read without being run") {
    for (const Subject& subject : subjects()) {
        INFO("plugin: " << subject.name);
        const Finished inspected = runMortise({"plugin", "inspect", subject.file.string()});
        INFO(inspected.output);
        REQUIRE(inspected.exit_code == 0);
        CHECK(inspected.output.find('"' + subject.name + '"') != std::string::npos);
        CHECK(inspected.output.find("1.0.0") != std::string::npos);
    }
}

TEST_CASE("a plugin is accepted by the check") {
    for (const Subject& subject : subjects()) {
        INFO("plugin: " << subject.name);
        const Finished checked = runMortise({"plugin", "check", subject.file.string()});
        INFO(checked.output);
        CHECK(checked.exit_code == 0);
    }
}

TEST_CASE("a plugin declares the same each time") {
    for (const Subject& subject : subjects()) {
        INFO("plugin: " << subject.name);
        const Finished first = runMortise({"plugin-probe", subject.file.string()});
        const Finished second = runMortise({"plugin-probe", subject.file.string()});
        INFO(first.output);
        REQUIRE(first.exit_code == 0);
        // The answer comes after a line for each step.
        const std::size_t answer = first.output.find('{');
        REQUIRE(answer != std::string::npos);
        CHECK(Json::parse(first.output.substr(answer)).boolean("ok"));
        CHECK(first.output == second.output);
    }
}

TEST_CASE("a plugin is applied, serves, is replaced by itself, stops and is unmapped") {
    const TestDirectory no_plugins;
    Server server({.settings = {"--users.bootstrap_admin_email="}, .plugins = no_plugins.path()});
    HttpClient client = server.client();
    std::vector<Subject> all = subjects();
    for (const Subject& subject : all) {
        INFO("plugin: " << subject.name);
        CHECK(client.get(subject.target).status == 404);
        const Finished migrated = server.runCommand({"migrate", "up", subject.file.string()});
        INFO(migrated.output);
        REQUIRE(migrated.exit_code == 0);
        server.apply(subject.file);
        CHECK(client.get(subject.target).status == subject.status);
        server.apply(subject.file);
        CHECK(client.get(subject.target).status == subject.status);
        CHECK(server.mappedCount(subject.name) == 1);
    }
    for (auto subject = all.rbegin(); subject != all.rend(); ++subject) {
        INFO("plugin: " << subject->name);
        const Json answer = server.askPlugins({"remove", subject->name});
        INFO(answer.dump());
        CHECK(answer.boolean("ok"));
        CHECK(answer.text("report.previous") == "unmapped");
        CHECK(client.get(subject->target).status == 404);
        CHECK(server.mappedCount(subject->name) == 0);
    }
    CHECK(server.stop() == 0);
}
