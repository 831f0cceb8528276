#include "db/embedded_postgres.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "db/embedded/installation.hpp"
#include "db/embedded/process.hpp"
#include "db/engine/connection.hpp"
#include "db/failure.hpp"
#include "log/log.hpp"

namespace mortise::db {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr const char* kSuperuser = "mortise";
constexpr const char* kDatabase = "mortise";
constexpr std::string_view kSocketName = "/.s.PGSQL.5432";

Error failed(const std::string& message) {
    return Error(503, "EMBEDDED_FAILED", message);
}

std::string readFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The end of a log, where the reason stands.
std::string tailOf(const fs::path& path) {
    constexpr std::size_t kTailSize = 600;
    std::string text = readFile(path);
    return text.size() > kTailSize ? text.substr(text.size() - kTailSize) : text;
}

void makeDirectory(const fs::path& path, const User& user) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error || (user.isOther() && ::chown(path.c_str(), user.user_id, user.group_id) != 0)) {
        throw failed("could not make \"" + path.string() + "\": " +
                     (error ? error : std::error_code(errno, std::generic_category())).message());
    }
}

bool fitsSocket(const fs::path& directory) {
    return directory.string().size() + kSocketName.size() < sizeof(sockaddr_un::sun_path);
}

// A directory in /tmp is believed only when nobody else could have made or changed it.
bool isPrivate(const fs::path& directory, const User& user) {
    struct stat info {};
    return ::lstat(directory.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
           info.st_uid == user.user_id && (info.st_mode & 077) == 0;
}

std::string escaped(const std::string& text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string url;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '_' || c == '-' || c == '.') {
            url += c;
        } else {
            url += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
        }
    }
    return url;
}

/// What PostgreSQL writes into postmaster.pid.
struct PidFile {
    pid_t id = 0;
    fs::path socket_directory;
};

std::optional<PidFile> readPidFile(const fs::path& data) {
    std::ifstream file(data / "postmaster.pid");
    std::vector<std::string> lines;
    for (std::string line; lines.size() < 5 && std::getline(file, line);) {
        lines.push_back(line);
    }
    PidFile found;
    if (lines.size() < 5 ||
        std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), found.id).ec !=
            std::errc() ||
        found.id <= 1) {
        return std::nullopt;
    }
    found.socket_directory = lines[4];
    return found;
}

// A process that ended, or is about to, and that its parent did not collect yet: it has no program
// any more. While it is listed, postgres takes its pid file for that of a living server.
bool isDying(pid_t id) {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/" + std::to_string(id) + "/exe", error);
    return program.empty() && error == std::errc::no_such_file_or_directory && ::kill(id, 0) == 0;
}

void awaitCollected(pid_t id, Deadline deadline) {
    while (isDying(id) && steady_clock::now() < deadline) {
        std::this_thread::sleep_for(limits::kEmbeddedPollInterval);
    }
}

}  // namespace

struct EmbeddedPostgres::State {
    State(EmbeddedSettings embedded_settings, log::Log& embedded_log)
        : settings(std::move(embedded_settings)),
          log(embedded_log),
          directory(fs::absolute(settings.directory).lexically_normal()),
          data(directory / "data"),
          server_log(directory / "server.log") {}

    void lockDirectory();
    void initialise(Deadline deadline);
    bool adopt(Deadline deadline);
    void launch();
    void awaitReady(Deadline deadline);
    void chooseSocketDirectory();
    void boundServerLog();
    void createDatabase(Deadline deadline);
    void shutDown() noexcept;
    void forget() noexcept;
    bool answers(milliseconds patience, std::string& reason);
    std::string urlOf(const std::string& database) const;
    Process::Start startOf(std::vector<std::string> arguments, const fs::path& output) const;

    EmbeddedSettings settings;
    log::Log& log;
    const fs::path directory;
    const fs::path data;
    const fs::path server_log;
    UniqueFd lock;  // Keeps a second host from adopting the server of a living one.
    User user;
    fs::path binaries;
    fs::path socket_directory;
    Process server;
    bool adopted = false;
    std::string url;
};

void EmbeddedPostgres::State::lockDirectory() {
    const fs::path path = directory / "lock";
    lock.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        lock.reset();
        throw failed(reason == EWOULDBLOCK
                         ? "another host uses the database in \"" + directory.string() + "\""
                         : "could not lock \"" + path.string() +
                               "\": " + std::generic_category().message(reason));
    }
}

Process::Start EmbeddedPostgres::State::startOf(std::vector<std::string> arguments,
                                                const fs::path& output) const {
    return {std::move(arguments), directory, output, user, settings.ends_with_host};
}

