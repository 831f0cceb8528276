#include "plugin/store.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "limits.hpp"

namespace mortise::plugin {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "plugin.so";
constexpr int kServerError = 500;
constexpr int kUnprocessable = 422;

std::string reasonOf(int error_number) {
    return std::generic_category().message(error_number);
}

[[noreturn]] void failWrite(const fs::path& path, int error_number) {
    throw Error(kServerError, "STORE_WRITE",
                "could not write \"" + path.string() + "\": " + reasonOf(error_number));
}

class Sha256 {
public:
    Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
    void add(const char* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
    std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
        constexpr const char* kDigits = "0123456789abcdef";
        std::string text;
        for (unsigned i = 0; i < size; ++i) {
            text += kDigits[digest[i] >> 4];
            text += kDigits[digest[i] & 15];
        }
        return text;
    }

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

// Non-blocking, so that a named pipe is refused instead of waited for.
UniqueFd openSource(const fs::path& path, int flags) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags));
    const int error_number = errno;
    struct stat facts {};
    if (!fd || ::fstat(fd.get(), &facts) != 0) {
        throw Error(kUnprocessable, "FILE_UNREADABLE",
                    "could not open \"" + path.string() + "\": " + reasonOf(error_number));
    }
    if (!S_ISREG(facts.st_mode)) {
        throw Error(kUnprocessable, "FILE_UNREADABLE",
                    "\"" + path.string() + "\" is not a regular file");
    }
    return fd;
}

void writeAll(int fd, const char* data, std::size_t size, const fs::path& path) {
    while (size > 0) {
        const ssize_t done = ::write(fd, data, size);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            failWrite(path, done == 0 ? ENOSPC : errno);
        }
        data += done;
        size -= static_cast<std::size_t>(done);
    }
}

// Reads the source once; what is hashed is what is written. `target` may be -1.
std::string copyHashing(int source, const fs::path& source_path, int target,
                        const fs::path& target_path) {
    Sha256 hash;
    std::vector<char> buffer(256 * 1024);
    std::size_t total = 0;
    while (true) {
        const ssize_t got = ::read(source, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw Error(kUnprocessable, "FILE_UNREADABLE",
                        "could not read \"" + source_path.string() + "\": " + reasonOf(errno));
        }
        if (got == 0) {
            return hash.hex();
        }
        total += static_cast<std::size_t>(got);
        if (total > limits::kPluginFileSizeMax) {
            throw Error(kUnprocessable, "FILE_TOO_LARGE",
                        "\"" + source_path.string() + "\" is larger than " +
                            std::to_string(limits::kPluginFileSizeMax) + " bytes");
        }
        hash.add(buffer.data(), static_cast<std::size_t>(got));
        if (target >= 0) {
            writeAll(target, buffer.data(), static_cast<std::size_t>(got), target_path);
        }
    }
}

void syncDirectory(const fs::path& directory) {
    const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        failWrite(directory, errno);
    }
}

// Directories of the store are real ones: through a link the files would belong to somebody else.
void makeDirectory(const fs::path& directory) {
    struct stat facts {};
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
        failWrite(directory, errno);
    }
    if (::lstat(directory.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) {
        throw Error(kServerError, "STORE_ALTERED",
                    "\"" + directory.string() + "\" in the store is not a directory");
    }
}

bool isDirectory(const fs::path& path) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

void removeQuietly(const fs::path& path) noexcept {
    std::error_code ignored;  // Left-overs are swept at the next start.
    fs::remove_all(path, ignored);
}

}  // namespace

Incoming::Incoming(fs::path path, std::string sha256)
    : path_(std::move(path)), sha256_(std::move(sha256)) {}

Incoming::Incoming(Incoming&& other) noexcept
    : path_(std::exchange(other.path_, {})), sha256_(std::move(other.sha256_)) {}

Incoming& Incoming::operator=(Incoming&& other) noexcept {
    path_.swap(other.path_);
    sha256_.swap(other.sha256_);
    return *this;
}

Incoming::~Incoming() {
    if (!path_.empty()) {
        removeQuietly(path_);
    }
}

Store::Store(fs::path directory) : directory_(std::move(directory)) {
    std::error_code failure;
    fs::create_directories(directory_.parent_path(), failure);
    makeDirectory(directory_);
    directory_ = fs::canonical(directory_);
    sweep();
}

void Store::sweep() const {
    const auto is_left_over = [](const fs::path& path) {
        const std::string name = path.filename().string();
        return name.starts_with("incoming-") || name.starts_with("gen-");
    };
    std::vector<fs::path> left;
    for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
        if (is_left_over(entry.path())) {
            left.push_back(entry.path());
        }
    }
    std::for_each(left.begin(), left.end(), removeQuietly);
}

