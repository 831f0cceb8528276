#include "base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"

namespace mortise {

namespace {

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& path, int reason) {
    throw Error::internal("could not " + std::string(what) + " \"" + path.string() +
                          "\": " + std::system_category().message(reason));
}

void writeAll(int fd, std::string_view content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            fail("write", path, errno);
        }
        content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

// A rename is durable only once its directory is.
void syncDirectory(const std::filesystem::path& path) {
    const UniqueFd fd(
        ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) {
        ::fsync(fd.get());  // Some filesystems refuse it; the content itself is synced already.
    }
}

// A complete, synced file beside the target, removed again unless it gets the target's name.
class TemporaryFile {
public:
    TemporaryFile(const std::filesystem::path& target, std::string_view content, mode_t mode)
        : path_(target.string() + "." + quickHex(16) + ".tmp") {
        const UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        if (!fd) {
            fail("create", path_, errno);
        }
        exists_ = true;
        try {
            // The process's umask may have taken bits away that the caller asked for.
            if (::fchmod(fd.get(), mode) != 0) {
                fail("protect", path_, errno);
            }
            writeAll(fd.get(), content, path_);
            if (::fsync(fd.get()) != 0) {
                fail("sync", path_, errno);
            }
        } catch (const Error&) {
            remove();
            throw;
        }
    }
    ~TemporaryFile() { remove(); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    void replace(const std::filesystem::path& target) {
        if (std::rename(path_.c_str(), target.c_str()) != 0) {
            fail("replace", target, errno);
        }
        exists_ = false;
        syncDirectory(target.parent_path());
    }

    // A hard link never replaces, unlike a rename.
    bool become(const std::filesystem::path& target) {
        if (::link(path_.c_str(), target.c_str()) != 0) {
            if (errno == EEXIST) {
                return false;
            }
            fail("create", target, errno);
        }
        syncDirectory(target.parent_path());
        return true;
    }

private:
    void remove() noexcept {
        if (exists_) {
            ::unlink(path_.c_str());
            exists_ = false;
        }
    }

    std::filesystem::path path_;
    bool exists_ = false;
};

}  // namespace

std::string readFile(const std::filesystem::path& path, std::size_t size_max) {
    // Non-blocking: opening a pipe that nobody writes to would wait for ever.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        fail("open", path, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error::internal("could not read \"" + path.string() + "\": not a regular file");
    }
    std::string content;
    std::size_t size = 0;
    // The size may change while reading, so the bound is held against what was read.
    while (size <= size_max) {
        content.resize(std::min(size_max + 1, size + 64 * 1024));
        const ssize_t got = ::read(fd.get(), content.data() + size, content.size() - size);
        if (got < 0 && errno != EINTR) {
            fail("read", path, errno);
        }
        if (got == 0) {
            content.resize(size);
            return content;
        }
        size += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    throw Error::internal("could not read \"" + path.string() + "\": larger than " +
                          std::to_string(size_max) + " bytes");
}

void writeFileAtomically(const std::filesystem::path& path, std::string_view content, mode_t mode) {
    TemporaryFile(path, content, mode).replace(path);
}

bool createFileAtomically(const std::filesystem::path& path, std::string_view content,
                          mode_t mode) {
    return TemporaryFile(path, content, mode).become(path);
}

void makeDirectory(const std::filesystem::path& path, mode_t mode) {
    if (path.has_parent_path() && path.parent_path() != path) {
        std::error_code error;
        std::filesystem::create_directories(path.parent_path(), error);
        if (error) {
            fail("create directory", path.parent_path(), error.value());
        }
    }
    if (::mkdir(path.c_str(), mode) == 0) {
        if (::chmod(path.c_str(), mode) != 0) {
            fail("protect directory", path, errno);
        }
        return;
    }
    const int reason = errno;
    if (reason != EEXIST || !std::filesystem::is_directory(path)) {
        fail("create directory", path, reason);
    }
}

std::filesystem::path executableDirectory() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

}  // namespace mortise
