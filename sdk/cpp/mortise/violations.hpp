// Violations: everything that is wrong with one input, collected before anything is answered.
//
// A client gets all failing fields in one 422: {"email":["Invalid email format"],"items.0.qty":["Must be at least 1"]}. While
// readers walk the input, Scope objects on their stacks form the path to where they are; a path becomes text only when
// something is wrong, so valid input costs two pointer writes per field. The count is bounded: a hostile body of a million
// wrong items yields kCountMax messages.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/json_writer.hpp"

namespace mortise {

class Violations {
public:
    /// Messages kept; later ones are only counted. Bounds the size of an answer.
    static constexpr std::size_t kCountMax = 500;

    /// Bytes of one name in a path; what is longer is cut at a character.
    static constexpr std::size_t kSegmentSizeMax = 128;

    /// One failing place. `path` joins names and indexes with dots.
    struct Entry {
        std::string path;
        std::string message;
    };

    /// Says "we are inside `name`" (or item `index`) for as long as it lives.
    class Scope {
    public:
        Scope(Violations& violations, std::string_view name) noexcept
            : Scope(violations, name, kNoIndex) {}
        Scope(Violations& violations, std::size_t index) noexcept : Scope(violations, {}, index) {}
        ~Scope() { violations_.innermost_ = outer_; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        friend class Violations;
        static constexpr std::size_t kNoIndex = SIZE_MAX;
        Scope(Violations& violations, std::string_view name, std::size_t index) noexcept;

        Violations& violations_;
        const Scope* outer_;
        std::string_view name_;
        std::size_t index_;
    };

    /// `root_name` stands in for the path of the whole input.
    explicit Violations(std::string_view root_name = "body") : root_name_(root_name) {}
    Violations(const Violations& other)
        : entries_(other.entries_),
          count_(other.count_),
          root_name_(other.root_name_),
          takes_read_only_(other.takes_read_only_) {}
    Violations& operator=(const Violations&) = delete;

    /// Adds a message about the place we are in.
    void add(std::string_view message) { append(place({}), message); }

    /// Adds a message about `field` of the object we are in; dotted paths are allowed.
    void add(std::string_view field, std::string_view message) { append(place(field), message); }

    /// For what the plugin wrote itself: readOnly() fields are taken too, which clients have no say in.
    void takeReadOnly() noexcept { takes_read_only_ = true; }
    bool takesReadOnly() const noexcept { return takes_read_only_; }

    bool empty() const noexcept { return count_ == 0; }
    /// All that were found, also those beyond kCountMax.
    std::size_t count() const noexcept { return count_; }
    const std::vector<Entry>& entries() const noexcept { return entries_; }

    /// Messages about exactly this path, in the order they were found.
    std::vector<std::string_view> at(std::string_view path) const {
        std::vector<std::string_view> messages;
        for (const Entry& entry : entries_) {
            if (entry.path == path) {
                messages.emplace_back(entry.message);
            }
        }
        return messages;
    }

    /// The `errors` member of the envelope: an object from path to list of messages.
    std::string toJson() const {
        std::string json;
        JsonWriter writer(json);
        writer.beginObject();
        std::vector<bool> written(entries_.size(), false);
        for (std::size_t first = 0; first < entries_.size(); ++first) {
            if (written[first]) {
                continue;
            }
            writer.key(entries_[first].path);
            writer.beginArray();
            for (std::size_t other = first; other < entries_.size(); ++other) {
                if (!written[other] && entries_[other].path == entries_[first].path) {
                    writer.value(entries_[other].message);
                    written[other] = true;
                }
            }
            writer.endArray();
        }
        writer.endObject();
        return json;
    }

private:
    void append(std::string path, std::string_view message) {
        ++count_;
        if (entries_.size() < kCountMax) {
            entries_.push_back({std::move(path), std::string(message)});
        }
    }

    std::string place(std::string_view field) const {
        std::string path;
        appendScopes(path, innermost_);
        appendSegment(path, shortened(field));
        return path.empty() ? std::string(root_name_) : path;
    }

    static void appendScopes(std::string& path, const Scope* scope) {
        if (scope == nullptr) {
            return;
        }
        appendScopes(path, scope->outer_);
        if (scope->index_ == Scope::kNoIndex) {
            appendSegment(path, shortened(scope->name_));
            return;
        }
        char text[24];
        const auto end = std::to_chars(text, text + sizeof text, scope->index_);
        appendSegment(path, {text, static_cast<std::size_t>(end.ptr - text)});
    }

    /// Keys of maps and unknown fields come from the client: their full length in every path would make a small body answer
    /// with hundreds of megabytes.
    static std::string_view shortened(std::string_view segment) noexcept {
        std::size_t size = std::min(segment.size(), kSegmentSizeMax);
        while (size < segment.size() &&
               (static_cast<unsigned char>(segment[size]) & 0xC0u) == 0x80u) {
            --size;
        }
        return segment.substr(0, size);
    }

    static void appendSegment(std::string& path, std::string_view segment) {
        if (!path.empty() && !segment.empty()) {
            path += '.';
        }
        path += segment;
    }

    std::vector<Entry> entries_;
    std::size_t count_ = 0;
    std::string_view root_name_;
    bool takes_read_only_ = false;
    const Scope* innermost_ = nullptr;
};

// g++ does not see that the destructor takes the address of the local variable back.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif
inline Violations::Scope::Scope(Violations& violations, std::string_view name,
                                std::size_t index) noexcept
    : violations_(violations), outer_(violations.innermost_), name_(name), index_(index) {
    violations.innermost_ = this;
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

}  // namespace mortise
