#include "log/record.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/assert.hpp"
#include "base/utf8.hpp"
#include "log/event_name.hpp"

namespace mortise::log {

namespace {

constexpr char kRecord = 'R';
constexpr char kFlush = 'F';
constexpr std::size_t kFlagsAt = 1;
constexpr char kCut = 1;

static_assert(limits::kLogTextSizeMax <= std::numeric_limits<std::uint16_t>::max());
// Head and context always fit, so only fields can be cut off.
static_assert(limits::kLogRecordSizeMax >=
              6 * (limits::kLogContextTextSizeMax + 2) + 2 + sizeof(TraceIds));

class RecordReader {
public:
    explicit RecordReader(std::string_view bytes) : rest_(bytes) {}

    bool isAtEnd() const noexcept { return rest_.empty(); }
    char byte() { return take(1)[0]; }
    std::string_view text() { return take(number<std::uint16_t>()); }
    template <typename T>
    T number() {
        T value{};
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }

private:
    std::string_view take(std::size_t size) {
        MORTISE_ASSERT(size <= rest_.size(), "a log record is shorter than its parts");
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest_;
};

static_assert(std::is_trivially_copyable_v<TraceIds>);

Field readField(RecordReader& reader) {
    const auto kind = static_cast<FieldKind>(reader.byte());
    const std::string_view key = reader.text();
    switch (kind) {
        case FieldKind::Integer:
            return {key, reader.number<std::int64_t>()};
        case FieldKind::Number:
            return {key, reader.number<double>()};
        case FieldKind::Boolean:
            return {key, reader.byte() != 0};
        case FieldKind::Text:
            break;
    }
    return {key, reader.text()};
}

}  // namespace

RecordWriter::RecordWriter(std::string_view event, std::span<const Field> fields,
                           const Context* context) noexcept {
    const std::array<char, 2> head = {kRecord, 0};
    put(head.data(), head.size());

    const Context none;
    const Context& from = context == nullptr ? none : *context;
    bool whole = true;
    for (const std::string_view text :
         {from.request_id, from.user_id, from.method, from.path, from.plugin}) {
        whole &= putText(text, limits::kLogContextTextSizeMax);
    }
    put(&from.trace, sizeof from.trace);
    if (isEventName(event)) {
        putText(event, kEventNameSizeMax);
    } else {
        putText(kInvalidEvent, kEventNameSizeMax);
        whole &= putField({"name", event});
    }

    whole &= fields.size() <= limits::kLogFieldCountMax;
    for (const Field& field : fields.first(std::min(fields.size(), limits::kLogFieldCountMax))) {
        whole &= putField(field);
    }
    bytes_[kFlagsAt] = whole ? 0 : kCut;
}

void RecordWriter::put(const void* data, std::size_t size) noexcept {
    if (size > 0) {
        std::memcpy(bytes_.data() + size_, data, size);
        size_ += size;
    }
}

bool RecordWriter::putText(std::string_view text, std::size_t size_max) noexcept {
    const std::size_t fits = std::min(size_max, room() - sizeof(std::uint16_t));
    const std::string_view kept = cutUtf8(text, fits);
    const auto size = static_cast<std::uint16_t>(kept.size());
    put(&size, sizeof size);
    put(kept.data(), kept.size());
    return kept.size() == text.size();
}

bool RecordWriter::putField(const Field& field) noexcept {
    const std::string_view key = cutUtf8(field.key, limits::kLogKeySizeMax);
    if (room() < 1 + sizeof(std::uint16_t) + key.size() + sizeof(std::int64_t)) {
        return false;
    }
    const char kind = static_cast<char>(field.kind);
    put(&kind, 1);
    putText(key, limits::kLogKeySizeMax);
    switch (field.kind) {
        case FieldKind::Integer:
            put(&field.integer, sizeof field.integer);
            return true;
        case FieldKind::Number:
            put(&field.number, sizeof field.number);
            return true;
        case FieldKind::Boolean: {
            const char value = field.integer != 0 ? 1 : 0;
            put(&value, 1);
            return true;
        }
        case FieldKind::Text:
            break;
    }
    return putText(field.text, limits::kLogTextSizeMax);
}

void RecordView::read(std::string_view bytes) {
    RecordReader reader(bytes);
    reader.byte();
    cut = reader.byte() == kCut;
    context.request_id = reader.text();
    context.user_id = reader.text();
    context.method = reader.text();
    context.path = reader.text();
    context.plugin = reader.text();
    context.trace = reader.number<TraceIds>();
    event = reader.text();
    fields.clear();
    while (!reader.isAtEnd()) {
        fields.push_back(readField(reader));
    }
}

std::array<char, 9> flushTicket(std::uint64_t ticket) noexcept {
    std::array<char, 9> bytes{kFlush};
    std::memcpy(bytes.data() + 1, &ticket, sizeof ticket);
    return bytes;
}

std::uint64_t ticketOf(std::string_view bytes) noexcept {
    std::uint64_t ticket = 0;
    if (bytes.size() == 1 + sizeof ticket && bytes[0] == kFlush) {
        std::memcpy(&ticket, bytes.data() + 1, sizeof ticket);
    }
    return ticket;
}

}  // namespace mortise::log
