#include "db/embedded/installation.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <system_error>

#include "base/error.hpp"

namespace mortise::db {

namespace {

namespace fs = std::filesystem;

constexpr const char* kVersionsDirectory = "/usr/lib/postgresql";  // Debian's layout.

bool hasPrograms(const fs::path& directory) {
    return ::access((directory / "initdb").c_str(), X_OK) == 0 &&
           ::access((directory / "postgres").c_str(), X_OK) == 0;
}

int majorOf(const fs::path& directory) {
    const std::string name = directory.filename().string();
    int major = 0;
    std::from_chars(name.data(), name.data() + name.size(), major);
    return major;
}

bool mayEnter(const struct stat& info, const User& user) noexcept {
    if (info.st_uid == user.user_id) {
        return (info.st_mode & S_IXUSR) != 0;
    }
    if (info.st_gid == user.group_id) {
        return (info.st_mode & S_IXGRP) != 0;
    }
    return (info.st_mode & S_IXOTH) != 0;
}

bool lookUp(const char* name, User& user) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
        return false;
    }
    user = {name, entry.pw_uid, entry.pw_gid};
    return true;
}

}  // namespace

fs::path findBinaries(const fs::path& wanted, const std::string& major) {
    if (!wanted.empty()) {
        if (!hasPrograms(wanted)) {
            throw Error(503, "EMBEDDED_MISSING",
                        "no initdb and postgres in \"" + wanted.string() + "\"");
        }
        return wanted;
    }
    fs::path newest;
    int newest_major = 0;
    std::error_code ignored;  // A missing directory is the same as an empty one.
    for (const auto& entry : fs::directory_iterator(kVersionsDirectory, ignored)) {
        const int found = majorOf(entry.path());
        const bool fits = major.empty() || entry.path().filename() == major;
        if (fits && found > newest_major && hasPrograms(entry.path() / "bin")) {
            newest_major = found;
            newest = entry.path() / "bin";
        }
    }
    if (newest.empty()) {
        throw Error(503, "EMBEDDED_MISSING",
                    major.empty() ? "no PostgreSQL is installed under /usr/lib/postgresql"
                                  : "the data belongs to PostgreSQL " + major +
                                        ", which is not installed under /usr/lib/postgresql");
    }
    return newest;
}

User findUser() {
    User user;
    if (::geteuid() != 0) {
        user.user_id = ::geteuid();
        user.group_id = ::getegid();
        return user;
    }
    if (!lookUp("postgres", user) && !lookUp("nobody", user)) {
        throw Error(503, "EMBEDDED_MISSING",
                    "PostgreSQL refuses root and there is no user \"postgres\" or \"nobody\"");
    }
    return user;
}

fs::path firstClosedParent(const fs::path& directory, const User& user) {
    fs::path place;
    for (const fs::path& part : directory) {
        place /= part;
        struct stat info {};
        if (::stat(place.c_str(), &info) != 0 || !mayEnter(info, user)) {
            return place;
        }
    }
    return {};
}

}  // namespace mortise::db
