#include "api/openapi_diff.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <array>
#include <set>

#include "api/schema_diff.hpp"
#include "base/error.hpp"
#include "base/strings.hpp"

namespace mortise::api {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr std::array<const char*, 8> kMethods{"get",    "put",     "post", "patch",
                                              "delete", "options", "head", "trace"};

Object::Ptr parsed(std::string_view text, const char* which) {
    try {
        Poco::JSON::Parser parser;
        auto document = parser.parse(std::string(text)).extract<Object::Ptr>();
        if (document->has("openapi") && document->getObject("paths")) {
            return document;
        }
    } catch (const Poco::Exception&) {
        // Told below, together with JSON that is something else.
    }
    throw Error::internal(std::string("the ") + which + " document is no OpenAPI document");
}

class Comparison {
public:
    Comparison(Object::Ptr before, Object::Ptr after)
        : before_(std::move(before)), after_(std::move(after)), schemas_(before_, after_) {}

    std::vector<std::string> run() {
        const Object::Ptr old_paths = before_->getObject("paths");
        const Object::Ptr new_paths = after_->getObject("paths");
        for (const std::string& path : old_paths->getNames()) {
            comparePath(path, old_paths->getObject(path), new_paths->getObject(path));
        }
        return std::move(found_);
    }

private:
    void tell(const std::string& what) { found_.push_back(place_ + ": " + what); }

    void tellSchema(const std::string& part, const Object::Ptr& before, const Object::Ptr& after,
                    Direction direction) {
        if (before && after) {
            for (const std::string& what : schemas_.breaks(before, after, direction)) {
                tell(part + ": " + what);
            }
        }
    }

    void comparePath(const std::string& path, const Object::Ptr& before, const Object::Ptr& after) {
        for (const char* method : kMethods) {
            const Object::Ptr old_operation = before->getObject(method);
            if (!old_operation) {
                continue;
            }
            place_ = upper(method) + " " + path;
            const Object::Ptr new_operation = after ? after->getObject(method) : Object::Ptr();
            if (!new_operation) {
                tell("is gone");
                continue;
            }
            compareParameters(*old_operation, *new_operation);
            compareBodies(old_operation->getObject("requestBody"),
                          new_operation->getObject("requestBody"));
            compareAnswers(*old_operation, *new_operation);
            compareAccess(*old_operation, *new_operation);
        }
    }

    static std::string upper(std::string text) {
        for (char& c : text) {
            c = static_cast<char>(c - 'a' + 'A');
        }
        return text;
    }

    static std::string nameOf(const Object& parameter) {
        return parameter.optValue<std::string>("in", "") + " parameter \"" +
               parameter.optValue<std::string>("name", "") + "\"";
    }

    Object::Ptr find(const Object& operation, const std::string& name,
                     const Object::Ptr& document) {
        const Array::Ptr all = operation.getArray("parameters");
        for (unsigned i = 0; all && i < all->size(); ++i) {
            const Object::Ptr each = resolved(document, all->getObject(i));
            if (each && nameOf(*each) == name) {
                return each;
            }
        }
        return {};
    }

    void compareParameters(const Object& before, const Object& after) {
        const Array::Ptr old_all = before.getArray("parameters");
        for (unsigned i = 0; old_all && i < old_all->size(); ++i) {
            const Object::Ptr old_one = resolved(before_, old_all->getObject(i));
            const std::string name = nameOf(*old_one);
            const Object::Ptr new_one = find(after, name, after_);
            if (!new_one) {
                tell(name + " is gone");
                continue;
            }
            if (isRequired(*new_one) && !isRequired(*old_one)) {
                tell(name + " must be given now");
            }
            tellSchema(name, old_one->getObject("schema"), new_one->getObject("schema"),
                       Direction::Sent);
        }
        const Array::Ptr new_all = after.getArray("parameters");
        for (unsigned i = 0; new_all && i < new_all->size(); ++i) {
            const Object::Ptr new_one = resolved(after_, new_all->getObject(i));
            if (isRequired(*new_one) && !find(before, nameOf(*new_one), before_)) {
                tell(nameOf(*new_one) + " must be given now");
            }
        }
    }

    static bool isRequired(const Object& part) { return part.optValue("required", false); }

    void compareBodies(const Object::Ptr& given_before, const Object::Ptr& given_after) {
        const Object::Ptr before = resolved(before_, given_before);
        const Object::Ptr after = resolved(after_, given_after);
        if (after && isRequired(*after) && (!before || !isRequired(*before))) {
            tell("request: a body must be given now");
        }
        if (before && !after) {
            tell("request: no body is taken any more");
        } else if (before) {
            compareContent("request", *before, *after, Direction::Sent);
        }
    }

