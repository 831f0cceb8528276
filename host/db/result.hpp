// Result: the rows of one statement, in the memory in which libpq received them.
//
// Cells point into the PGresult; the table of {pointer, size} pairs lies in the PGresult's own
// storage too, so a result costs libpq's allocations and no others. Values are text in PostgreSQL's
// output format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "db/statement.hpp"

struct pg_result;

namespace mortise::db {

class Result {
public:
    /// Name of a column. Same layout as mortise_str.
    struct Column {
        const char* data;
        std::uint64_t size;
        std::string_view text() const noexcept { return {data, static_cast<std::size_t>(size)}; }
    };

    /// No rows, no columns.
    Result() noexcept = default;
    /// Takes over what libpq returned; it must be a success.
    explicit Result(pg_result* result);

    std::size_t rowCount() const noexcept { return row_count_; }
    std::size_t columnCount() const noexcept { return column_count_; }
    /// Rows inserted, updated or deleted; for a query the rows returned.
    std::uint64_t affectedCount() const noexcept { return affected_count_; }
    /// Row by row: cell(r, c) = cells()[r * columnCount() + c].
    std::span<const Value> cells() const noexcept { return {cells_, row_count_ * column_count_}; }
    std::span<const Column> columns() const noexcept { return {columns_, column_count_}; }
    /// Both indexes must be in range.
    const Value& cell(std::size_t row, std::size_t column) const noexcept {
        return cells_[row * column_count_ + column];
    }

private:
    struct Clear {
        void operator()(pg_result* result) const noexcept;
    };

    std::unique_ptr<pg_result, Clear> result_;
    std::size_t row_count_ = 0;
    std::size_t column_count_ = 0;
    std::uint64_t affected_count_ = 0;
    Value* cells_ = nullptr;
    Column* columns_ = nullptr;
};

}  // namespace mortise::db
