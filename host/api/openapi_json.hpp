// The JSON objects an API document is built from: made, read, written, and searched for references to schemas.
#pragma once

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <functional>
#include <set>
#include <span>
#include <string>

namespace mortise::api {

/// An object that keeps the order of its members.
Poco::JSON::Object::Ptr makeObject();
/// {"name": value}, the most frequent small object.
Poco::JSON::Object::Ptr makeObject(const std::string& name, const Poco::Dynamic::Var& value);
Poco::JSON::Array::Ptr makeArray(std::span<const std::string> texts);

/// Throws mortise::Error (500 OPENAPI_INVALID) that names `what` when the text is no JSON object.
Poco::JSON::Object::Ptr parseObject(const std::string& text, const std::string& what);
std::string textOf(const Poco::JSON::Object::Ptr& object);
/// The same text for the same schema, however it was written. Throws as parseObject() does.
std::string canonicalText(const std::string& json, const std::string& what);

/// Calls `visit` for the name behind every reference to a schema and puts back what it returns.
void visitReferences(const Poco::Dynamic::Var& value,
                     const std::function<std::string(const std::string&)>& visit);
std::set<std::string> referencesOf(const Poco::JSON::Object::Ptr& object);

}  // namespace mortise::api