    void compareContent(const std::string& part, const Object& before, const Object& after,
                        Direction direction) {
        const Object::Ptr old_types = before.getObject("content");
        const Object::Ptr new_types = after.getObject("content");
        if (!old_types) {
            return;
        }
        for (const std::string& type : old_types->getNames()) {
            const Object::Ptr new_type = new_types ? new_types->getObject(type) : Object::Ptr();
            if (!new_type) {
                tell(part + ": the media type " + type + " is gone");
                continue;
            }
            tellSchema(part, old_types->getObject(type)->getObject("schema"),
                       new_type->getObject("schema"), direction);
        }
    }

    void compareAnswers(const Object& before, const Object& after) {
        const Object::Ptr old_answers = before.getObject("responses");
        const Object::Ptr new_answers = after.getObject("responses");
        if (!old_answers) {
            return;
        }
        for (const std::string& status : old_answers->getNames()) {
            // Of errors it counts that clients can tell them apart; their body is the envelope of all.
            const bool is_error = status.front() == '4' || status.front() == '5';
            if (!is_error && status.front() != '2' && status.front() != '3') {
                continue;
            }
            const Object::Ptr old_one = resolved(before_, old_answers->getObject(status));
            const Object::Ptr new_one =
                new_answers ? resolved(after_, new_answers->getObject(status)) : Object::Ptr();
            if (!new_one) {
                tell("the answer " + status + " is gone");
            } else if (old_one && !is_error) {
                compareContent("answer " + status, *old_one, *new_one, Direction::Received);
            }
        }
    }

    static std::set<std::string> textsIn(const Object& operation, const char* name) {
        std::set<std::string> texts;
        const Array::Ptr all = operation.getArray(name);
        for (unsigned i = 0; all && i < all->size(); ++i) {
            texts.insert(all->getElement<std::string>(i));
        }
        return texts;
    }

    static bool needsUser(const Object& operation) {
        const Array::Ptr all = operation.getArray("security");
        for (unsigned i = 0; all && i < all->size(); ++i) {
            if (all->getObject(i)->size() == 0) {
                return false;  // {} is the alternative without a user.
            }
        }
        return all && all->size() > 0;
    }

    /// Of all alternatives: which one a client uses is not for the server to say.
    static std::set<std::string> scopesOf(const Object& operation) {
        std::set<std::string> scopes;
        const Array::Ptr all = operation.getArray("security");
        for (unsigned i = 0; all && i < all->size(); ++i) {
            const Object::Ptr alternative = all->getObject(i);
            for (const std::string& scheme : alternative->getNames()) {
                scopes.merge(textsIn(*alternative, scheme.c_str()));
            }
        }
        return scopes;
    }

    void compareAccess(const Object& before, const Object& after) {
        if (needsUser(after) && !needsUser(before)) {
            tell("needs a user now");
        }
        const auto old_scopes = scopesOf(before);
        for (const std::string& scope : scopesOf(after)) {
            if (old_scopes.count(scope) == 0) {
                tell("needs the scope \"" + scope + "\" now");
            }
        }
        const auto old_roles = textsIn(before, "x-required-roles");
        const auto new_roles = textsIn(after, "x-required-roles");
        if (old_roles.empty() && !new_roles.empty()) {
            tell("needs a role now");
        }
        for (const std::string& role : old_roles) {
            if (!new_roles.empty() && new_roles.count(role) == 0) {
                tell("the role \"" + role + "\" is no longer enough");
            }
        }
    }

    Object::Ptr before_;
    Object::Ptr after_;
    SchemaDiff schemas_;
    std::string place_;
    std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> openApiBreaks(std::string_view before, std::string_view after) {
    try {
        return Comparison(parsed(before, "older"), parsed(after, "newer")).run();
    } catch (const Poco::Exception& error) {
        throw Error::internal("the documents cannot be compared: " + error.displayText());
    }
}

JudgedBreaks judgeBreaks(const std::vector<std::string>& breaks, std::string_view meant) {
    std::vector<std::string> lines;
    while (!meant.empty()) {
        const std::size_t end = std::min(meant.find('\n'), meant.size());
        const std::string_view line = trimmed(meant.substr(0, end));
        if (!line.empty() && line.front() != '#') {
            lines.emplace_back(line);
        }
        meant.remove_prefix(std::min(end + 1, meant.size()));
    }
    JudgedBreaks judged;
    for (const std::string& each : breaks) {
        const bool is_meant = std::find(lines.begin(), lines.end(), each) != lines.end();
        (is_meant ? judged.declared : judged.undeclared).push_back(each);
    }
    for (const std::string& line : lines) {
        if (std::find(breaks.begin(), breaks.end(), line) == breaks.end()) {
            judged.stale.push_back(line);
        }
    }
    return judged;
}

}  // namespace mortise::api
