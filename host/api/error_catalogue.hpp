// ErrorCatalogue: every error code a client may see, with its one status and its standard text.
//
// A code means one status everywhere. Two plugins may declare the same code, since one may answer with what another one told
// it, but only with the same status; the first text stays. A catalogue is a value: it is built anew for every publish, read
// by the OpenAPI document and by whoever judges a plugin before it is loaded.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mortise::api {

/// A code of the host. Texts are for clients: no internals, a next step where there is one.
struct HostError {
    std::string_view code;
    int status;
    std::string_view message;
};

/// All codes of the host, sorted by code.
std::span<const HostError> hostErrors() noexcept;
/// nullptr for a code that is not the host's.
const HostError* findHostError(std::string_view code) noexcept;
/// Standard text of a status for which no code says more: "OK", "Created", "Resource not found", ...
std::string_view standardMessage(int status) noexcept;
/// Host code that stands for a status when nothing more is known: NOT_FOUND for 404, BAD_REQUEST for other 4xx,
/// INTERNAL_ERROR for the rest.
std::string_view standardCode(int status) noexcept;

struct ErrorEntry {
    std::string code;
    int status = 0;
    std::string message;
    std::string owner;  ///< Plugin that declared it first, "host" for the host's.
};

class ErrorCatalogue {
public:
    /// Holds the host's codes.
    ErrorCatalogue();

    /// Adds a code of a plugin. Returns what stands against it, e.g. `error code EMAIL_TAKEN means 409 (plugin users), not 400
    /// (plugin shop)`; nothing was added then. An entry that is there already with the same status is no conflict.
    std::optional<std::string> add(ErrorEntry entry);

    const ErrorEntry* find(std::string_view code) const noexcept;
    /// By code.
    const std::map<std::string, ErrorEntry, std::less<>>& entries() const noexcept {
        return entries_;
    }

private:
    std::map<std::string, ErrorEntry, std::less<>> entries_;
};

/// True for UPPER_SNAKE of at most 47 characters, what the contract with plugins has room for.
bool isErrorCode(std::string_view code) noexcept;

}  // namespace mortise::api
