// The `mortise` binary.
#include "cli/application.hpp"
#include "lifecycle/signals.hpp"

int main(int argc, char** argv) {
    // Before any thread exists: threads inherit the mask, and one of them must not take the signal meant for the host.
    mortise::lifecycle::blockSignals();
    return mortise::cli::runApplication(argc, argv);
}
