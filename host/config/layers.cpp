#include "config/layers.hpp"

#include <Poco/AutoPtr.h>
#include <Poco/Util/PropertyFileConfiguration.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <system_error>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "config/dotenv.hpp"
#include "limits.hpp"

namespace mortise::config {

namespace {

constexpr std::string_view kPrefix = "APP_";

// Poco keeps properties as a tree; a node may have a value and children at once.
void collect(const Poco::Util::AbstractConfiguration& properties, const std::string& key,
             std::vector<std::string>& keys) {
    if (!key.empty() && properties.has(key)) {
        keys.push_back(key);
    }
    Poco::Util::AbstractConfiguration::Keys children;
    properties.keys(key, children);
    for (const std::string& child : children) {
        collect(properties, key.empty() ? child : key + "." + child, keys);
    }
}

}  // namespace

void Layers::addFile(const std::filesystem::path& path, bool required) {
    std::error_code error;
    if (!required && !std::filesystem::exists(path, error)) {
        return;
    }
    try {
        std::istringstream stream(readFile(path, limits::kConfigFileSizeMax));
        const Poco::AutoPtr<Poco::Util::PropertyFileConfiguration> properties(
            new Poco::Util::PropertyFileConfiguration(stream));
        std::vector<std::string> keys;
        collect(*properties, "", keys);
        for (const std::string& key : keys) {
            // Raw: Poco would expand ${...}, which may well be part of a password.
            assignments_.push_back({lowered(key), properties->getRawString(key), path.string()});
        }
    } catch (const Error& reason) {
        problems_.emplace_back(reason.what());
    } catch (const Poco::Exception& reason) {
        problems_.push_back(path.string() + ": " + reason.displayText());
    }
}

void Layers::addDirectory(const std::filesystem::path& path) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".properties") {
            files.push_back(entry->path());
        }
    }
    if (error && error != std::errc::no_such_file_or_directory) {
        problems_.push_back("could not read \"" + path.string() + "\": " + error.message());
    }
    if (files.size() > limits::kConfigFileCountMax) {
        problems_.push_back("\"" + path.string() + "\" holds more than " +
                            std::to_string(limits::kConfigFileCountMax) + " properties files");
        return;
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) {
        addFile(file, true);
    }
}

void Layers::addDotEnv(const std::filesystem::path& path) {
    std::error_code error;
    // A character device is how a caller says "none": --env-file=/dev/null.
    if (!std::filesystem::exists(path, error) || std::filesystem::is_character_file(path, error)) {
        return;
    }
    std::vector<std::string> problems;
    try {
        for (DotEnvLine& line : parseDotEnv(readFile(path, limits::kConfigFileSizeMax), problems)) {
            std::string name = uppered(line.name);
            if (name.starts_with(kPrefix)) {
                assignments_.push_back({std::move(name), std::move(line.value),
                                        path.string() + ":" + std::to_string(line.line), true});
            }
        }
    } catch (const Error& reason) {
        problems_.emplace_back(reason.what());
    }
    for (const std::string& problem : problems) {
        problems_.push_back(path.string() + ": " + problem);
    }
}

void Layers::addEnvironment(std::span<const std::pair<std::string, std::string>> variables) {
    std::vector<Assignment> found;
    for (const auto& [name, value] : variables) {
        std::string upper = uppered(name);
        if (upper.starts_with(kPrefix)) {
            found.push_back({std::move(upper), value, "environment " + name, true});
        }
    }
    // The order of an environment means nothing; sorted, two spellings of one name at least give
    // the same result every time.
    std::stable_sort(
        found.begin(), found.end(),
        [](const Assignment& left, const Assignment& right) { return left.name < right.name; });
    std::move(found.begin(), found.end(), std::back_inserter(assignments_));
}

void Layers::addCommandLine(std::span<const std::string> arguments) {
    for (std::string_view argument : arguments) {
        if (argument.starts_with("--")) {
            argument.remove_prefix(2);
        }
        const std::size_t equals = argument.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            problems_.push_back("command line: an option is written --key=value");
            continue;
        }
        assignments_.push_back({lowered(argument.substr(0, equals)),
                                std::string(argument.substr(equals + 1)), "command line"});
    }
}

void Layers::addOverride(std::string key, std::string value, std::string origin) {
    assignments_.push_back({std::move(key), std::move(value), std::move(origin)});
}

std::vector<std::pair<std::string, std::string>> processEnvironment() {
    std::vector<std::pair<std::string, std::string>> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
            variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

}  // namespace mortise::config
