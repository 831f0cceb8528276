// SchemaDiff: what a change of a JSON Schema takes away from clients.
//
// The same change means opposite things on the two sides of an API. What clients send may only be allowed more: a new bound, a
// required member, a lost enumeration value refuses what was accepted. What they receive may only be promised more: a lost
// member, another type is something a client relied on. A new value of an enumeration in an answer is no break here: clients
// are told to expect values they do not know.
//
// Keywords compared: those the SDK writes. A keyword this does not know is compared as text and any difference is told.
#pragma once

#include <Poco/JSON/Object.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mortise::api {

enum class Direction {
    Sent,      ///< By clients: parameters and bodies.
    Received,  ///< By clients: answers.
};

class SchemaDiff {
public:
    /// The documents the references of each side lead into.
    SchemaDiff(Poco::JSON::Object::Ptr before, Poco::JSON::Object::Ptr after)
        : before_(std::move(before)), after_(std::move(after)) {}

    /// Sentences without their place in the API, for example `email: maxLength was 255 and is 100`.
    std::vector<std::string> breaks(const Poco::JSON::Object::Ptr& before,
                                    const Poco::JSON::Object::Ptr& after, Direction direction);

private:
    using Schema = Poco::JSON::Object::Ptr;

    void compare(Schema before, Schema after, const std::string& place);
    void compareTypes(const Schema& before, const Schema& after, const std::string& place);
    void compareBounds(const Schema& before, const Schema& after, const std::string& place);
    void compareChoices(const Schema& before, const Schema& after, const std::string& place);
    void compareMembers(const Schema& before, const Schema& after, const std::string& place);
    void comparePart(const char* key, const Schema& before, const Schema& after,
                     const std::string& place);
    bool narrows(std::string_view key, std::size_t old_count, std::size_t new_count) const;
    void compareParts(const Schema& before, const Schema& after, const std::string& place);
    void compareRest(const Schema& before, const Schema& after, const std::string& place);
    void tell(const std::string& place, const std::string& what);

    Poco::JSON::Object::Ptr before_;
    Poco::JSON::Object::Ptr after_;
    Direction direction_ = Direction::Sent;
    std::vector<std::string> found_;
    // Pairs of references under comparison: schemas may refer to themselves.
    std::set<std::pair<std::string, std::string>> open_;
};

/// Follows "#/..." in the document; the schema itself when it refers to nothing. Null when the reference leads nowhere.
Poco::JSON::Object::Ptr resolved(const Poco::JSON::Object::Ptr& document,
                                 const Poco::JSON::Object::Ptr& schema);

}  // namespace mortise::api
