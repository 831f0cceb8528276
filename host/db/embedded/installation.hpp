// Installation: what this machine offers for a private PostgreSQL: the programs, and a user who may
// run them.
#pragma once

#include <filesystem>
#include <string>

#include "db/embedded/process.hpp"

namespace mortise::db {

/// Directory with `initdb` and `postgres`: `wanted` when it is not empty, otherwise the installed
/// version `major` or, with an empty `major`, the newest one. Throws mortise::Error
/// EMBEDDED_MISSING.
std::filesystem::path findBinaries(const std::filesystem::path& wanted, const std::string& major);

/// Whom to run as: nobody else unless we are root, then `postgres`, or `nobody`.
User findUser();

/// Empty when `user` can enter `directory`; otherwise the first parent that keeps it out.
std::filesystem::path firstClosedParent(const std::filesystem::path& directory, const User& user);

}  // namespace mortise::db