// In a directory of another name first: an initdb that was killed half-way must not look like a
// cluster.
void EmbeddedPostgres::State::initialise(Deadline deadline) {
    const fs::path unfinished = directory / "data.new";
    const fs::path output = directory / "initdb.log";
    std::error_code error;
    fs::remove_all(unfinished, error);
    fs::remove(output, error);
    std::vector<std::string> arguments{binaries / "initdb",
                                       "--pgdata=" + unfinished.string(),
                                       "--username=" + std::string(kSuperuser),
                                       "--auth-local=trust",
                                       "--auth-host=reject",
                                       "--encoding=UTF8",
                                       "--locale=C.UTF-8",
                                       "--no-instructions"};
    if (settings.fast) {
        arguments.emplace_back("--no-sync");
    }
    Process initdb = Process::start(startOf(std::move(arguments), output));
    if (!initdb.wait(deadline)) {
        initdb.signal(SIGKILL);
        initdb.wait(steady_clock::now() + limits::kEmbeddedKillTimeout);
        throw failed("initdb did not finish in time");
    }
    if (initdb.exitStatus() != 0) {
        throw failed("initdb failed: " + tailOf(output));
    }
    fs::rename(unfinished, data, error);
    if (error) {
        throw failed("could not rename \"" + unfinished.string() + "\": " + error.message());
    }
    log.info("database.embedded_initialised", {{"directory", directory.string()}});
}

// True when the server of a host that died serves this cluster; one that hangs is ended.
bool EmbeddedPostgres::State::adopt(Deadline deadline) {
    const std::optional<PidFile> found = readPidFile(data);
    if (!found) {
        return false;
    }
    Process candidate = Process::find(found->id);
    // The postmaster's working directory is its data directory. Asked after the pidfd is open, so
    // the answer is about the process that the pidfd holds, if it still lives then.
    std::error_code error;
    const fs::path proc = "/proc/" + std::to_string(found->id);
    const bool same = candidate && fs::read_symlink(proc / "exe", error).filename() == "postgres" &&
                      fs::equivalent(proc / "cwd", data, error);
    if (!same) {
        awaitCollected(found->id, deadline);
        return false;
    }
    server = std::move(candidate);
    socket_directory = found->socket_directory;
    url = urlOf(kDatabase);
    const Deadline patience = std::min(deadline, steady_clock::now() + settings.stop_timeout);
    std::string reason;
    while (steady_clock::now() < patience && server) {
        if (answers(limits::kDatabasePingDeadline, reason)) {
            adopted = true;
            log.info("database.embedded_adopted", {{"process_id", server.id()}});
            return true;
        }
        server.wait(steady_clock::now() + limits::kEmbeddedPollInterval);
    }
    shutDown();
    awaitCollected(found->id, deadline);
    return false;
}

void EmbeddedPostgres::State::chooseSocketDirectory() {
    const fs::path own = directory / "socket";
    if (fitsSocket(own)) {
        makeDirectory(own, user);
        ::chmod(own.c_str(), 0700);
        socket_directory = own;
        return;
    }
    const fs::path record = directory / "run";
    socket_directory = readFile(record);
    if (!socket_directory.empty() && isPrivate(socket_directory, user)) {
        return;
    }
    std::string pattern = "/tmp/mortise-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr ||
        (user.isOther() && ::chown(pattern.c_str(), user.user_id, user.group_id) != 0)) {
        throw failed("could not make a directory for the socket: " +
                     std::generic_category().message(errno));
    }
    socket_directory = pattern;
    std::ofstream(record, std::ios::trunc) << pattern;
}

void EmbeddedPostgres::State::boundServerLog() {
    std::error_code error;
    if (fs::file_size(server_log, error) > limits::kEmbeddedLogSizeMax && !error) {
        fs::rename(server_log, directory / "server.log.old", error);
    }
}

void EmbeddedPostgres::State::launch() {
    boundServerLog();
    std::vector<std::string> arguments{binaries / "postgres", "-D", data, "-k", socket_directory};
    const auto set = [&](const std::string& setting) {
        arguments.emplace_back("-c");
        arguments.push_back(setting);
    };
    set("listen_addresses=");
    set("port=5432");  // Only a part of the socket's name.
    set("unix_socket_permissions=0700");
    set("max_connections=" + std::to_string(settings.connection_count_max));
    set("log_min_messages=warning");
    set("log_checkpoints=off");
    set("logging_collector=off");
    set("timezone=UTC");
    if (settings.fast) {
        set("fsync=off");
        set("synchronous_commit=off");
        set("full_page_writes=off");
    }
    server = Process::start(startOf(std::move(arguments), server_log));
    url = urlOf(kDatabase);
}

