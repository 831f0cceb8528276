// Cursors of the listing. See cursor.hpp.
#include "cursor.hpp"

#include <charconv>

namespace users {

std::string writeCursor(std::string_view sort_by, const AccountPosition& position,
                        const mortise::Sign& sign) {
    return mortise::writeCursor({sort_by, std::to_string(position.id), position.key}, sign);
}

std::optional<AccountPosition> readCursor(std::string_view cursor, std::string_view sort_by,
                                          const mortise::Sign& sign) {
    const auto fields = mortise::readCursor(cursor, 3, sign);
    if (!fields || fields->at(0) != sort_by) {
        return std::nullopt;
    }
    const std::string& id = fields->at(1);
    AccountPosition position;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), position.id);
    if (error != std::errc{} || end != id.data() + id.size()) {
        return std::nullopt;
    }
    position.key = fields->at(2);
    return position;
}

}  // namespace users
