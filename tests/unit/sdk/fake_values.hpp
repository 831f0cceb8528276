// What FakeHost records of a plugin, and what it hands out to one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mortise/plugin.hpp"

namespace mortise::test {

inline std::string textOf(mortise_str text) {
    return std::string(detail::view(text));
}

/// An answer, copied.
struct StagedResponse {
    std::uint32_t http_status = 0;
    std::uint32_t flags = 0;
    std::string message, data, meta, error_code, errors, content_type, body;
    std::map<std::string, std::string> headers;
};

/// A statement, copied, and the rows it will get.
struct SeenStatement {
    std::string sql, name;
    std::uint32_t flags = 0;
    std::vector<std::optional<std::string>> params;
};

/// Rows to answer with, or an error.
struct Rows {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::uint64_t affected = 0;
    mortise_status status = MORTISE_OK;
    std::string code;
    std::string message;
};

/// A result with the memory behind it.
struct OwnedResult : mortise_result {
    explicit OwnedResult(Rows given) : mortise_result{}, rows(std::move(given)) {
        struct_size = sizeof(mortise_result);
        column_count = static_cast<std::uint32_t>(rows.columns.size());
        row_count = rows.rows.size();
        affected_count = rows.affected;
        for (const std::string& column : rows.columns) {
            names.push_back(detail::str(column));
        }
        for (const auto& row : rows.rows) {
            for (const auto& cell : row) {
                values.push_back(
                    cell ? mortise_value{cell->data(), static_cast<std::int64_t>(cell->size())}
                         : mortise_value{nullptr, -1});
            }
        }
        mortise_result::columns = names.data();
        cells = values.data();
    }
    Rows rows;
    std::vector<mortise_str> names;
    std::vector<mortise_value> values;
};

struct DeclaredRoute {
    std::string method, pattern, openapi;
    std::uint32_t flags = 0, access = 0, deadline_ms = 0;
    std::vector<std::string> roles;
    mortise_request_handler handler = nullptr;
    void* context = nullptr;
    std::map<std::string, std::string> headers{};
};

}  // namespace mortise::test
