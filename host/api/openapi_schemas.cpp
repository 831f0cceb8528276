#include "api/openapi_schemas.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "api/openapi_json.hpp"
#include "base/strings.hpp"

namespace mortise::api {

using Poco::Dynamic::Var;
using Poco::JSON::Object;

namespace {

/// "job_queue" -> "JobQueue".
std::string pascalCase(std::string_view name) {
    std::string out;
    bool word_starts = true;
    for (const char c : name) {
        if (c == '_' || c == '-') {
            word_starts = true;
        } else {
            out += word_starts ? uppered(std::string_view(&c, 1)) : std::string(1, c);
            word_starts = false;
        }
    }
    return out;
}

}  // namespace

ApiSchemas::ApiSchemas() {
    const auto own = [this](const std::string& name, const std::string& json) {
        schemas_[name] = {canonicalText(json, name), parseObject(json, name)};
    };
    own("Error",
        R"({"type":"object","required":["status","status_code","message","error_code","errors"],
        "properties":{"status":{"type":"string","const":"failure"},"status_code":{"type":"integer"},
        "message":{"type":"string"},"error_code":{"type":"string","examples":["NOT_FOUND"]},
        "errors":{"type":["object","array"]}}})");
    own("Problem",
        R"({"type":"object","required":["type","title","status","detail","error_code","errors"],
        "properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},
        "detail":{"type":"string"},"error_code":{"type":"string"},"errors":{"type":["object","array"]}}})");
}

ApiSchemas::Renames ApiSchemas::renamesFor(const ApiPart& part) const {
    Renames renames;
    // A schema that refers to a renamed one is another schema too, even when its own text is the same.
    for (bool is_settled = false; !is_settled;) {
        is_settled = true;
        for (const auto& [name, json] : part.schemas) {
            const auto known = schemas_.find(name);
            if (renames.contains(name) || known == schemas_.end()) {
                continue;
            }
            const std::string what = schemaName(part, name);
            const std::set<std::string> references = referencesOf(parseObject(json, what));
            const bool refers_to_renamed =
                std::any_of(references.begin(), references.end(),
                            [&renames](const std::string& each) { return renames.contains(each); });
            if (refers_to_renamed || known->second.canonical != canonicalText(json, what)) {
                std::string other = pascalCase(part.name) + name;
                while (schemas_.contains(other)) {
                    other += "_";
                }
                renames[name] = std::move(other);
                is_settled = false;
            }
        }
    }
    return renames;
}

ApiSchemas::Renames ApiSchemas::add(const ApiPart& part) {
    Renames renames = renamesFor(part);
    for (const auto& [name, json] : part.schemas) {
        const auto renamed = renames.find(name);
        const std::string& place = renamed == renames.end() ? name : renamed->second;
        const std::string what = schemaName(part, name);
        Schema schema{canonicalText(json, what), parseObject(json, what)};
        rename(Var(schema.json), renames);
        schemas_.try_emplace(place, std::move(schema));
    }
    return renames;
}

Object::Ptr ApiSchemas::json() const {
    Object::Ptr schemas = makeObject();
    for (const auto& [name, schema] : schemas_) {
        schemas->set(name, schema.json);
    }
    return schemas;
}

void rename(const Var& value, const ApiSchemas::Renames& renames) {
    visitReferences(value, [&renames](const std::string& reference) {
        const auto other = renames.find(reference);
        return other == renames.end() ? reference : other->second;
    });
}

}  // namespace mortise::api
