// The binary form of a record on its way to the log thread: written once by the caller, read once
// by the renderer.
//
//   record = 'R', flags, 5 context texts, 3 numbers of the trace, event, field ... field
//   flush  = 'F', ticket (8 bytes): all before it has reached the log thread
//   field  = kind, key text, then a text or 1 or 8 bytes
//   text   = size (2 bytes), bytes
//
// It never leaves the process, so numbers are in the machine's order and nothing is versioned. What
// does not fit is cut at a character and flagged.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "limits.hpp"
#include "log/field.hpp"

namespace mortise::log {

/// Builds a record in place, without allocation.
class RecordWriter {
public:
    RecordWriter(std::string_view event, std::span<const Field> fields,
                 const Context* context) noexcept;

    std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

    /// Stands for a name that breaks the grammar; the field `name` then holds it.
    static constexpr std::string_view kInvalidEvent = "log.event_invalid";

private:
    bool putText(std::string_view text, std::size_t size_max) noexcept;
    bool putField(const Field& field) noexcept;
    void put(const void* data, std::size_t size) noexcept;
    std::size_t room() const noexcept { return bytes_.size() - size_; }

    std::size_t size_ = 0;
    std::array<char, limits::kLogRecordSizeMax>
        bytes_;  // Not zeroed: only what is written is read.
};

/// A record as the log thread sees it; views into the bytes it was read from.
struct RecordView {
    bool cut = false;
    Context context;
    std::string_view event;
    std::vector<Field> fields;

    /// Reuses the memory of `fields`.
    void read(std::string_view bytes);
};

std::array<char, 9> flushTicket(std::uint64_t ticket) noexcept;
/// The ticket, or 0 when the bytes are a record.
std::uint64_t ticketOf(std::string_view bytes) noexcept;

}  // namespace mortise::log
