// Ledgers read back from a probe, and what several ledgers cannot own together.
//
// A ledger from a child process goes through the same adds as a real one, with handlers that nobody calls: the rules are not
// written twice, and a child that lies is refused like a plugin that lies.
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <algorithm>

#include <map>

#include "base/error.hpp"
#include "plugin/ledger.hpp"
#include "plugin/manifest.hpp"

namespace mortise::plugin {
namespace {

using Poco::JSON::Object;

mortise_str viewOf(const std::string& text) {
    return {text.data(), text.size()};
}

std::vector<Object::Ptr> objectsOf(const Object& root, const char* key) {
    std::vector<Object::Ptr> objects;
    const auto array = root.getArray(key);
    for (std::size_t i = 0; array && i < array->size(); ++i) {
        objects.push_back(array->getObject(static_cast<unsigned>(i)));
    }
    return objects;
}

std::vector<std::string> textsOf(const Object& object, const char* key) {
    std::vector<std::string> texts;
    const auto array = object.getArray(key);
    for (std::size_t i = 0; array && i < array->size(); ++i) {
        texts.push_back(array->getElement<std::string>(static_cast<unsigned>(i)));
    }
    return texts;
}

std::vector<mortise_str> viewsOf(const std::vector<std::string>& texts) {
    std::vector<mortise_str> views;
    views.reserve(texts.size());
    for (const auto& text : texts) {
        views.push_back(viewOf(text));
    }
    return views;
}

/// Of lines `Name: value`.
std::vector<mortise_pair> pairsOf(const std::vector<std::string>& lines) {
    constexpr std::string_view kBetween = ": ";
    std::vector<mortise_pair> pairs;
    for (const std::string& line : lines) {
        const std::size_t end = std::min(line.find(kBetween), line.size());
        const std::size_t start = std::min(end + kBetween.size(), line.size());
        pairs.push_back({{line.data(), end}, {line.data() + start, line.size() - start}});
    }
    return pairs;
}

mortise_status ignoreRequest(void*, mortise_request*, mortise_error*) {
    return MORTISE_UNSUPPORTED;
}
mortise_status ignoreInvocation(void*, mortise_invocation*, mortise_error*) {
    return MORTISE_UNSUPPORTED;
}
mortise_status ignoreJob(void*, mortise_job*, mortise_error*) {
    return MORTISE_UNSUPPORTED;
}

void addRoute(Ledger& ledger, const Object& object) {
    const auto method = object.getValue<std::string>("method");
    const auto pattern = object.getValue<std::string>("pattern");
    const auto openapi = object.getValue<std::string>("openapi");
    const auto roles = textsOf(object, "roles");
    const auto scopes = textsOf(object, "scopes");
    const auto headers = textsOf(object, "headers");
    const auto role_views = viewsOf(roles);
    const auto scope_views = viewsOf(scopes);
    const auto header_pairs = pairsOf(headers);
    mortise_route route{};
    route.struct_size = sizeof route;
    route.flags = object.getValue<std::uint32_t>("flags");
    route.access = object.getValue<std::uint32_t>("access");
    route.role_count = static_cast<std::uint32_t>(roles.size());
    route.method = viewOf(method);
    route.pattern = viewOf(pattern);
    route.roles = role_views.data();
    route.scopes = scope_views.data();
    route.scope_count = static_cast<std::uint32_t>(scopes.size());
    route.deadline_ms = object.getValue<std::uint32_t>("deadline_ms");
    route.body_size_max = object.getValue<Poco::UInt64>("body_size_max");
    route.openapi = viewOf(openapi);
    route.headers = header_pairs.data();
    route.header_count = static_cast<std::uint32_t>(header_pairs.size());
    route.handler = ignoreRequest;
    ledger.addRoute(&route, nullptr);
}

void addOperation(Ledger& ledger, const Object& object) {
    const auto name = object.getValue<std::string>("name");
    mortise_operation operation{};
    operation.struct_size = sizeof operation;
    operation.flags = object.getValue<std::uint32_t>("flags");
    operation.name = viewOf(name);
    operation.handler = ignoreInvocation;
    ledger.addOperation(&operation, nullptr);
}

void addJobType(Ledger& ledger, const Object& object) {
    const auto name = object.getValue<std::string>("name");
    const auto schema = object.getValue<std::string>("args_schema");
    mortise_job_type type{};
    type.struct_size = sizeof type;
    type.max_attempts = object.getValue<std::uint32_t>("max_attempts");
    type.name = viewOf(name);
    type.args_schema = viewOf(schema);
    type.handler = ignoreJob;
    ledger.addJobType(&type, nullptr);
}

mortise_status ignoreCheck(void*, mortise_error*) {
    return MORTISE_UNSUPPORTED;
}

void addMetric(Ledger& ledger, const Object& object) {
    const auto name = object.getValue<std::string>("name");
    const auto help = object.getValue<std::string>("help");
    const auto given_labels = objectsOf(object, "labels");
    std::vector<std::vector<std::string>> texts;
    std::vector<std::vector<mortise_str>> values;
    std::vector<std::string> names;
    for (const auto& label : given_labels) {
        names.push_back(label->getValue<std::string>("name"));
        texts.push_back(textsOf(*label, "values"));
    }
    std::vector<mortise_metric_label> labels;
    for (std::size_t i = 0; i < names.size(); ++i) {
        values.push_back(viewsOf(texts[i]));
        labels.push_back({viewOf(names[i]), values.back().data(),
                          static_cast<std::uint32_t>(values.back().size()), 0});
    }
    std::vector<double> bounds;
    const auto given_bounds = object.getArray("bounds");
    for (unsigned i = 0; given_bounds && i < given_bounds->size(); ++i) {
        bounds.push_back(given_bounds->getElement<double>(i));
    }
    mortise_metric metric{};
    metric.struct_size = sizeof metric;
    metric.kind = object.getValue<std::uint32_t>("kind");
    metric.name = viewOf(name);
    metric.help = viewOf(help);
    metric.labels = labels.data();
    metric.label_count = static_cast<std::uint32_t>(labels.size());
    metric.bound_count = static_cast<std::uint32_t>(bounds.size());
    metric.bounds = bounds.data();
    std::uint32_t index = 0;
    ledger.addMetric(&metric, &index, nullptr);
}

void addHealthCheck(Ledger& ledger, const Object& object) {
    const auto name = object.getValue<std::string>("name");
    mortise_health_check check{};
    check.struct_size = sizeof check;
    check.timeout_ms = object.getValue<std::uint32_t>("timeout_ms");
    check.interval_ms = object.getValue<std::uint32_t>("interval_ms");
    check.name = viewOf(name);
    check.check = ignoreCheck;
    ledger.addHealthCheck(&check, nullptr);
}

void addAll(Ledger& ledger, const Object& root) {
    for (const auto& route : objectsOf(root, "routes")) {
        addRoute(ledger, *route);
    }
    for (const auto& operation : objectsOf(root, "operations")) {
        addOperation(ledger, *operation);
    }
    for (const auto& type : objectsOf(root, "job_types")) {
        addJobType(ledger, *type);
    }
    for (const auto& metric : objectsOf(root, "metrics")) {
        addMetric(ledger, *metric);
    }
    for (const auto& check : objectsOf(root, "health_checks")) {
        addHealthCheck(ledger, *check);
    }
    for (const auto& error : objectsOf(root, "errors")) {
        const auto code = error->getValue<std::string>("code");
        const auto message = error->getValue<std::string>("message");
        ledger.addError(viewOf(code), error->getValue<std::uint32_t>("http_status"),
                        viewOf(message), nullptr);
    }
    for (const auto& schema : objectsOf(root, "schemas")) {
        const auto name = schema->getValue<std::string>("name");
        const auto text = schema->getValue<std::string>("schema");
        ledger.addSchema(viewOf(name), viewOf(text), nullptr);
    }
}

}  // namespace

Ledger Ledger::fromJson(std::string_view json, const Manifest& manifest) {
    Ledger ledger(manifest);
    std::string reason;
    try {
        addAll(ledger, *Poco::JSON::Parser().parse(std::string(json)).extract<Object::Ptr>());
        reason = ledger.firstFailure();
    } catch (const Poco::Exception& failure) {
        reason = failure.displayText();
    }
    if (reason.empty() && ledger.toJson() != json) {
        reason = "the text is not what this ledger would write";
    }
    if (!reason.empty()) {
        throw Error(422, "LEDGER_DAMAGED", "the ledger of the probe cannot be used: " + reason);
    }
    ledger.seal();
    return ledger;
}

std::vector<Clash> ledgerClashes(const std::vector<const Ledger*>& ledgers) {
    std::vector<Clash> clashes;
    std::map<std::string, std::string> routes;
    std::map<std::string, std::string> job_types;
    std::map<std::string, std::pair<std::string, std::uint32_t>> errors;
    for (const Ledger* ledger : ledgers) {
        for (const auto& route : ledger->routes()) {
            const std::string what = route.method + ' ' + route.shape;
            const auto [at, fresh] = routes.emplace(what, ledger->plugin());
            if (!fresh) {
                clashes.push_back(
                    {"route", what, at->second, ledger->plugin(), "both want the same route"});
            }
        }
        for (const auto& type : ledger->jobTypes()) {
            const auto [at, fresh] = job_types.emplace(type.name, ledger->plugin());
            if (!fresh) {
                clashes.push_back({"job_type", type.name, at->second, ledger->plugin(),
                                   "both handle the same job type"});
            }
        }
        for (const auto& error : ledger->errors()) {
            const auto [at, fresh] =
                errors.emplace(error.code, std::pair{ledger->plugin(), error.http_status});
            if (!fresh && at->second.second != error.http_status) {
                clashes.push_back({"error_code", error.code, at->second.first, ledger->plugin(),
                                   "status " + std::to_string(at->second.second) + " there and " +
                                       std::to_string(error.http_status) +
                                       " here; a code means one status"});
            }
        }
    }
    return clashes;
}

}  // namespace mortise::plugin
