// The process a test starts as probe: `unit_plugin_probe FILE`.
#include "tests/unit/plugin/fake_host.hpp"

#include "plugin/probe.hpp"

int main(int argc, char** argv) {
    mortise::plugin::test::FakeBinding binding;
    return argc == 2 ? mortise::plugin::probeMain(argv[1], binding) : 2;
}
