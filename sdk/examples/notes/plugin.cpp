// notes: the tutorial plugin. Users keep notes; a note is shown together with its author, who lives in another plugin.
//
// It fits into one file because it is small; plugins/users shows how a larger one is divided. README.md walks through it.
#include <mortise/plugin.hpp>

namespace notes {

using namespace mortise;

inline constexpr ErrorCode NOTE_NOT_FOUND{"NOTE_NOT_FOUND", 404, "Note not found"};
inline constexpr ErrorCode TITLE_TAKEN{"TITLE_TAKEN", 409, "You have a note with this title"};
inline constexpr ErrorCode TOO_MANY_NOTES{"TOO_MANY_NOTES", 409,
                                          "You keep too many notes. Delete one first."};

// What comes over the wire. One declaration gives parser, validator, writer and JSON Schema.

struct NoteCreate {
    std::string title;
    std::optional<std::string> text;

    static constexpr auto schema() {
        return object<NoteCreate>("NoteCreate")
            .field("title", &NoteCreate::title, minLength(1), maxLength(200), example("Buy milk"))
            .field("text", &NoteCreate::text, maxLength(10'000));
    }
};

// Also a row: columns of a statement are found by these names.
struct NoteResponse {
    std::int64_t id = 0;
    std::string title;
    std::optional<std::string> text;
    Timestamp created_at;

    static constexpr auto schema() {
        return object<NoteResponse>("NoteResponse")
            .field("id", &NoteResponse::id, example(7))
            .field("title", &NoteResponse::title, example("Buy milk"))
            .field("text", &NoteResponse::text)
            .field("created_at", &NoteResponse::created_at);
    }
};

struct NoteAuthor {
    std::int64_t id = 0;
    std::string full_name;

    static constexpr auto schema() {
        return object<NoteAuthor>("NoteAuthor")
            .field("id", &NoteAuthor::id)
            .field("full_name", &NoteAuthor::full_name, example("Ada Lovelace"));
    }
};

struct NoteWithAuthor {
    NoteResponse note;
    NoteAuthor author;

    static constexpr auto schema() {
        return object<NoteWithAuthor>("NoteWithAuthor")
            .field("note", &NoteWithAuthor::note)
            .field("author", &NoteWithAuthor::author);
    }
};

// Input of the operation users.get; fields of its answer that NoteAuthor does not name are ignored.
struct AuthorQuery {
    std::int64_t user_id = 0;

    static constexpr auto schema() {
        return object<AuthorQuery>("AuthorQuery").field("user_id", &AuthorQuery::user_id);
    }
};

constexpr Sql kInsert{"note_insert",
                      "INSERT INTO notes (owner_id, title, text) VALUES ($1, $2, $3) "
                      "RETURNING id, title, text, created_at"};
constexpr Sql kCount{"note_count", "SELECT count(*) FROM notes WHERE owner_id = $1"};
constexpr Sql kFind{
    "note_find", "SELECT id, title, text, created_at FROM notes WHERE id = $1 AND owner_id = $2"};
constexpr Sql kList{"note_list",
                    "SELECT id, title, text, created_at FROM notes WHERE owner_id = $1 "
                    "ORDER BY id LIMIT $2 OFFSET $3"};
constexpr Sql kDelete{"note_delete", "DELETE FROM notes WHERE id = $1 AND owner_id = $2"};

class Notes final : public Plugin {
public:
    void configure(const Config& config) override {
        count_max_ = config.get<std::int64_t>("count_max");
    }

    void declare(Router& router) override {
        auto routes = router.group("/notes").tag("notes").requireUser();
        routes.get("/", &Notes::list).summary("List your notes");
        routes.post("/", &Notes::create)
            .summary("Create a note")
            .errors(TITLE_TAKEN, TOO_MANY_NOTES);
        routes.get("/{note_id}", &Notes::show)
            .summary("Get one note and its author")
            .errors(NOTE_NOT_FOUND);
        routes.del("/{note_id}", &Notes::remove).summary("Delete a note").errors(NOTE_NOT_FOUND);
    }

private:
    Page<NoteResponse> list(Query<PageQuery> page, const Principal& user, Db& db) const {
        const auto total = db.scalar<std::int64_t>(kCount, user.userId());
        auto items = db.all<NoteResponse>(kList, user.userId(), page->per_page, page->offset);
        return Page<NoteResponse>::of(*page, std::move(items), total);
    }

    // A plain function may wait: it runs on the executor, in a transaction that is committed before the answer is sent.
    Created<NoteResponse> create(Body<NoteCreate> note, const Principal& user, Db& db,
                                 Log& log) const {
        if (db.scalar<std::int64_t>(kCount, user.userId()) >= count_max_) {
            throw ConflictError(TOO_MANY_NOTES);
        }
        try {
            auto created = db.one<NoteResponse>(kInsert, user.userId(), note->title, note->text);
            log.info("notes.created", field("note_id", created.id));
            std::string location = "/api/v1/notes/" + std::to_string(created.id);
            return {std::move(created), std::move(location)};
        } catch (const UniqueViolation&) {
            throw ConflictError(TITLE_TAKEN);
        }
    }

    // A coroutine runs on an event loop and must not wait: what takes time is awaited.
    Task<NoteWithAuthor> show(Path<"note_id", std::int64_t> id, const Principal& user, AsyncDb& db,
                              Operations& operations) const {
        auto note = co_await db.optional<NoteResponse>(kFind, *id, user.userId());
        if (!note) {
            throw NotFoundError(NOTE_NOT_FOUND, "Note", *id);
        }
        const AuthorQuery query{user.userId()};
        auto author = co_await operations.callAsync<NoteAuthor>("users.get", query);
        NoteWithAuthor answer{*std::move(note), std::move(author)};
        co_return answer;
    }

    NoContent remove(Path<"note_id", std::int64_t> id, const Principal& user, Db& db) const {
        if (db.execute(kDelete, *id, user.userId()) == 0) {
            throw NotFoundError(NOTE_NOT_FOUND, "Note", *id);
        }
        return {};
    }

    std::int64_t count_max_ = 0;
};

}  // namespace notes

MORTISE_PLUGIN(notes::Notes)
