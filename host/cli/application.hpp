// runApplication: the process as Poco's ServerApplication sees it; finds the subcommand and turns errors into exit codes.
#pragma once

namespace mortise::cli {

int runApplication(int argc, char** argv);

}  // namespace mortise::cli