bool EmbeddedPostgres::State::answers(milliseconds patience, std::string& reason) {
    ConnectionSettings connection;
    connection.url = urlOf("postgres");
    const Deadline deadline = steady_clock::now() + patience;
    try {
        Connection::open(connection, deadline)->query("SELECT 1", deadline);
        return true;
    } catch (const Failure& failure) {
        reason = failure.what();
        return false;
    }
}

void EmbeddedPostgres::State::awaitReady(Deadline deadline) {
    std::string reason;
    while (!answers(limits::kDatabasePingDeadline, reason)) {
        if (server.wait(steady_clock::now() + limits::kEmbeddedPollInterval)) {
            throw failed("PostgreSQL ended at its start: " + tailOf(server_log));
        }
        if (steady_clock::now() >= deadline) {
            shutDown();
            throw failed("PostgreSQL did not get ready in time: " + reason);
        }
    }
}

void EmbeddedPostgres::State::createDatabase(Deadline deadline) {
    ConnectionSettings connection;
    connection.url = urlOf("postgres");
    try {
        const auto admin = Connection::open(connection, deadline);
        const std::string name = kDatabase;
        const Result found =
            admin->query("SELECT 1 FROM pg_database WHERE datname = '" + name + "'", deadline);
        if (found.rowCount() == 0) {
            admin->query("CREATE DATABASE " + name, deadline);
        }
    } catch (const Failure& failure) {
        throw Error(503, "EMBEDDED_FAILED", "could not create the database", failure);
    }
}

std::string EmbeddedPostgres::State::urlOf(const std::string& database) const {
    return "postgresql://" + std::string(kSuperuser) + "@/" + escaped(database) +
           "?host=" + escaped(socket_directory.string());
}

void EmbeddedPostgres::State::shutDown() noexcept {
    if (!server) {
        return;
    }
    server.signal(SIGINT);  // Fast: sessions are ended, the next start needs no recovery.
    if (!server.wait(steady_clock::now() + settings.stop_timeout)) {
        server.signal(SIGQUIT);  // Immediate.
        if (!server.wait(steady_clock::now() + limits::kEmbeddedKillTimeout)) {
            server.signal(SIGKILL);
            server.wait(steady_clock::now() + limits::kEmbeddedKillTimeout);
        }
        log.warning("database.embedded_killed", {{"directory", directory.string()}});
    }
}

void EmbeddedPostgres::State::forget() noexcept {
    server = Process();
    lock.reset();
}

EmbeddedPostgres::EmbeddedPostgres(EmbeddedSettings settings, log::Log& log)
    : state_(std::make_unique<State>(std::move(settings), log)) {}

EmbeddedPostgres::~EmbeddedPostgres() {
    stop();
}

void EmbeddedPostgres::start() {
    State& state = *state_;
    if (state.server) {
        return;
    }
    const Deadline deadline = steady_clock::now() + state.settings.start_timeout;
    state.user = findUser();
    makeDirectory(state.directory, state.user);
    if (const fs::path closed = firstClosedParent(state.directory, state.user); !closed.empty()) {
        throw failed("PostgreSQL refuses root, and user \"" + state.user.name +
                     "\" cannot enter \"" + closed.string() + "\"; use another directory");
    }
    state.lockDirectory();
    std::string major = readFile(state.data / "PG_VERSION");
    major.erase(std::min(major.find('\n'), major.size()));
    state.binaries = findBinaries(state.settings.binaries, major);
    state.adopted = false;
    try {
        if (major.empty()) {
            state.initialise(deadline);
        }
        if (!state.adopt(deadline)) {
            state.chooseSocketDirectory();
            state.launch();
            state.awaitReady(deadline);
        }
        state.createDatabase(deadline);
    } catch (...) {
        stop();
        throw;
    }
    state.log.info("database.embedded_started",
                   {{"process_id", state.server.id()}, {"directory", state.directory.string()}});
}

void EmbeddedPostgres::stop() noexcept {
    state_->shutDown();
    if (state_->lock && state_->socket_directory.parent_path() == "/tmp") {
        std::error_code ignored;  // A left-over empty directory is found and used again.
        fs::remove_all(state_->socket_directory, ignored);
        fs::remove(state_->directory / "run", ignored);
    }
    state_->forget();
}

void EmbeddedPostgres::abandon() noexcept {
    state_->forget();
}

const std::string& EmbeddedPostgres::url() const noexcept {
    return state_->url;
}

std::string EmbeddedPostgres::urlOf(const std::string& database) const {
    return state_->urlOf(database);
}

int EmbeddedPostgres::processId() const noexcept {
    return state_->server.id();
}

bool EmbeddedPostgres::wasAdopted() const noexcept {
    return state_->adopted;
}

}  // namespace mortise::db
