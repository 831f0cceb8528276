// What a declared schema costs: a user of 300 bytes is parsed, validated and written, beside what the JSON library needs alone.
//
//   ./dev bench schema
//
// "alone" is the least anybody could do with simdjson: a parser and buffers that are kept, members taken in the order in which
// they stand in the text, nothing validated, strings written without a look at what is in them. "mortise" is what a request
// costs: the host's tokens (with its checks of keys, numbers and depth), the DTO with every violation collected, and the answer
// with escapes. Rounds alternate, so that what else happens on the machine meets both; the ratio is the median of theirs.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "bridge/json_document.hpp"
#include "mortise/schema.hpp"

namespace {

constexpr std::string_view kUser =
    R"({"id":"0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f","email":"ada.lovelace@example.com",)"
    R"("full_name":"Ada King, Countess of Lovelace","locale":"en-GB","age":36,"is_active":true,)"
    R"("roles":["admin","author"],"address":{"street":"12 St James's Square","city":"London",)"
    R"("postcode":"SW1Y 4JH"},"created_at":"2026-01-31T12:00:00.000000Z"})";

struct Address {
    std::string street, city, postcode;

    static constexpr auto schema() {
        using namespace mortise;
        return object<Address>("Address")
            .field("street", &Address::street, minLength(1), maxLength(100))
            .field("city", &Address::city, minLength(1), maxLength(100))
            .field("postcode", &Address::postcode, minLength(1), maxLength(10));
    }
};

struct User {
    mortise::Uuid id;
    std::string email, full_name, locale;
    int age = 0;
    bool is_active = false;
    std::vector<std::string> roles;
    Address address;
    mortise::Timestamp created_at;

    static constexpr auto schema() {
        using namespace mortise;
        return object<User>("User")
            .field("id", &User::id)
            .field("email", &User::email, mortise::email(), maxLength(254))
            .field("full_name", &User::full_name, minLength(1), maxLength(255))
            .field("locale", &User::locale, minLength(2), maxLength(10))
            .field("age", &User::age, ge(0), le(150))
            .field("is_active", &User::is_active)
            .field("roles", &User::roles, maxItems(10), maxLength(20))
            .field("address", &User::address)
            .field("created_at", &User::created_at);
    }
};

// ---- the library alone ----------------------------------------------------------------------------------------------------

struct PlainAddress {
    std::string street, city, postcode;
};

struct PlainUser {
    std::string id, email, full_name, locale;
    std::int64_t age = 0;
    bool is_active = false;
    std::vector<std::string> roles;
    PlainAddress address;
    std::string created_at;
};

std::string textOf(simdjson::simdjson_result<simdjson::ondemand::value> value) {
    return std::string(value.get_string().value());
}

PlainUser readAlone(simdjson::ondemand::parser& parser, const simdjson::padded_string& text) {
    auto document = parser.iterate(text);
    PlainUser user;
    user.id = textOf(document["id"]);
    user.email = textOf(document["email"]);
    user.full_name = textOf(document["full_name"]);
    user.locale = textOf(document["locale"]);
    user.age = document["age"].get_int64();
    user.is_active = document["is_active"].get_bool();
    for (auto role : document["roles"].get_array()) {
        user.roles.push_back(textOf(role));
    }
    auto address = document["address"].get_object();
    user.address.street = textOf(address["street"]);
    user.address.city = textOf(address["city"]);
    user.address.postcode = textOf(address["postcode"]);
    user.created_at = textOf(document["created_at"]);
    return user;
}

void writeAlone(std::string& out, const PlainUser& user) {
    const auto text = [&](std::string_view name, const std::string& value) {
        out.append(name).append(value) += '"';
    };
    text("{\"id\":\"", user.id);
    text(",\"email\":\"", user.email);
    text(",\"full_name\":\"", user.full_name);
    text(",\"locale\":\"", user.locale);
    out.append(",\"age\":").append(std::to_string(user.age));
    out.append(",\"is_active\":").append(user.is_active ? "true" : "false");
    out.append(",\"roles\":[");
    for (const std::string& role : user.roles) {
        out.append(&role == user.roles.data() ? "\"" : ",\"").append(role) += '"';
    }
    text("],\"address\":{\"street\":\"", user.address.street);
    text(",\"city\":\"", user.address.city);
    text(",\"postcode\":\"", user.address.postcode);
    text("},\"created_at\":\"", user.created_at);
    out += '}';
}

// ---- measuring ------------------------------------------------------------------------------------------------------------

/// Nanoseconds of one call, over `repetitions` of them.
template <class Work>
double measure(int repetitions, Work&& work) {
    const auto begin = std::chrono::steady_clock::now();
    for (int left = repetitions; left > 0; --left) {
        work();
    }
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
    return spent.count() / repetitions;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
}

struct Rounds {
    std::vector<double> alone_read, alone_write, tokens, validate, write, ratio;

    void print(std::size_t size) const {
        std::printf("a user of %zu bytes, nanoseconds (medians of %zu rounds)\n", size,
                    ratio.size());
        std::printf("  simdjson alone   parse %6.0f                    write %6.0f   all %6.0f\n",
                    median(alone_read), median(alone_write),
                    median(alone_read) + median(alone_write));
        std::printf("  mortise          parse %6.0f   validate %6.0f   write %6.0f   all %6.0f\n",
                    median(tokens), median(validate), median(write),
                    median(tokens) + median(validate) + median(write));
        std::printf("  ratio            %.2f\n", median(ratio));
    }
};

class Bench {
public:
    void round(int repetitions, Rounds& rounds) {
        const double alone_read =
            measure(repetitions, [&] { plain_ = readAlone(parser_, padded_); });
        const double alone_write = measure(repetitions, [&] {
            out_.clear();
            writeAlone(out_, plain_);
        });
        const double tokens = measure(repetitions, [&] { document_.parse(kUser, problem_); });
        const double validate = measure(repetitions, [&] {
            user_ = mortise::fromJson<User>(mortise::JsonValue::root(&document_.view()));
        });
        const double write = measure(repetitions, [&] {
            out_.clear();
            mortise::appendJson(out_, user_);
        });
        rounds.alone_read.push_back(alone_read);
        rounds.alone_write.push_back(alone_write);
        rounds.tokens.push_back(tokens);
        rounds.validate.push_back(validate);
        rounds.write.push_back(write);
        rounds.ratio.push_back((tokens + validate + write) / (alone_read + alone_write));
    }

    /// Both ways give back what they were given.
    bool isRight() {
        std::string alone;
        writeAlone(alone, readAlone(parser_, padded_));
        return document_.parse(kUser, problem_) && alone == kUser &&
               mortise::toJson(
                   mortise::fromJson<User>(mortise::JsonValue::root(&document_.view()))) == kUser;
    }

private:
    simdjson::ondemand::parser parser_;
    simdjson::padded_string padded_{kUser};
    mortise::bridge::JsonDocument document_;
    mortise::bridge::JsonDocument::Problem problem_;
    PlainUser plain_;
    User user_;
    std::string out_;
};

}  // namespace

int main(int count, char** arguments) {
    const bool quick = count > 1 && std::strcmp(arguments[1], "--quick") == 0;
    Bench bench;
    if (!bench.isRight()) {
        std::fputs("bench_schema: a user came back changed\n", stderr);
        return 1;
    }
    Rounds rounds;
    Rounds warm_up;
    bench.round(20'000, warm_up);
    for (int left = quick ? 9 : 31; left > 0; --left) {
        bench.round(20'000, rounds);
    }
    rounds.print(kUser.size());
    return 0;
}
