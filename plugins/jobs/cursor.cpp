// Cursors of the listing. See cursor.hpp.
#include "cursor.hpp"

namespace jobs {

std::string writeCursor(const JobPosition& position, const mortise::Sign& sign) {
    return mortise::writeCursor({position.created_at.toString(), position.id.toString()}, sign);
}

std::optional<JobPosition> readCursor(std::string_view cursor, const mortise::Sign& sign) {
    const auto fields = mortise::readCursor(cursor, 2, sign);
    if (!fields) {
        return std::nullopt;
    }
    const auto created_at = mortise::Timestamp::parse(fields->at(0));
    const auto id = mortise::Uuid::parse(fields->at(1));
    return created_at && id ? std::optional(JobPosition{*created_at, *id}) : std::nullopt;
}

}  // namespace jobs
