// `mortise serve`
#include "app/configuration.hpp"
#include "app/host.hpp"
#include "cli/command.hpp"

namespace mortise::cli {

int runServe(Arguments& arguments) {
    if (!arguments.words().empty()) {
        throw UsageError{"serve takes options only, not \"" + arguments.words().front() + "\""};
    }
    app::Configuration configuration(arguments.options());
    return app::Host(configuration).run();
}

}  // namespace mortise::cli
