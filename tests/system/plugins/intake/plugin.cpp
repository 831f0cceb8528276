// intake: handlers that take from a request what there is to take, and a count of how often one of them was reached.
#include <atomic>
#include <thread>

#include <mortise/plugin.hpp>

namespace intake {

using namespace mortise;

inline constexpr ErrorCode BOX_MISSING{"BOX_MISSING", 404, "Box not found"};

struct Count {
    std::int64_t count = 0;
    static constexpr auto schema() { return object<Count>("Count").field("count", &Count::count); }
};

struct Label {
    std::string title;
    static constexpr auto schema() {
        return object<Label>("Label").field("title", &Label::title, minLength(1), maxLength(20));
    }
};

struct Stored {
    std::string title;
    std::string filename;
    std::string content_type;
    std::int64_t size = 0;
    std::int64_t byte_sum = 0;
    static constexpr auto schema() {
        return object<Stored>("Stored")
            .field("title", &Stored::title)
            .field("filename", &Stored::filename)
            .field("content_type", &Stored::content_type)
            .field("size", &Stored::size)
            .field("byte_sum", &Stored::byte_sum);
    }
};

struct Text {
    std::string text;
    static constexpr auto schema() { return object<Text>("Text").field("text", &Text::text); }
};

/// How often a handler was reached.
struct Calls {
    std::atomic<std::int64_t> count{0};
};

/// Frames of coroutines that live; each holds one of these.
class Frame {
public:
    explicit Frame(std::atomic<std::int64_t>& count) : count_(count) { ++count_; }
    Frame(const Frame&) = delete;
    ~Frame() { --count_; }

private:
    std::atomic<std::int64_t>& count_;
};

/// A box whose number fits the key that came along.
struct Box {
    std::int64_t id = 0;

    static Box provide(Path<"box_id", std::int64_t> id, Header<"x-key", std::int64_t> key) {
        if (*id != *key) {
            throw NotFoundError(BOX_MISSING, "Box", *id);
        }
        return {*id};
    }
};

/// Made for one request; says in the log when it goes.
class Receipt {
public:
    explicit Receipt(const Log& log) : log_(log) {}
    Receipt(const Receipt&) = delete;
    ~Receipt() { log_.info("intake.receipt_closed"); }

private:
    Log log_;
};

using AdminUser = RoleUser<"admin">;

class Intake final : public Plugin {
public:
    void declare(Router& router) override {
        router.provide(calls_);
        router.provide([](const RequestLog& log) { return Receipt(log); });
        auto routes = router.group("/intake").tag("intake").publicAccess();
        routes.get("/call-count", &Intake::callCount).summary("Count the calls of the others");
        routes.post("/files", &Intake::store).summary("Store a file").bodySizeMax(1 << 20);
        routes.get("/depth", &Intake::depth).summary("Read a header field");
        routes.get("/theme", &Intake::theme).summary("Read a cookie");
        routes.get("/boxes/{box_id}", &Intake::openBox)
            .summary("Open a box")
            .errors(BOX_MISSING)
            .require<Receipt>();
        routes.get("/boxes/{box_id}/later", &Intake::openBoxLater).summary("Open a box later");
        routes.get("/naps", &Intake::sleepOften)
            .summary("Sleep several times at once, beyond the deadline")
            .deadline(std::chrono::milliseconds(300));
        routes.get("/frame-count", &Intake::frameCount).summary("Count what still sleeps");
        routes.get("/desk", &Intake::useDesk).summary("Use what only two can use at once");
        routes.get("/desk/later", &Intake::useDeskLater).summary("The same without a thread");
        routes.get("/desk/count", &Intake::deskCount).summary("The most that used it at once");
        routes.get("/desk/in-vain", &Intake::waitInVain)
            .summary("Wait for a permit of one's own until the deadline")
            .deadline(std::chrono::milliseconds(300));
        routes.get("/moved", &Intake::moved).summary("Go elsewhere");
        routes.get("/old", &Intake::callCount)
            .summary("Count in the old way")
            .deprecated("2026-01-01", "2027-01-01", "https://example.com/intake");
        auto old = router.group("/intake/old").deprecated("2026-01-01").bodySizeMax(64);
        old.post("/{box_id}", &Intake::packOldBox).summary("Pack in the old way").publicAccess();
        old.get("/mine", &Intake::callCount).summary("For users").requireUser();
        old.get("/all", &Intake::callCount).summary("For administrators").requireRole("admin");
        old.get("/naps", &Intake::sleepOften)
            .summary("Sleep beyond the deadline")
            .publicAccess()
            .deadline(std::chrono::milliseconds(300));
        old.get("/pause", &Intake::untilInterrupted)
            .summary("Go on beyond the deadline")
            .publicAccess()
            .deadline(std::chrono::milliseconds(300));
        router.group("/intake").get("/all", &Intake::all).summary("For administrators");
    }

private:
    Count callCount(Service<Calls> calls) const { return {calls->count.load()}; }

