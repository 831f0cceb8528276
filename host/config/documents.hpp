// Texts made from the schema, so that none of them can fall behind it.
#pragma once

#include <string>

#include "config/schema.hpp"

namespace mortise::config {

/// Markdown: a section per area, a table row per setting.
std::string referenceDocument(const Schema& schema);

/// `.env.example`: every variable, placeholders where something must be chosen, the rest commented
/// out with its default.
std::string dotEnvExample(const Schema& schema);

/// `etc/mortise.properties`: every key, commented out with its default.
std::string propertiesDocument(const Schema& schema);

}  // namespace mortise::config
