#include "tests/support/server.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace mortise::test {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

/// Generous, because instrumented builds on a busy machine are slow.
constexpr milliseconds kStartTime = 90s;
constexpr milliseconds kStopTime = 60s;

}  // namespace

Server::Server(ServerOptions options) : options_(std::move(options)) {
    if (options_.uses_shared_postgres) {
        database_ = std::make_unique<TestDatabase>();
    }
    // Named on the command line, so that no file of this machine is read.
    std::ofstream(directory() / "mortise.properties");
    fs::create_directory(stateDirectory());
    // A wrapper may start it as another user.
    ::chmod(directory().c_str(), 0777);
    ::chmod(stateDirectory().c_str(), 0777);
    start();
}

// Nobody may forget to look at how a server ends: that is when sanitizers speak. A destructor cannot
// fail a test, so it fails the whole executable.
Server::~Server() {
    if (!process_ || !process_->isRunning()) {
        return;
    }
    process_->signal(SIGTERM);
    if (process_->wait(kStopTime) != 0) {
        std::fprintf(stderr, "a server did not end cleanly: %s\n", output().c_str());
        std::_Exit(1);
    }
}

std::vector<std::string> Server::settings() const {
    std::vector<std::string> all{
        "--config=" + (directory() / "mortise.properties").string(),
        "--env-file=" + (directory() / "none.env").string(),
        "--port=0",
        "--log.format=json",
        "--http.hsts_always=true",
        "--plugins.directory=" + options_.plugins.string(),
        "--plugins.state_directory=" + stateDirectory().string(),
        "--identity.password_memory_kib=8192",
        "--identity.password_passes=1",
        "--users.bootstrap_admin_email=" + std::string(kAdminEmail),
        "--jobs.poll_interval_ms=200",
        options_.uses_shared_postgres
            ? "--database.url=" + database_->url()
            : "--database.embedded_directory=" + embeddedDirectory().string()};
    all.insert(all.end(), options_.settings.begin(), options_.settings.end());
    return all;
}

std::vector<std::string> Server::environment() const {
    std::vector<std::string> all = options_.environment;
    all.push_back(std::string("APP_USERS_BOOTSTRAP_ADMIN_PASSWORD=") + kAdminPassword);
    return all;
}

void Server::start(const std::vector<std::string>& more) {
    Launch launch;
    launch.command = options_.wrapper;
    launch.command.insert(launch.command.end(), {options_.binary.string(), "serve"});
    const std::vector<std::string> all = settings();
    launch.command.insert(launch.command.end(), all.begin(), all.end());
    launch.command.insert(launch.command.end(), more.begin(), more.end());
    launch.environment = environment();
    launch.output = directory() / "output.log";
    fs::remove(launch.output);
    process_.emplace(launch);
    const std::string url = awaitReady().text("url");
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

Json Server::awaitReady() {
    std::vector<Json> ready;
    const bool came = within(kStartTime, [&] {
        ready = events("app.ready");
        return !ready.empty() || !process_->isRunning();
    });
    if (!came || ready.empty()) {
        throw std::runtime_error("the server did not get ready: " + output());
    }
    return ready.front();
}

int Server::stop(int signal) {
    process_->signal(signal);
    const std::optional<int> exit_code = process_->wait(kStopTime);
    if (!exit_code) {
        throw std::runtime_error("the server did not stop: " + output());
    }
    return *exit_code;
}

Finished Server::runCommand(const std::vector<std::string>& words) {
    std::vector<std::string> command{options_.binary.string()};
    command.insert(command.end(), words.begin(), words.end());
    const std::vector<std::string> all = settings();
    command.insert(command.end(), all.begin(), all.end());
    return run(command, environment());
}

std::size_t Server::inFlightCount(const std::string& plugin) {
    return static_cast<std::size_t>(
        askPlugins({"status", plugin}).integer("plugin.serving.in_flight"));
}

Json Server::askPlugins(const std::vector<std::string>& words) {
    std::vector<std::string> command{"plugin"};
    command.insert(command.end(), words.begin(), words.end());
    command.emplace_back("--json");
    return Json::parse(runCommand(command).output);
}

Json Server::apply(const fs::path& file, bool confirm) {
    std::vector<std::string> words{"apply", file.string()};
    if (confirm) {
        words.emplace_back("--confirm");
    }
    const Json answer = askPlugins(words);
    if (!answer.boolean("ok")) {
        throw std::runtime_error("apply was refused: " + answer.dump());
    }
    return answer.at("report");
}

std::size_t Server::mappedCount(const std::string& plugin) const {
    std::ifstream maps("/proc/" + std::to_string(process_->id()) + "/maps");
    std::set<std::string> copies;
    for (std::string line; std::getline(maps, line);) {
        const std::size_t path = line.find('/');
        if (path != line.npos && line.find("/store/" + plugin + "/") != line.npos) {
            copies.insert(line.substr(path));
        }
    }
    return copies.size();
}

std::string Server::output() const {
    return readFile(directory() / "output.log");
}

std::vector<Json> Server::events(const std::string& name) const {
    std::vector<Json> found;
    std::istringstream lines(output());
    const std::string start = "{\"event\":\"" + name + "\"";
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(start) && line.ends_with('}')) {
            found.push_back(Json::parse(line));
        }
    }
    return found;
}

bool within(milliseconds time, const std::function<bool()>& condition) {
    const auto limit = steady_clock::now() + time;
    while (!condition()) {
        if (steady_clock::now() > limit) {
            return false;
        }
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

}  // namespace mortise::test
