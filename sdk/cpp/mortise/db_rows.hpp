// db_rows: from the cells of a result to typed rows.
//
// A row type is one of
//   a scalar          the statement yields one column;
//   a std::tuple      one element per column;
//   a struct with     `static auto columns() { return std::make_tuple(&Note::id, &Note::title); }`, in the order of SELECT;
//   a struct with     schema(): every declared member takes the column of its name.
// Columns and row type are compared once per result; a difference is a bug of the plugin and says so.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "mortise/db_text.hpp"
#include "mortise/object_schema.hpp"

namespace mortise::sqltext {

template <class T>
inline constexpr bool kIsTuple = false;
template <class... T>
inline constexpr bool kIsTuple<std::tuple<T...>> = true;

template <class Row>
concept HasColumns = requires {
    Row::columns();
};

template <class Member>
struct MemberValue;
template <class Owner, class Value>
struct MemberValue<Value Owner::*> {
    using type = Value;
};

/// Reads the rows of one result. What depends on the columns alone is done once, in the constructor.
template <class Row>
class RowReader {
public:
    explicit RowReader(const mortise_result& result) : result_(result) {
        if constexpr (kByName) {
            findColumns();
        } else {
            expectColumns(kColumnCount);
        }
    }

    Row read(std::uint64_t row) const {
        const mortise_value* cells = result_.cells + row * result_.column_count;
        if constexpr (kIsTuple<Row>) {
            return readTuple(cells, std::make_index_sequence<kColumnCount>());
        } else if constexpr (HasColumns<Row>) {
            return readMembers(cells, std::make_index_sequence<kColumnCount>());
        } else if constexpr (kByName) {
            return readFields(cells);
        } else {
            return cell<Row>(cells, 0);
        }
    }

private:
    static constexpr bool kByName = Described<Row> && !HasColumns<Row>;

    static constexpr std::size_t countColumns() {
        if constexpr (kIsTuple<Row>) {
            return std::tuple_size_v<Row>;
        } else if constexpr (HasColumns<Row>) {
            return std::tuple_size_v<decltype(Row::columns())>;
        } else {
            return 1;
        }
    }
    static constexpr std::size_t kColumnCount = countColumns();

    void expectColumns(std::size_t count) const {
        if (result_.column_count != count) {
            throw std::logic_error("the statement yields " + std::to_string(result_.column_count) +
                                   " columns, the row type has " + std::to_string(count));
        }
    }

    void findColumns() {
        schemaOf<Row>().forEach([this](const auto& field) {
            if constexpr (!std::remove_cvref_t<decltype(field)>::kComputed) {
                columns_.push_back(columnNamed(field.name));
            }
        });
    }
    std::uint32_t columnNamed(std::string_view name) const {
        for (std::uint32_t column = 0; column < result_.column_count; ++column) {
            if (detail::view(result_.columns[column]) == name) {
                return column;
            }
        }
        throw std::logic_error("the statement yields no column \"" + std::string(name) + "\"");
    }

    template <class T>
    T cell(const mortise_value* cells, std::size_t column) const {
        return readCell<T>(cells[column], detail::view(result_.columns[column]));
    }

    template <std::size_t... I>
    Row readTuple(const mortise_value* cells, std::index_sequence<I...>) const {
        return Row(cell<std::tuple_element_t<I, Row>>(cells, I)...);
    }

    template <std::size_t... I>
    Row readMembers(const mortise_value* cells, std::index_sequence<I...>) const {
        Row row{};
        const auto members = Row::columns();
        ((row.*std::get<I>(members) =
              cell<typename MemberValue<std::remove_cvref_t<decltype(std::get<I>(members))>>::type>(
                  cells, I)),
         ...);
        return row;
    }

    Row readFields(const mortise_value* cells) const {
        Row row{};
        std::size_t next = 0;
        schemaOf<Row>().forEach([&](const auto& field) {
            using Column = std::remove_cvref_t<decltype(field)>;
            if constexpr (!Column::kComputed) {
                field.of(row) = cell<typename Column::Type>(cells, columns_[next++]);
            }
        });
        return row;
    }

    const mortise_result& result_;
    // Only for rows by name: the column of each declared member.
    std::vector<std::uint32_t> columns_;
};

// The four ways to read a result. Each is a type with its value and a static function, so that the blocking and the awaitable
// interface share them.

template <class Row>
struct ReadAll {
    using Value = std::vector<Row>;
    static constexpr bool kReadsRows = true;
    static Value read(const mortise_result& result) {
        Value rows;
        if (result.row_count == 0) {
            return rows;
        }
        const RowReader<Row> reader(result);
        rows.reserve(static_cast<std::size_t>(result.row_count));
        for (std::uint64_t row = 0; row < result.row_count; ++row) {
            rows.push_back(reader.read(row));
        }
        return rows;
    }
};

template <class Row>
struct ReadOptional {
    using Value = std::optional<Row>;
    static constexpr bool kReadsRows = true;
    static Value read(const mortise_result& result) {
        if (result.row_count == 0) {
            return std::nullopt;
        }
        if (result.row_count > 1) {
            throw std::logic_error("the statement yields " + std::to_string(result.row_count) +
                                   " rows where at most one is expected");
        }
        return RowReader<Row>(result).read(0);
    }
};

template <class Row>
struct ReadOne {
    using Value = Row;
    static constexpr bool kReadsRows = true;
    static Value read(const mortise_result& result) {
        auto row = ReadOptional<Row>::read(result);
        if (!row) {
            throw std::logic_error("the statement yields no row where one is expected");
        }
        return std::move(*row);
    }
};

struct ReadAffected {
    using Value = std::uint64_t;
    static constexpr bool kReadsRows = false;
    static Value read(const mortise_result& result) { return result.affected_count; }
};

}  // namespace mortise::sqltext
