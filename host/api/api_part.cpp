#include "api/api_part.hpp"

#include <set>

#include "api/openapi_json.hpp"
#include "base/error.hpp"

namespace mortise::api {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

bool isComponentName(std::string_view name) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

/// Collects what is wrong with one part.
class Review {
public:
    explicit Review(const ApiPart& part) : part_(part) {
        for (const auto& [name, json] : part.schemas) {
            names_.insert(name);
        }
    }

    std::vector<std::string> run() {
        for (const ErrorEntry& entry : part_.errors) {
            if (auto conflict = catalogue_.add(entry)) {
                faults_.push_back(std::move(*conflict));
            }
        }
        for (const auto& [name, json] : part_.schemas) {
            if (!isComponentName(name)) {
                faults_.push_back(schemaName(part_, name) + " has a name OpenAPI does not allow");
            }
            read(json, schemaName(part_, name));
        }
        for (const ApiRoute& route : part_.routes) {
            if (!route.operation.empty()) {
                reviewOperation(route);
            }
        }
        return std::move(faults_);
    }

private:
    Object::Ptr read(const std::string& json, const std::string& what) {
        try {
            Object::Ptr object = parseObject(json, what);
            for (const std::string& name : referencesOf(object)) {
                if (!names_.contains(name)) {
                    faults_.push_back(what + " refers to schema " + name +
                                      ", which is not declared");
                }
            }
            return object;
        } catch (const Error& error) {
            faults_.emplace_back(error.what());
            return {};
        }
    }

    void reviewOperation(const ApiRoute& route) {
        const std::string what = routeName(part_, route);
        Object::Ptr operation = read(route.operation, what);
        Array::Ptr codes = operation ? operation->getArray("x-error-codes") : Array::Ptr();
        for (std::size_t i = 0; codes && i < codes->size(); ++i) {
            const std::string code = codes->get(static_cast<unsigned>(i)).toString();
            if (catalogue_.find(code) == nullptr) {
                faults_.push_back(what + " names error code " + code + ", which is not declared");
            }
        }
    }

    const ApiPart& part_;
    ErrorCatalogue catalogue_;
    std::set<std::string> names_;
    std::vector<std::string> faults_;
};

}  // namespace

std::string routeName(const ApiPart& part, const ApiRoute& route) {
    return "operation " + std::string(http::nameOf(route.route->method)) + " " +
           route.route->pattern + " of plugin " + part.name;
}

std::string schemaName(const ApiPart& part, std::string_view schema) {
    return "schema " + std::string(schema) + " of plugin " + part.name;
}

std::vector<std::string> faultsOf(const ApiPart& part) {
    return Review(part).run();
}

}  // namespace mortise::api
