// The settings of the users plugin as plain values; plugin.cpp fills them from the configuration.
#pragma once

#include <chrono>
#include <string>

namespace users {

struct Settings {
    /// Wrong passwords in a row after which a lock begins; 0 never locks.
    int login_failures_max = 5;
    /// How long a lock lasts, and how long a wrong password is remembered.
    std::chrono::minutes lock_duration{30};
    /// Empty: no account is created at start.
    std::string bootstrap_admin_email;
    std::string bootstrap_admin_password;
};

}  // namespace users
