// Every event of the host is declared in events.def of its folder, under a name the grammar allows,
// exactly once; and what the sources write is declared.
#include <map>
#include <regex>
#include <set>

#include "base/files.hpp"
#include "log/event_name.hpp"
#include "log/field.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;

namespace {

const std::filesystem::path kHost = std::filesystem::path(MORTISE_SOURCE_DIR) / "host";

std::string contentOf(const std::filesystem::path& path) {
    return readFile(path, 1024 * 1024);
}

std::vector<std::filesystem::path> filesNamed(const std::string& ending) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kHost)) {
        if (entry.path().string().ends_with(ending)) {
            files.push_back(entry.path());
        }
    }
    return files;
}

struct Declared {
    std::string level;
    std::string meaning;
};

std::map<std::string, Declared> declaredEvents() {
    static const std::regex kEvent(
        R"re(\nMORTISE_EVENT\(\s*([^,\s]+)\s*,\s*(\w+)\s*,\s*"([^"]*)")re");
    std::map<std::string, Declared> events;
    for (const auto& path : filesNamed("/events.def")) {
        const std::string text = "\n" + contentOf(path);
        for (std::sregex_iterator match(text.begin(), text.end(), kEvent), end; match != end;
             ++match) {
            CAPTURE((*match)[1].str());
            CHECK(events.emplace((*match)[1].str(), Declared{(*match)[2].str(), (*match)[3].str()})
                      .second);
        }
    }
    return events;
}

}  // namespace

TEST_CASE("the grammar of event names takes dotted lower-case words only") {
    for (const char* name : {"app.ready", "http_request", "plugin.swap_committed", "a.b2.c_d"}) {
        CHECK(log::isEventName(name));
    }
    for (const char* name :
         {"", ".", "a.", ".a", "a..b", "A.b", "a b", "a-b", "1a", "a.1b", "a._b", "a.b!"}) {
        CAPTURE(name);
        CHECK_FALSE(log::isEventName(name));
    }
    CHECK_FALSE(log::isEventName(std::string(65, 'a')));
    CHECK(log::areaOf("plugin.swap_committed") == "plugin");
}

TEST_CASE("every declared event has a valid name, a level and a meaning, and is declared once") {
    const auto events = declaredEvents();
    CHECK(events.size() >= 3);
    for (const auto& [name, event] : events) {
        CAPTURE(name);
        CHECK(log::isEventName(name));
        CHECK(std::set<std::string>{"Debug", "Info", "Warning", "Error", "Critical"}.count(
                  event.level) == 1);
        CHECK(event.meaning.size() >= 10);
    }
}

TEST_CASE("every event the host writes is declared") {
    // log.info("name" ...), log_->write(log::Level::Info, "name" ...
    static const std::regex kWrite(
        R"re((?:\.|->)(?:debug|info|warning|error|critical)\(\s*"([a-z0-9_.]+)")re"
        R"re(|(?:\.|->)write\(\s*(?:log::)?Level::\w+,\s*"([a-z0-9_.]+)")re");
    const auto events = declaredEvents();
    for (const auto& path : filesNamed(".cpp")) {
        const std::string text = contentOf(path);
        for (std::sregex_iterator match(text.begin(), text.end(), kWrite), end; match != end;
             ++match) {
            const std::string name = (*match)[1].matched ? (*match)[1].str() : (*match)[2].str();
            CAPTURE(path.string(), name);
            CHECK(events.count(name) == 1);
        }
    }
}
