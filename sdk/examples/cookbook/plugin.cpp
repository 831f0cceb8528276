// cookbook: the recipes of docs/cookbook.md, as one plugin that is compiled, checked and tested.
#include <algorithm>
#include <atomic>

#include <mortise/plugin.hpp>

namespace cookbook {

using namespace mortise;

inline constexpr ErrorCode PARCEL_NOT_FOUND{"PARCEL_NOT_FOUND", 404, "Parcel not found"};
inline constexpr ErrorCode LABEL_TAKEN{"LABEL_TAKEN", 409, "A parcel has this label already"};
inline constexpr ErrorCode WRONG_CODE{"WRONG_CODE", 403, "The code is wrong"};

inline constexpr std::size_t kLabelLengthMax = 80;

struct ParcelCreate {
    std::string label;
    Decimal weight_kg;

    static constexpr auto schema() {
        return object<ParcelCreate>("ParcelCreate")
            .field("label", &ParcelCreate::label, minLength(1), maxLength(kLabelLengthMax))
            .field("weight_kg", &ParcelCreate::weight_kg, gt(0), le(50), example(2));
    }
};

struct Parcel {
    std::int64_t id = 0;
    std::string label;
    Decimal weight_kg;
    Timestamp created_at;

    static constexpr auto schema() {
        return object<Parcel>("Parcel")
            .field("id", &Parcel::id)
            .field("label", &Parcel::label)
            .field("weight_kg", &Parcel::weight_kg)
            .field("created_at", &Parcel::created_at);
    }
};

struct Rate {
    Decimal per_kg;

    static constexpr auto schema() { return object<Rate>("Rate").field("per_kg", &Rate::per_kg); }
};

struct CodeGiven {
    std::string code;

    static constexpr auto schema() {
        return object<CodeGiven>("CodeGiven").field("code", &CodeGiven::code, minLength(4));
    }
};

struct ParcelCode {
    std::string code;

    static constexpr auto schema() {
        return object<ParcelCode>("ParcelCode").field("code", &ParcelCode::code);
    }
};

struct WeighArgs {
    std::int64_t parcel_id = 0;

    static constexpr auto schema() {
        return object<WeighArgs>("WeighArgs").field("parcel_id", &WeighArgs::parcel_id);
    }
};

struct UserQuery {
    std::int64_t user_id = 0;

    static constexpr auto schema() {
        return object<UserQuery>("UserQuery").field("user_id", &UserQuery::user_id);
    }
};

struct Owner {
    std::int64_t id = 0;
    std::string full_name;

    static constexpr auto schema() {
        return object<Owner>("Owner").field("id", &Owner::id).field("full_name", &Owner::full_name);
    }
};

constexpr Sql kInsert{"parcel_insert",
                      "INSERT INTO parcels (owner_id, label, weight_kg) VALUES ($1, $2, $3) "
                      "RETURNING id, label, weight_kg, created_at"};
constexpr Sql kCount{"parcel_count", "SELECT count(*) FROM parcels WHERE owner_id = $1"};
constexpr Sql kPage{"parcel_page",
                    "SELECT id, label, weight_kg, created_at FROM parcels WHERE owner_id = $1 "
                    "ORDER BY id LIMIT $2 OFFSET $3"};
constexpr Sql kAfter{"parcel_after",
                     "SELECT id, label, weight_kg, created_at FROM parcels WHERE owner_id = $1 "
                     "AND id > $2 ORDER BY id LIMIT 500"};
constexpr Sql kCode{"parcel_code", "SELECT code FROM parcels WHERE id = $1 AND owner_id = $2"};
constexpr Sql kMiss{"parcel_miss", "UPDATE parcels SET misses = misses + 1 WHERE id = $1"};
constexpr Sql kWeigh{"parcel_weigh", "UPDATE parcels SET weighed_at = now() WHERE id = $1"};

/// One field of a line of CSV (RFC 4180): a quote inside of it is written twice.
std::string quoted(std::string_view text) {
    std::string field = "\"";
    for (const char character : text) {
        field.append(character == '"' ? 2 : 1, character);
    }
    return field + '"';
}

class Cookbook final : public Plugin {
public:
    void declare(Router& router) override {
        router.metrics(created_, export_size_);
        router.healthCheck("scale", std::chrono::seconds(10), std::chrono::seconds(2),
                           &Cookbook::checkScale);
        router.job("cookbook.weigh", &Cookbook::weigh).maxAttempts(3);
        auto parcels = router.group("/cookbook").tag("cookbook").requireUser();
        parcels.post("/", &Cookbook::create).summary("Create a parcel").errors(LABEL_TAKEN);
        parcels.get("/", &Cookbook::list).summary("List your parcels");
        parcels.get("/export", &Cookbook::download).summary("Download your parcels as CSV");
        parcels.get("/owner", &Cookbook::owner).summary("Tell whose parcels these are");
        parcels.get("/rate", &Cookbook::rate).summary("Tell what a kilogram costs today");
        parcels.get("/sender", &Cookbook::sender).summary("Tell the name for a label");
        parcels.post("/{parcel_id}/open", &Cookbook::open)
            .summary("Open a parcel with its code")
            .errors(PARCEL_NOT_FOUND, WRONG_CODE);
        parcels.post("/labels", &Cookbook::upload)
            .summary("Create parcels from a file of labels")
            .errors(LABEL_TAKEN);
    }

private:
    using Id = Path<"parcel_id", std::int64_t>;

