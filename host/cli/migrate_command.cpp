// `mortise migrate`: a step of its own in production, so that a person decides when a schema changes.
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>

#include "admin/control_client.hpp"
#include "app/configuration.hpp"
#include "app/plugin_files.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/strings.hpp"
#include "cli/command.hpp"
#include "db/embedded_postgres.hpp"
#include "db/migrator.hpp"
#include "limits.hpp"
#include "log/log.hpp"

namespace mortise::cli {
namespace {

std::string lineOf(const db::MigrationStep& step) {
    return step.plugin + " " + std::to_string(step.version) + " " + step.name +
           (step.applied_at.empty() ? "" : "  " + step.applied_at) + "\n";
}

/// Settings, log and, when the private PostgreSQL is meant, the server itself for the time of the command.
class Session {
public:
    explicit Session(const std::vector<std::string>& options)
        : configuration_(options), log_(app::logSettings(configuration_.host())) {
        migrator_.emplace(
            db::MigratorSettings{app::connectionSettings(configuration_.host(), databaseUrl())},
            log_);
    }

    db::Migrator& migrator() { return *migrator_; }

    std::vector<db::MigrationLine> lines(const std::vector<std::string>& files) const {
        if (files.empty()) {
            return app::migrationLines(app::pluginFiles(configuration_.host()));
        }
        std::vector<db::MigrationLine> lines;
        lines.reserve(files.size());
        for (const std::string& file : files) {
            lines.push_back(app::migrationLine(file));
        }
        return lines;
    }

private:
    /// The configured database; for the private one, that of the host that runs, else started for the time of the command.
    std::string databaseUrl() {
        if (!app::wantsEmbedded(configuration_.host())) {
            return configuration_.host().text("database.url");
        }
        if (const auto running = runningServer()) {
            return *running;
        }
        embedded_.emplace(app::embeddedSettings(configuration_), log_);
        embedded_->start();
        return embedded_->url();
    }

    std::optional<std::string> runningServer() const {
        try {
            const auto answer = Poco::JSON::Parser()
                                    .parse(admin::callControl(configuration_.controlSocket(),
                                                              R"({"command":"database.url"})",
                                                              limits::kControlRequestDeadline))
                                    .extract<Poco::JSON::Object::Ptr>();
            return answer->getValue<std::string>("url");
        } catch (const Error&) {
            // Nobody listens: no host runs on this state directory.
            return std::nullopt;
        }
    }

    app::Configuration configuration_;
    log::Log log_;
    std::optional<db::EmbeddedPostgres> embedded_;
    std::optional<db::Migrator> migrator_;
};

unsigned countOf(const std::string& text, const char* option) {
    const auto number = parseInteger(text);
    if (!number || *number < 1 || *number > 9999) {
        throw UsageError{std::string("--") + option + " needs a number from 1 to 9999"};
    }
    return static_cast<unsigned>(*number);
}

const db::MigrationLine& lineFor(const std::vector<db::MigrationLine>& lines,
                                 const std::string& plugin) {
    const auto found = std::find_if(lines.begin(), lines.end(), [&](const db::MigrationLine& line) {
        return line.plugin == plugin;
    });
    if (found == lines.end()) {
        throw UsageError{"there are no migrations of \"" + plugin + "\" in the given files"};
    }
    return *found;
}

void printSteps(const std::vector<db::MigrationStep>& steps, const char* nothing) {
    std::string text;
    for (const db::MigrationStep& step : steps) {
        text += lineOf(step);
    }
    print(text.empty() ? std::string(nothing) + "\n" : text);
}

int up(Session& session, const std::vector<db::MigrationLine>& lines, const std::string& plugin,
       const std::string& to) {
    if (to.empty()) {
        printSteps(session.migrator().up(lines), "nothing to do");
        return kExitOk;
    }
    const std::vector<db::MigrationLine> one{lineFor(lines, plugin)};
    printSteps(session.migrator().up(one, countOf(to, "to")), "nothing to do");
    return kExitOk;
}

int status(Session& session, const std::vector<db::MigrationLine>& lines) {
    std::string text;
    bool is_behind = false;
    for (const db::MigrationStatus& each : session.migrator().status(lines)) {
        text += each.plugin + "  applied " + std::to_string(each.applied) + "  available " +
                std::to_string(each.available) + "\n";
        is_behind = is_behind || !each.pending.empty();
    }
    print(text);
    return is_behind ? kExitRefused : kExitOk;
}

}  // namespace

int runMigrate(Arguments& arguments) {
    std::vector<std::string> words = arguments.words();
    if (words.empty()) {
        throw UsageError{"migrate needs one of up, down, status, history"};
    }
    const std::string what = words.front();
    words.erase(words.begin());
    const std::string plugin = arguments.takeValue("plugin");
    const std::string to = arguments.takeValue("to");
    const std::string count = arguments.takeValue("count", "1");
    if (what != "up" && what != "down" && what != "status" && what != "history") {
        throw UsageError{"migrate cannot \"" + what + "\""};
    }
    if ((what == "down" || !to.empty()) && plugin.empty()) {
        throw UsageError{"say of which plugin with --plugin=NAME"};
    }
    Session session(arguments.options());
    if (what == "history") {
        printSteps(session.migrator().history(plugin), "nothing was applied yet");
        return kExitOk;
    }
    const auto lines = session.lines(words);
    if (what == "up") {
        return up(session, lines, plugin, to);
    }
    if (what == "status") {
        return status(session, lines);
    }
    printSteps(session.migrator().down(lineFor(lines, plugin), countOf(count, "count")),
               "nothing to take back");
    return kExitOk;
}

}  // namespace mortise::cli
