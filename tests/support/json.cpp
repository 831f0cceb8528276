#include "tests/support/json.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace mortise::test {

namespace {

using Poco::Dynamic::Var;
using Array = Poco::JSON::Array;
using Object = Poco::JSON::Object;

Object::Ptr objectOf(const Var& value) {
    return value.type() == typeid(Object::Ptr) ? value.extract<Object::Ptr>() : Object::Ptr();
}

Array::Ptr listOf(const Var& value) {
    return value.type() == typeid(Array::Ptr) ? value.extract<Array::Ptr>() : Array::Ptr();
}

bool isIndex(const std::string& step) {
    return !step.empty() && step.size() < 8 &&
           step.find_first_not_of("0123456789") == std::string::npos;
}

/// One step of a path; false when it leads nowhere.
bool enter(Var& value, const std::string& step) {
    if (const Object::Ptr object = objectOf(value)) {
        if (!object->has(step)) {
            return false;
        }
        value = object->get(step);
        return true;
    }
    const Array::Ptr list = listOf(value);
    if (!list || !isIndex(step) || std::stoul(step) >= list->size()) {
        return false;
    }
    value = list->get(static_cast<unsigned>(std::stoul(step)));
    return true;
}

bool follow(Var& value, std::string_view path) {
    while (!path.empty()) {
        // Names may hold dots: "items.0.quantity" among errors, "/openapi.json" among paths.
        if (enter(value, std::string(path))) {
            return true;
        }
        const std::size_t dot = path.find('.');
        if (dot == std::string_view::npos || !enter(value, std::string(path.substr(0, dot)))) {
            return false;
        }
        path.remove_prefix(dot + 1);
    }
    return true;
}

}  // namespace

struct Json::Value {
    Var var;
};

Json::Json(std::shared_ptr<const Value> value) : value_(std::move(value)) {}

Json Json::parse(const std::string& text) {
    try {
        return Json(std::make_shared<const Value>(Value{Poco::JSON::Parser().parse(text)}));
    } catch (const Poco::Exception& error) {
        throw std::runtime_error("no JSON (" + error.displayText() + "): " + text);
    }
}

Json Json::at(std::string_view path) const {
    Var value = value_->var;
    if (!follow(value, path)) {
        throw std::out_of_range("there is no \"" + std::string(path) + "\" in " + dump());
    }
    return Json(std::make_shared<const Value>(Value{value}));
}

bool Json::has(std::string_view path) const {
    Var value = value_->var;
    return follow(value, path);
}

std::string Json::text(std::string_view path) const {
    return at(path).value_->var.convert<std::string>();
}

std::int64_t Json::integer(std::string_view path) const {
    return at(path).value_->var.convert<Poco::Int64>();
}

double Json::number(std::string_view path) const {
    return at(path).value_->var.convert<double>();
}

bool Json::boolean(std::string_view path) const {
    return at(path).value_->var.convert<bool>();
}

bool Json::isNull(std::string_view path) const {
    return at(path).value_->var.isEmpty();
}

bool Json::isObject(std::string_view path) const {
    return !objectOf(at(path).value_->var).isNull();
}

bool Json::isList(std::string_view path) const {
    return !listOf(at(path).value_->var).isNull();
}

std::size_t Json::size(std::string_view path) const {
    const Json value = at(path);
    const Object::Ptr object = objectOf(value.value_->var);
    return object ? object->size() : listOf(value.value_->var)->size();
}

std::vector<std::string> Json::names(std::string_view path) const {
    std::vector<std::string> names;
    if (const Object::Ptr object = objectOf(at(path).value_->var)) {
        object->getNames(names);
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string Json::dump() const {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value_->var, out);
    return out.str();
}

}  // namespace mortise::test
