// Host: a Swap over a directory of its own, with the fake binding and publisher.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "log/log.hpp"
#include "log/sink.hpp"
#include "plugin/swap.hpp"
#include "tests/unit/plugin/fake_host.hpp"

namespace mortise::plugin::test {

inline std::filesystem::path rogue(const std::string& name) {
    return std::filesystem::path(MORTISE_ROGUE_DIR) / (name + ".so");
}

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string text =
            (std::filesystem::temp_directory_path() / "mortise-plugin-XXXXXX").string();
        path_ = ::mkdtemp(text.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;  // A left-over in the temporary directory harms nobody.
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Names the file some broken plugins wait for. Creating it lets them go.
class Release {
public:
    explicit Release(const std::filesystem::path& directory) : path_(directory / "release") {
        ::setenv("MORTISE_ROGUE_RELEASE", path_.c_str(), 1);
    }
    ~Release() { ::unsetenv("MORTISE_ROGUE_RELEASE"); }
    Release(const Release&) = delete;
    Release& operator=(const Release&) = delete;
    void open() const { std::ofstream(path_) << '\n'; }

private:
    std::filesystem::path path_;
};

class Host {
public:
    Host() { start(); }
    ~Host() { stop(); }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    void start() {
        SwapSettings settings;
        settings.state_directory = directory.path();
        settings.probe.executable = MORTISE_PROBE_CHILD;
        settings.probe.arguments = {};
        settings.probe.deadline = probe_deadline;
        settings.call_deadline = call_deadline;
        settings.prepare_deadline = prepare_deadline;
        settings.stop_deadline = stop_deadline;
        settings.drain_deadline = drain_deadline;
        registry = std::make_unique<Registry>();
        swap = std::make_unique<Swap>(settings, binding, publisher, *registry, log);
    }
    void stop() {
        if (swap) {
            swap->shutdown(std::chrono::steady_clock::now() + std::chrono::seconds(5));
        }
        swap.reset();
        registry.reset();
    }
    void restart() {
        stop();
        start();
    }

    ChangeReport apply(const std::string& name, bool confirm = false) {
        return swap->apply(rogue(name), ApplyOptions{false, confirm, std::nullopt});
    }
    std::string ask(const std::string& name = "rogue") { return publisher.ask(name); }

    /// Libraries of this host in /proc/self/maps, as the kernel sees them.
    std::size_t mappedCount() const {
        std::ifstream maps("/proc/self/maps");
        std::set<std::string> files;
        for (std::string line; std::getline(maps, line);) {
            const std::size_t at = line.find(directory.path().string());
            if (at != std::string::npos) {
                files.insert(line.substr(at));
            }
        }
        return files.size();
    }

    TemporaryDirectory directory;
    std::chrono::milliseconds probe_deadline{20'000};
    std::chrono::milliseconds call_deadline{5000};
    std::chrono::milliseconds prepare_deadline{5000};
    std::chrono::milliseconds stop_deadline{5000};
    std::chrono::milliseconds drain_deadline{5000};
    FakeBinding binding;
    FakePublisher publisher;
    log::MemorySink sink;
    log::Log log{log::Settings{}, sink};
    std::unique_ptr<Registry> registry;
    std::unique_ptr<Swap> swap;
};

}  // namespace mortise::plugin::test
