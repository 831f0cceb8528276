// What the host's settings must satisfy together, above all in production.
#pragma once

#include "config/schema.hpp"

namespace mortise::config {

void addHostRules(Schema& schema);

}  // namespace mortise::config
