// handler_files: uploaded files as parameters of a handler.
//
//   PhotoResponse add(File<"photo"> photo, Form<PhotoForm> form)     one file (422 when it is missing) and the other fields
//   void attach(Files<"attachments"> files)                          any number of files of one field, none too
//   void edit(std::optional<File<"photo">> photo)                    one file or none
//
// A route with a file takes multipart/form-data and nothing else: the host answers 415 to other types. Files are views into the
// body, which lives until the request ends. How large a body may be says bodySizeMax() of the route.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mortise/handler_facts.hpp"
#include "mortise/multipart.hpp"

namespace mortise {

/// One uploaded file.
class UploadedFile {
public:
    UploadedFile() = default;
    explicit UploadedFile(const MultipartPart& part) noexcept : part_(part) {}

    std::string_view bytes() const noexcept { return part_.content; }
    std::size_t size() const noexcept { return part_.content.size(); }
    /// As the client says; look at the bytes before you trust it. "text/plain" when it says nothing (RFC 7578, section 4.4).
    std::string_view contentType() const noexcept {
        return part_.content_type.empty() ? std::string_view("text/plain") : part_.content_type;
    }
    /// The last part of the name the client gave, never a path. It is a label, not a name to store a file under.
    std::string filename() const {
        std::string name;
        const std::string_view raw = part_.filename;
        for (std::size_t at = 0; at < raw.size(); ++at) {
            const std::string_view rest = raw.substr(at);
            if (rest.starts_with("%22") || rest.starts_with("\\\"")) {
                name += '"';  // browsers write the one, older clients the other
                at += rest.front() == '%' ? 2U : 1U;
            } else if (rest.front() == '/' || rest.front() == '\\') {
                name.clear();
            } else {
                name += rest.front();
            }
        }
        return name == "." || name == ".." ? std::string() : name;
    }

private:
    MultipartPart part_;
};

/// The file of the field `kName`.
template <FixedText kName>
class File : public UploadedFile {
public:
    File() = default;
    explicit File(const UploadedFile& file) noexcept : UploadedFile(file) {}
    static constexpr std::string_view kText = kName.view();
};

/// All files of the field `kName`.
template <FixedText kName>
class Files : public std::vector<UploadedFile> {
public:
    using std::vector<UploadedFile>::vector;
    static constexpr std::string_view kText = kName.view();
};

namespace detail {

/// The body of the request as a form, taken apart once per request.
inline const MultipartForm& formOf(RequestScope& scope) {
    if (!scope.form) {
        const Request request(*scope.request);
        scope.form = std::make_shared<const MultipartForm>(
            request.header("content-type").value_or(""), request.body());
    }
    return *scope.form;
}

/// A browser sends an unnamed empty file for an input that was left empty.
inline bool isGivenFile(const MultipartPart& part, std::string_view name) noexcept {
    return part.name == name && !(part.is_file && part.filename.empty() && part.content.empty());
}

/// The files of a field; a text field of this name is a violation.
inline std::vector<UploadedFile> filesOf(RequestScope& scope, std::string_view name) {
    std::vector<UploadedFile> files;
    for (const MultipartPart& part : formOf(scope).parts()) {
        if (!isGivenFile(part, name)) {
            continue;
        }
        if (!part.is_file) {
            scope.violations.add("Must be a file");
            return {};
        }
        files.emplace_back(part);
    }
    return files;
}

template <class P>
inline constexpr bool kIsFile = false;
template <FixedText kName>
inline constexpr bool kIsFile<File<kName>> = true;

template <class P>
inline constexpr bool kIsFiles = false;
template <FixedText kName>
inline constexpr bool kIsFiles<Files<kName>> = true;

template <class P>
requires kIsFile<PresentOf<std::remove_cvref_t<P>>>
struct Argument<RequestScope, P> {
    using Value = std::remove_cvref_t<P>;
    static constexpr std::string_view kName = PresentOf<Value>::kText;
    static constexpr bool kIsRequired = !kIsNullable<Value>;

    static void describe(SignatureFacts& facts) {
        facts.file_uses.push_back({kName, kIsRequired, false});
    }
    explicit Argument(RequestScope& scope) {
        const Violations::Scope place(scope.violations, kName);
        const std::size_t found_before = scope.violations.count();
        const std::vector<UploadedFile> files = filesOf(scope, kName);
        if (files.size() > 1) {
            scope.violations.add("Must be given only once");
        } else if (files.size() == 1) {
            const UploadedFile& only = files.front();
            file = Value(PresentOf<Value>(only));
        } else if (kIsRequired && scope.violations.count() == found_before) {
            scope.violations.add("Field is required");
        }
    }
    Value& get() { return file; }
    Value file;
};

template <class P>
requires kIsFiles<std::remove_cvref_t<P>>
struct Argument<RequestScope, P> {
    using Value = std::remove_cvref_t<P>;

    static void describe(SignatureFacts& facts) {
        facts.file_uses.push_back({Value::kText, false, true});
    }
    explicit Argument(RequestScope& scope) {
        const Violations::Scope place(scope.violations, Value::kText);
        const std::vector<UploadedFile> found = filesOf(scope, Value::kText);
        files.assign(found.begin(), found.end());
    }
    Value& get() { return files; }
    Value files;
};

}  // namespace detail

}  // namespace mortise