Incoming Store::receive(const fs::path& source) const {
    const UniqueFd from = openSource(source, 0);
    std::string name = (directory_ / "incoming-XXXXXX.so").string();
    const UniqueFd to(::mkostemps(name.data(), 3, O_CLOEXEC));
    if (!to) {
        failWrite(name, errno);
    }
    Incoming incoming(name, "");  // From here on the file is removed when something fails.
    incoming.sha256_ = copyHashing(from.get(), source, to.get(), name);
    if (::fchmod(to.get(), 0444) != 0 || ::fsync(to.get()) != 0) {
        failWrite(name, errno);
    }
    return incoming;
}

fs::path Store::place(std::string_view plugin, std::string_view version,
                      std::string_view sha256) const {
    return directory_ / std::string(plugin) / (std::string(version) + "-" + std::string(sha256));
}

StoredFile Store::keep(Incoming incoming, std::string_view plugin, std::string_view version) const {
    const fs::path directory = place(plugin, version, incoming.sha256());
    makeDirectory(directory.parent_path());
    makeDirectory(directory);
    StoredFile file{directory / kFileName, std::string(plugin), std::string(version),
                    incoming.sha256()};
    if (::rename(incoming.path().c_str(), file.path.c_str()) != 0) {
        failWrite(file.path, errno);
    }
    incoming.path_.clear();
    syncDirectory(directory);
    syncDirectory(directory.parent_path());
    return file;
}

StoredFile Store::find(std::string_view plugin, std::string_view version,
                       std::string_view sha256) const {
    const fs::path directory = place(plugin, version, sha256);
    StoredFile file{directory / kFileName, std::string(plugin), std::string(version),
                    std::string(sha256)};
    struct stat facts {};
    if (::lstat(file.path.c_str(), &facts) != 0) {
        throw Error(kUnprocessable, "STORE_MISSING",
                    "\"" + file.path.string() + "\" is not in the store");
    }
    if (!S_ISREG(facts.st_mode) || !isDirectory(directory) ||
        !isDirectory(directory.parent_path())) {
        throw Error(
            kUnprocessable, "STORE_ALTERED",
            "\"" + file.path.string() + "\" leads out of the store through a symbolic link");
    }
    if (fileSha256(file.path) != sha256) {
        throw Error(kUnprocessable, "STORE_ALTERED",
                    "\"" + file.path.string() + "\" does not have the hash it is stored under");
    }
    return file;
}

fs::path Store::privateCopy(const StoredFile& file, std::uint64_t generation_number) const {
    fs::path copy = file.path.parent_path() / ("gen-" + std::to_string(generation_number) + ".so");
    UniqueFd from;
    try {
        from = openSource(file.path, O_NOFOLLOW);
    } catch (const Error& failure) {
        throw Error(kUnprocessable, "STORE_ALTERED", "the stored file cannot be used", failure);
    }
    removeQuietly(copy);
    const UniqueFd to(
        ::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0500));
    if (!to) {
        failWrite(copy, errno);
    }
    Incoming guard(copy, "");  // Removed unless all went well.
    if (copyHashing(from.get(), file.path, to.get(), copy) != file.sha256) {
        throw Error(kUnprocessable, "STORE_ALTERED",
                    "\"" + file.path.string() + "\" does not have the hash it is stored under");
    }
    guard.path_.clear();
    return copy;
}

void Store::prune(std::string_view plugin,
                  const std::vector<std::string>& sha256_in_use) const noexcept {
    try {
        std::vector<std::pair<fs::file_time_type, fs::path>> kept;
        for (const auto& entry : fs::directory_iterator(directory_ / std::string(plugin))) {
            const std::string name = entry.path().filename().string();
            const bool used =
                std::any_of(sha256_in_use.begin(), sha256_in_use.end(),
                            [&](const std::string& hash) { return name.ends_with(hash); });
            if (!used) {
                kept.emplace_back(fs::last_write_time(entry.path()), entry.path());
            }
        }
        std::sort(kept.begin(), kept.end(), std::greater<>());
        for (std::size_t i = limits::kStoredVersionCountMax; i < kept.size(); ++i) {
            removeQuietly(kept[i].second);
        }
    } catch (const std::exception&) {
        // Old files cost disk space only; the next change tries again.
    }
}

std::string fileSha256(const fs::path& path) {
    const UniqueFd fd = openSource(path, 0);
    return copyHashing(fd.get(), path, -1, {});
}

}  // namespace mortise::plugin
