#include "api/openapi_json.hpp"

#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include <sstream>
#include <string_view>

#include "base/error.hpp"
#include "limits.hpp"

namespace mortise::api {

using Poco::Dynamic::Var;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

constexpr std::string_view kSchemaPrefix = "#/components/schemas/";

}  // namespace

Object::Ptr makeObject() {
    return new Object(Poco::JSON_PRESERVE_KEY_ORDER);
}

Object::Ptr makeObject(const std::string& name, const Var& value) {
    Object::Ptr object = makeObject();
    object->set(name, value);
    return object;
}

Array::Ptr makeArray(std::span<const std::string> texts) {
    Array::Ptr array = new Array;
    for (const std::string& text : texts) {
        array->add(text);
    }
    return array;
}

Object::Ptr parseObject(const std::string& text, const std::string& what) {
    try {
        Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
        parser.setDepth(limits::kJsonDepthMax);
        const Var value = parser.parse(text);
        if (value.type() == typeid(Object::Ptr)) {
            return value.extract<Object::Ptr>();
        }
    } catch (const Poco::Exception& error) {
        throw Error(500, "OPENAPI_INVALID", what + " is not JSON", error);
    }
    throw Error(500, "OPENAPI_INVALID", what + " is not a JSON object");
}

std::string textOf(const Object::Ptr& object) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(Var(object), out);
    return out.str();
}

std::string canonicalText(const std::string& json, const std::string& what) {
    parseObject(json, what);  // For its checks; below the keys are sorted.
    Poco::JSON::Parser parser;
    return textOf(parser.parse(json).extract<Object::Ptr>());
}

void visitReferences(const Var& value,
                     const std::function<std::string(const std::string&)>& visit) {
    if (value.type() == typeid(Array::Ptr)) {
        for (const Var& element : *value.extract<Array::Ptr>()) {
            visitReferences(element, visit);
        }
        return;
    }
    if (value.type() != typeid(Object::Ptr)) {
        return;
    }
    Object::Ptr object = value.extract<Object::Ptr>();
    for (const std::string& key : object->getNames()) {
        const Var member = object->get(key);
        if (key == "$ref" && member.isString()) {
            const std::string target = member.toString();
            if (target.starts_with(kSchemaPrefix)) {
                object->set(
                    key, std::string(kSchemaPrefix) + visit(target.substr(kSchemaPrefix.size())));
            }
        } else {
            visitReferences(member, visit);
        }
    }
}

std::set<std::string> referencesOf(const Object::Ptr& object) {
    std::set<std::string> names;
    visitReferences(Var(object), [&names](const std::string& name) {
        names.insert(name);
        return name;
    });
    return names;
}

}  // namespace mortise::api
