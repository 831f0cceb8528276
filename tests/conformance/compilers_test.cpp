// The same plugin from several compilers, and plugins in other languages, side by side in one host and in place of each other.
//
// They are built here, outside of this tree, with what is installed; a compiler that is missing is told and left out.
#include <cstdlib>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/load.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

struct Compiler {
    /// Part of the plugin's name.
    std::string name;
    /// Those that would do, best first.
    std::vector<std::string> commands;
    std::string flags;
    /// What the plugin says of itself.
    std::string built_by;
};

const std::vector<Compiler>& compilers() {
    static const std::vector<Compiler> all = {
        {"gcc", {"g++"}, "", "gcc, libstdc++"},
        {"clang", {"clang++", "clang++-19", "clang++-18", "clang++-16"}, "", "clang, libstdc++"},
        {"libcxx",
         {"clang++-19", "clang++-18", "clang++-17", "clang++-16"},
         "-stdlib=libc++",
         "clang, libc++"},
    };
    return all;
}

Finished attempt(const std::vector<std::string>& command) {
    try {
        return run(command, {}, 300s);
    } catch (const std::exception& error) {
        return {-1, error.what()};
    }
}

/// The first command that compiles a program with its standard library; empty when none does.
std::string usable(const Compiler& compiler, const fs::path& directory) {
    const fs::path source = directory / "probe.cpp";
    std::ofstream(source) << "#include <string>\nint main() { return std::string().size(); }\n";
    for (const std::string& command : compiler.commands) {
        std::vector<std::string> words = {command, "-std=c++20", source.string(), "-o",
                                          (directory / "probe").string()};
        if (!compiler.flags.empty()) {
            words.push_back(compiler.flags);
        }
        if (attempt(words).exit_code == 0) {
            return command;
        }
    }
    return {};
}

/// One build of the plugin for each compiler there is.
class Builds {
public:
    Builds() {
        for (const Compiler& compiler : compilers()) {
            const std::string command = usable(compiler, directory_.path());
            if (command.empty()) {
                WARN("left out, because there is no compiler for it: " << compiler.built_by);
                continue;
            }
            build(compiler, command);
            present_.push_back(compiler);
        }
    }

    const std::vector<Compiler>& present() const { return present_; }
    /// To stand beside the others, under a name of its own.
    fs::path beside(const Compiler& compiler) const {
        return output(compiler) / ("echo" + compiler.name + ".so");
    }
    /// To take the place of another one.
    fs::path instead(const Compiler& compiler) const { return output(compiler) / "echo.so"; }

private:
    fs::path output(const Compiler& compiler) const { return directory_.path() / compiler.name; }

    void build(const Compiler& compiler, const std::string& command) {
        const Finished configured =
            attempt({MORTISE_CMAKE, "-S", MORTISE_SOURCE_DIR "/tests/conformance/compilers", "-B",
                     output(compiler).string(), "-DMortise_DIR=" MORTISE_SOURCE_DIR "/sdk/cmake",
                     "-DECHO_NAME=echo" + compiler.name, "-DCMAKE_CXX_COMPILER=" + command,
                     "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror " + compiler.flags});
        INFO(configured.output);
        REQUIRE(configured.exit_code == 0);
        const Finished built =
            attempt({MORTISE_CMAKE, "--build", output(compiler).string(), "-j", "2"});
        INFO(built.output);
        REQUIRE(built.exit_code == 0);
    }

    TestDirectory directory_;
    std::vector<Compiler> present_;
};

const Builds& builds() {
    static const Builds all;
    return all;
}

/// What every build of the plugin answers, wherever its exceptions and coroutines come from.
void requireServes(HttpClient& client, const std::string& name, const std::string& built_by) {
    INFO(name);
    const std::string base = "/api/v1/" + name;
    CHECK(requireSuccess(client.get(base), 200).text("text") == "hello from " + built_by);
    CHECK(requireSuccess(client.get(base + "/later"), 200).text("built_by") == built_by);
    const Answer repeated = client.post(base, R"({"word":"ho","times":3})");
    CHECK(requireSuccess(repeated, 200).text("text") == "hohoho");
    requireFailure(client.post(base, R"({"word":"taboo","times":1})"), 409, "WORD_REFUSED");
    requireFailure(client.post(base, R"({"word":"","times":9})"), 422, "VALIDATION_ERROR");
    requireFailure(client.get(base + "/broken"), 500, "INTERNAL_ERROR");
}

