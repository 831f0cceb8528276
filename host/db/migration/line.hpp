// Line: the files of a plugin as checked pairs, in order.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "db/migrator.hpp"

namespace mortise::db {

struct Migration {
    unsigned version = 0;
    std::string name;  ///< `verb_noun`
    std::string up_file;
    std::string up;
    std::string up_sha256;
    std::string down_file;
    std::string down;

    bool wantsTransaction(const std::string& sql) const;
};

struct CheckedLine {
    std::string plugin;
    std::vector<Migration> migrations;  ///< Version n stands at n - 1.
    std::vector<MigrationLine::Requirement> requirements;
};

/// Pairs the files; every reason why they are refused goes to `reasons`.
CheckedLine checkLine(const MigrationLine& line, std::vector<std::string>& reasons);

/// All lines, each after those it requires. Throws mortise::Error MIGRATION_INVALID with every
/// reason.
std::vector<CheckedLine> checkLines(std::span<const MigrationLine> lines);

/// Lower-case hexadecimal.
std::string sha256Of(const std::string& text);

}  // namespace mortise::db
