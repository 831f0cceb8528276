// Answers of the control socket as text for people.
#pragma once

#include <string>
#include <vector>

#include "plugin/report.hpp"

namespace Poco::JSON {  // NOLINT(readability-identifier-naming): theirs
class Object;
}

namespace mortise::cli {

std::string findingsText(const std::vector<plugin::Finding>& findings);
/// The list, status or report an answer holds.
std::string answerText(const Poco::JSON::Object& answer);

}  // namespace mortise::cli
