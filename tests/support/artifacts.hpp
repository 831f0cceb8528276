// Artifacts: what the build made and system tests use.
#pragma once

#include <filesystem>
#include <string>

namespace mortise::test {

/// The `mortise` binary.
std::filesystem::path hostBinary();
/// The directory with the plugins of this repository; nothing else lies there.
std::filesystem::path pluginDirectory();
/// "users" -> .../users.so
std::filesystem::path pluginFile(const std::string& name);
/// "hello", "notes".
std::filesystem::path exampleFile(const std::string& name);
/// Plugins made for tests: "users-v2", "sampler", "sampler-v2".
std::filesystem::path testPluginFile(const std::string& name);
/// One of tests/rogue.
std::filesystem::path rogueFile(const std::string& name);

}  // namespace mortise::test
