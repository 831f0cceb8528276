// ApiSchemas: the schemas of one API document, each name once.
//
// Two plugins with the same schema under one name share it; when the schemas differ the later one is renamed `<Plugin><Name>`
// with all its references.
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Object.h>

#include <map>
#include <string>

#include "api/api_part.hpp"

namespace mortise::api {

class ApiSchemas {
public:
    /// Old and new names of the schemas of one part.
    using Renames = std::map<std::string, std::string>;

    /// Holds those of the error answers.
    ApiSchemas();

    /// Adds the schemas of a part; what refers to them is renamed the same way. Throws as parseObject() does.
    Renames add(const ApiPart& part);
    /// By name, for the components of the document.
    Poco::JSON::Object::Ptr json() const;

private:
    struct Schema {
        std::string canonical;  // As declared, before any renaming.
        Poco::JSON::Object::Ptr json;
    };

    Renames renamesFor(const ApiPart& part) const;

    std::map<std::string, Schema> schemas_;
};

/// Changes the references below `value` to the new names.
void rename(const Poco::Dynamic::Var& value, const ApiSchemas::Renames& renames);

}  // namespace mortise::api
