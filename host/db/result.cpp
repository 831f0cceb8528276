#include "db/result.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <cstring>
#include <new>

namespace mortise::db {

namespace {

std::uint64_t affectedCountOf(PGresult* result, std::size_t row_count) noexcept {
    const char* text = PQcmdTuples(result);
    std::uint64_t count = row_count;
    std::from_chars(text, text + std::strlen(text), count);
    return count;
}

// Memory that lives and dies with the PGresult, as its cells do.
template <typename T>
T* allocate(PGresult* result, std::size_t count) {
    if (count == 0) {
        return nullptr;
    }
    void* memory = PQresultAlloc(result, count * sizeof(T));
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return ::new (memory) T[count];
}

}  // namespace

void Result::Clear::operator()(pg_result* result) const noexcept {
    PQclear(result);
}

Result::Result(pg_result* result)
    : result_(result),
      row_count_(static_cast<std::size_t>(PQntuples(result))),
      column_count_(static_cast<std::size_t>(PQnfields(result))),
      affected_count_(affectedCountOf(result, row_count_)) {
    columns_ = allocate<Column>(result, column_count_);
    cells_ = allocate<Value>(result, row_count_ * column_count_);
    for (std::size_t column = 0; column < column_count_; ++column) {
        const char* name = PQfname(result, static_cast<int>(column));
        columns_[column] = {name, std::strlen(name)};
    }
    Value* cell = cells_;
    for (int row = 0; row < static_cast<int>(row_count_); ++row) {
        for (int column = 0; column < static_cast<int>(column_count_); ++column, ++cell) {
            *cell = PQgetisnull(result, row, column) != 0
                        ? Value{}
                        : Value{PQgetvalue(result, row, column), PQgetlength(result, row, column)};
        }
    }
}

}  // namespace mortise::db