    Created<Stored> store(File<"file"> file, Form<Label> label, Service<Calls> calls) const {
        ++calls->count;
        std::int64_t sum = 0;
        for (const char byte : file.bytes()) {
            sum += static_cast<unsigned char>(byte);
        }
        return {{label->title, file.filename(), std::string(file.contentType()),
                 static_cast<std::int64_t>(file.size()), sum},
                "/api/v1/intake/call-count"};
    }
    Text depth(Header<"x-depth", std::int64_t> depth, Service<Calls> calls) const {
        ++calls->count;
        return {std::to_string(*depth)};
    }
    Text packOldBox(Path<"box_id", std::int64_t>, Body<Text> text) const { return *text; }
    Text untilInterrupted(Tasks& tasks) const {
        while (!tasks.isInterrupted()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return {"interrupted"};
    }
    Text theme(Cookie<"theme", std::string> theme, Service<Calls> calls) const {
        ++calls->count;
        return {*theme};
    }
    Text openBox(const Box& box, Service<Calls> calls, Deadline deadline) const {
        ++calls->count;
        return {std::to_string(box.id) + (deadline.isLimited() ? " in time" : " at leisure")};
    }
    Task<Text> openBoxLater(const Box& box, Service<Calls> calls) const {
        ++calls->count;
        Text text{std::to_string(box.id)};
        co_return text;
    }
    // Longer than the host lets them: each is woken with an error, and whenAll() lets all of them go.
    Task<Text> sleepOften(AsyncDb& db) const {
        const Frame frame(frame_count_);
        co_await whenAll(sleep(db), sleep(db), sleep(db));
        Text text{"awake"};
        co_return text;
    }
    Task<> sleep(AsyncDb& db) const {
        const Frame frame(frame_count_);
        co_await db.execute("SELECT pg_sleep(30)");
    }
    Count frameCount() const { return {frame_count_.load()}; }

    void sitDown() const {
        const std::int64_t now = ++desk_count_;
        for (std::int64_t seen = desk_count_max_; now > seen;) {
            desk_count_max_.compare_exchange_weak(seen, now);
        }
    }
    Text useDesk(Deadline deadline, Db& db) const {
        const Semaphore::Permit permit = desk_.acquire(deadline);
        sitDown();
        db.execute("SELECT pg_sleep(0.001)");
        --desk_count_;
        return {"done"};
    }
    Task<Text> useDeskLater(Deadline deadline, AsyncDb& db) const {
        const auto permit = co_await desk_.acquireAsync(deadline);
        sitDown();
        co_await db.execute("SELECT pg_sleep(0.001)");
        --desk_count_;
        Text text{"done"};
        co_return text;
    }
    Count deskCount() const { return {desk_count_max_.load()}; }
    Task<Text> waitInVain(Deadline deadline) const {
        const auto held = co_await own_.acquireAsync(deadline);
        const auto never = co_await own_.acquireAsync(deadline);
        Text text{"never"};
        co_return text;
    }

    Redirect moved(Query<Text> to, Service<Calls> calls) const {
        ++calls->count;
        return Redirect(to->text);
    }
    Text all(const AdminUser& user) const { return {std::string(user.subject())}; }

    Calls calls_;
    mutable Semaphore desk_{2};
    mutable Semaphore own_{1};
    mutable std::atomic<std::int64_t> desk_count_{0};
    mutable std::atomic<std::int64_t> desk_count_max_{0};
    mutable std::atomic<std::int64_t> frame_count_{0};
};

}  // namespace intake

MORTISE_PLUGIN(intake::Intake)