    Created<Parcel> create(Body<ParcelCreate> parcel, const Principal& user, Db& db, Jobs& jobs,
                           Tasks& tasks, Log& log) const {
        try {
            Parcel created =
                db.one<Parcel>(kInsert, user.userId(), parcel->label, parcel->weight_kg);
            jobs.enqueue("cookbook.weigh", WeighArgs{created.id});
            tasks.afterResponse([log = log.detached(), id = created.id] {
                log.info("cookbook.announced", field("parcel_id", id));
            });
            created_.add();
            std::string location = "/api/v1/cookbook/" + std::to_string(created.id);
            return {std::move(created), std::move(location)};
        } catch (const UniqueViolation&) {
            throw ConflictError(LABEL_TAKEN);
        }
    }

    void weigh(Args<WeighArgs> args, JobRun& run, Db& db) {
        run.progress(0.5, "on the scale");
        scale_answers_.store(db.execute(kWeigh, args->parcel_id) == 1);
    }

    NoContent open(Id id, Body<CodeGiven> given, const Principal& user, Db& db) const {
        const auto wanted = db.optional<ParcelCode>(kCode, *id, user.userId());
        if (!wanted) {
            throw NotFoundError(PARCEL_NOT_FOUND, "Parcel", *id);
        }
        if (wanted->code != given->code) {
            db.execute(kMiss, *id);
            throw ForbiddenError(WRONG_CODE).keepWrites();
        }
        return {};
    }

    Page<Parcel> list(Query<PageQuery> page, const Principal& user, Db& db) const {
        const auto total = db.scalar<std::int64_t>(kCount, user.userId());
        auto items = db.all<Parcel>(kPage, user.userId(), page->per_page, page->offset);
        return Page<Parcel>::of(*page, std::move(items), total);
    }

    Stream download(const Principal& user, Db& db) const {
        return Stream("text/csv", [this, &db, owner = user.userId()](StreamWriter& out) {
            out.write("id,label\n");
            std::int64_t last = 0;
            for (;;) {
                const auto parcels = db.all<Parcel>(kAfter, owner, last);
                if (parcels.empty()) {
                    return;
                }
                std::string text;
                for (const Parcel& parcel : parcels) {
                    text += std::to_string(parcel.id) + ',' + quoted(parcel.label) + '\n';
                }
                out.write(text);
                export_size_.observe(static_cast<double>(text.size()));
                last = parcels.back().id;
            }
        });
    }

    Owner owner(const Principal& user, Operations& operations) const {
        const UserQuery query{user.userId()};
        return operations.call<Owner>("users.get", query);
    }

    Rate rate(HttpClient& http) const {
        HttpCall call;
        call.url = "https://rates.example.org/parcels/kg";
        call.attempts = 3;
        return http.send(call).json<Rate>();
    }

    Owner sender(const Principal& user, Operations& operations, Cache& cache) const {
        return cache.getOrCompute(
            "owner:" + std::to_string(user.userId()), std::chrono::minutes(5),
            [&] { return owner(user, operations); }, "owners");
    }

    NoContent upload(File<"labels"> file, const Principal& user, Db& db) const {
        std::string_view text = file.bytes();
        if (!utf8::isValid(text)) {
            throw ValidationError("labels", "Must be text in UTF-8");
        }
        while (!text.empty()) {
            const std::string_view label = text.substr(0, text.find('\n'));
            if (label.empty() || utf8::length(label) > kLabelLengthMax) {
                throw ValidationError("labels", "Every line must have 1 to 80 characters");
            }
            insertLabel(db, user, label);
            text.remove_prefix(std::min(label.size() + 1, text.size()));
        }
        return {};
    }

    static void insertLabel(Db& db, const Principal& user, std::string_view label) {
        try {
            db.execute(kInsert, user.userId(), label, Decimal(1));
        } catch (const UniqueViolation&) {
            throw ConflictError(LABEL_TAKEN);
        }
    }

    void checkScale() {
        if (!scale_answers_.load()) {
            throw UnavailableError();
        }
    }

    Counter created_{"parcels_created_total", "Parcels created"};
    Histogram export_size_{
        "export_piece_bytes", "Size of the pieces of an export", {1'000, 10'000}};
    std::atomic<bool> scale_answers_{true};
};

}  // namespace cookbook

MORTISE_PLUGIN(cookbook::Cookbook)
