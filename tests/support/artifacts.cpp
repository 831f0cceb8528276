#include "tests/support/artifacts.hpp"

namespace mortise::test {

namespace fs = std::filesystem;

fs::path hostBinary() {
    return MORTISE_BINARY;
}

fs::path pluginDirectory() {
    return fs::path(MORTISE_BUILD_DIRECTORY) / "plugins";
}

fs::path pluginFile(const std::string& name) {
    return pluginDirectory() / (name + ".so");
}

fs::path exampleFile(const std::string& name) {
    return fs::path(MORTISE_BUILD_DIRECTORY) / "examples" / (name + ".so");
}

fs::path testPluginFile(const std::string& name) {
    return fs::path(MORTISE_BUILD_DIRECTORY) / "test-plugins" / (name + ".so");
}

fs::path rogueFile(const std::string& name) {
    return fs::path(MORTISE_BUILD_DIRECTORY) / "rogue" / (name + ".so");
}

}  // namespace mortise::test