LoadPlan steadyTraffic(std::uint16_t port, const std::string& target) {
    LoadPlan plan;
    plan.port = port;
    plan.connection_count = 4;
    plan.thread_count = 1;
    plan.requests = {{.target = target}, {.target = target + "/later"}};
    plan.judge = [](const Request&, long, const Answer& answer) {
        return answer.status == 200
                   ? std::string()
                   : "status " + std::to_string(answer.status) + ": " + answer.body;
    };
    return plan;
}

/// The library, or an empty path when there is no Rust here.
fs::path buildRust(const fs::path& directory) {
    const char* home = std::getenv("HOME");
    const fs::path output = directory / "hello_rust.so";
    for (const std::string& rustc :
         {std::string("rustc"),
          (home == nullptr ? std::string() : std::string(home)) + "/.cargo/bin/rustc"}) {
        if (attempt({rustc, "--version"}).exit_code != 0) {
            continue;
        }
        const Finished built =
            attempt({rustc, "--edition", "2021", "--crate-type", "cdylib", "-D", "warnings", "-C",
                     "opt-level=2", "-C", "panic=abort", "-C", "link-arg=-Wl,-z,now", "-C",
                     "link-arg=-Wl,-z,noexecstack", "-o", output.string(),
                     MORTISE_SOURCE_DIR "/sdk/examples/hello_rust/hello.rs"});
        INFO(built.output);
        REQUIRE(built.exit_code == 0);
        return output;
    }
    return {};
}

}  // namespace

TEST_CASE("builds of one plugin by several compilers serve side by side and are unmapped") {
    const TestDirectory no_plugins;
    Server server({.plugins = no_plugins.path()});
    HttpClient client = server.client();
    for (const Compiler& compiler : builds().present()) {
        const Finished checked =
            run({hostBinary().string(), "plugin", "check", builds().beside(compiler).string(),
                 "--env-file=/nonexistent/.env"});
        INFO(checked.output);
        CHECK(checked.exit_code == 0);
        CHECK(checked.output.find("mapping_risk") == std::string::npos);
        server.apply(builds().beside(compiler));
    }
    server.apply(exampleFile("hello"));
    for (const Compiler& compiler : builds().present()) {
        requireServes(client, "echo" + compiler.name, compiler.built_by);
    }
    CHECK(client.get("/api/v1/hello").status == 200);
    for (const Compiler& compiler : builds().present()) {
        const Json removed = server.askPlugins({"remove", "echo" + compiler.name});
        INFO(removed.dump());
        CHECK(removed.text("report.previous") == "unmapped");
        CHECK(server.mappedCount("echo" + compiler.name) == 0);
    }
    // Threads that threw and caught inside the plugins end now, after the plugins are gone.
    CHECK(server.stop() == 0);
}

TEST_CASE("a build by one compiler takes the place of a build by another under traffic") {
    const TestDirectory no_plugins;
    Server server({.plugins = no_plugins.path()});
    HttpClient client = server.client();
    server.apply(builds().instead(compilers().front()));
    Load load(steadyTraffic(server.port(), "/api/v1/echo"));
    REQUIRE(load.waitForAnswers(16));
    for (int round = 0; round < 2; ++round) {
        for (const Compiler& compiler : builds().present()) {
            const Json report = server.apply(builds().instead(compiler));
            INFO(report.dump());
            CHECK(report.text("previous") == "unmapped");
            requireServes(client, "echo", compiler.built_by);
            REQUIRE(load.waitForAnswers(16));
        }
    }
    for (const std::string& failure : load.finish()) {
        FAIL_CHECK(failure);
    }
    CHECK(server.mappedCount("echo") == 1);
    CHECK(server.stop() == 0);
}

TEST_CASE(
    "a plugin in Rust serves beside one in C, is replaced, and what keeps it mapped is said") {
    const TestDirectory directory;
    const fs::path file = buildRust(directory.path());
    if (file.empty()) {
        WARN("left out, because rustc is not installed");
        return;
    }
    const TestDirectory no_plugins;
    Server server({.plugins = no_plugins.path()});
    HttpClient client = server.client();
    server.apply(exampleFile("hello"));
    server.apply(file);
    const Json report = server.apply(file);
    CHECK(requireSuccess(client.get("/api/v1/hello-rust"), 200).text("greeting") ==
          "Hello from Rust");
    CHECK(requireSuccess(client.get("/api/v1/hello"), 200).text("greeting") == "Hello");
    // Its standard library keeps state per thread, whose destructors the C library would call.
    CHECK(report.text("previous") == "retired");
    CHECK_THAT(report.text("previous_reasons.0"),
               Catch::Matchers::ContainsSubstring("ELF_THREAD_KEYS"));
    CHECK(server.stop() == 0);
}
