// multipart: bodies of type multipart/form-data (RFC 7578 on top of RFC 2046, section 5.1), taken apart without copying.
//
//   --boundary CRLF
//   Content-Disposition: form-data; name="photo"; filename="cat.png" CRLF
//   Content-Type: image/png CRLF
//   CRLF
//   <bytes> CRLF
//   --boundary-- CRLF
//
// The host holds the whole body in memory before the handler runs, so every part is a view into it. What is malformed, and what
// goes beyond the bounds below, is answered 400 with a sentence that says so. A body is read once, front to back, whatever it
// contains. Missing on purpose: parts inside of parts, transfer encodings (RFC 7578 retired them) and `filename*` (it forbids it).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/errors.hpp"
#include "mortise/header_parameters.hpp"
#include "mortise/host.hpp"
#include "mortise/utf8.hpp"

namespace mortise {

/// One part. Views into the body.
struct MultipartPart {
    /// As it stands between the quotes, escapes included.
    std::string_view name;
    std::string_view filename;
    std::string_view content_type;
    std::string_view content;
    /// It has a filename, so it is a file and not a text field.
    bool is_file = false;
};

namespace detail {

/// Parts of one body. Nobody's form has more fields, and looking them up is linear.
inline constexpr std::size_t kPartCountMax = 128;
/// Bytes of the header of one part; browsers send about 150 and a file name.
inline constexpr std::size_t kPartHeaderSizeMax = 4096;
/// Bytes of the name of a field.
inline constexpr std::size_t kPartNameSizeMax = 256;
/// RFC 2046, section 5.1.1.
inline constexpr std::size_t kBoundarySizeMax = 70;

[[noreturn]] inline void refuseMultipart(std::string_view reason) {
    throw AppError(codes::BAD_REQUEST,
                   std::string("The multipart body cannot be read: ") += reason);
}

inline bool isMultipartType(std::string_view content_type) noexcept {
    return equalsLower(ParameterReader(content_type).value(), "multipart/form-data");
}

/// The boundary a Content-Type names; throws when it names none that can be one.
inline std::string_view boundaryOf(std::string_view content_type) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ";
    ParameterReader reader(content_type);
    static_cast<void>(reader.value());
    std::string_view name, text, boundary;
    while (reader.next(name, text)) {
        if (equalsLower(name, "boundary")) {
            boundary = text;
        }
    }
    if (reader.isBroken() || boundary.empty() || boundary.size() > kBoundarySizeMax ||
        boundary.back() == ' ' || boundary.find_first_not_of(kAllowed) != std::string_view::npos) {
        refuseMultipart("the content type names no boundary");
    }
    return boundary;
}

}  // namespace detail

/// The parts of one body; views into it.
class MultipartForm {
public:
    /// Throws AppError (BAD_REQUEST).
    MultipartForm(std::string_view content_type, std::string_view body) : body_(body) {
        delimiter_ = "\r\n--";
        delimiter_ += detail::boundaryOf(content_type);
        skipPreamble();
        while (!atEnd()) {
            if (parts_.size() == detail::kPartCountMax) {
                detail::refuseMultipart("it has too many parts");
            }
            readPart();
        }
        collectFields();
    }
    MultipartForm(const MultipartForm&) = delete;
    MultipartForm& operator=(const MultipartForm&) = delete;

    const std::vector<MultipartPart>& parts() const noexcept { return parts_; }
    /// The text fields: parts without a filename.
    const std::vector<mortise_pair>& fields() const noexcept { return fields_; }

private:
    /// To behind the first delimiter, which may stand at the very beginning.
    void skipPreamble() {
        const std::string_view first = std::string_view(delimiter_).substr(2);
        if (body_.starts_with(first)) {
            at_ = first.size();
            return;
        }
        const std::size_t found = body_.find(delimiter_);
        if (found == std::string_view::npos) {
            detail::refuseMultipart("its boundary does not occur");
        }
        at_ = found + delimiter_.size();
    }

    /// Behind a delimiter: whether it was the last one. Otherwise goes on to the next line.
    bool atEnd() {
        if (body_.substr(at_).starts_with("--")) {
            return true;
        }
        while (at_ < body_.size() && (body_[at_] == ' ' || body_[at_] == '\t')) {
            ++at_;
        }
        if (!body_.substr(at_).starts_with("\r\n")) {
            detail::refuseMultipart("a boundary is not the end of its line");
        }
        at_ += 2;
        return false;
    }

    void readPart() {
        MultipartPart part;
        readHeader(part);
        // A part without content may end with the blank line after its header.
        const std::size_t end = body_.find(delimiter_, at_ - 2);
        if (end == std::string_view::npos) {
            detail::refuseMultipart("its last boundary is missing");
        }
        part.content = end < at_ ? std::string_view() : body_.substr(at_, end - at_);
        at_ = end + delimiter_.size();
        parts_.push_back(part);
    }

    void readHeader(MultipartPart& part) {
        const std::size_t start = at_;
        bool is_named = false;
        for (std::string_view line = readLine(start); !line.empty(); line = readLine(start)) {
            const std::size_t colon = line.find(':');
            if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' ||
                line.front() == '\t') {
                detail::refuseMultipart("the header of a part is malformed");
            }
            const std::string_view name = line.substr(0, colon);
            const std::string_view value = detail::trimmedBlanks(line.substr(colon + 1));
            if (detail::equalsLower(name, "content-disposition") && !is_named) {
                readDisposition(value, part);
                is_named = true;
            } else if (detail::equalsLower(name, "content-disposition")) {
                detail::refuseMultipart("a part is named twice");
            } else if (detail::equalsLower(name, "content-type")) {
                part.content_type = value;
            } else if (detail::equalsLower(name, "content-transfer-encoding")) {
                refuseEncoding(value);
            }
        }
        if (!is_named) {
            detail::refuseMultipart("a part has no Content-Disposition");
        }
    }

    std::string_view readLine(std::size_t header_start) {
        const std::size_t room = detail::kPartHeaderSizeMax - (at_ - header_start);
        const std::size_t size = body_.substr(at_, room).find("\r\n");
        if (size == std::string_view::npos) {
            detail::refuseMultipart(body_.size() - at_ > room ? "the header of a part is too long"
                                                              : "the header of a part is cut off");
        }
        const std::string_view line = body_.substr(at_, size);
        at_ += size + 2;
        for (const char c : line) {
            if ((c >= '\0' && c < ' ' && c != '\t') || c == '\x7f') {
                detail::refuseMultipart("the header of a part has control characters");
            }
        }
        return line;
    }

    static void readDisposition(std::string_view value, MultipartPart& part) {
        detail::ParameterReader reader(value);
        bool is_form = detail::equalsLower(reader.value(), "form-data");
        std::string_view name, text;
        while (reader.next(name, text)) {
            if (detail::equalsLower(name, "name")) {
                is_form = is_form && part.name.empty();
                part.name = text;
            } else if (detail::equalsLower(name, "filename")) {
                is_form = is_form && !part.is_file;
                part.filename = text;
                part.is_file = true;
            } else if (detail::equalsLower(name, "filename*")) {
                is_form = false;
            }
        }
        if (!is_form || reader.isBroken() || part.name.empty() ||
            part.name.size() > detail::kPartNameSizeMax || !utf8::isValid(part.name) ||
            !utf8::isValid(part.filename)) {
            detail::refuseMultipart("the Content-Disposition of a part is malformed");
        }
    }

    static void refuseEncoding(std::string_view value) {
        if (!detail::equalsLower(value, "binary") && !detail::equalsLower(value, "8bit") &&
            !detail::equalsLower(value, "7bit")) {
            detail::refuseMultipart("a part has a transfer encoding");
        }
    }

    void collectFields() {
        for (const MultipartPart& part : parts_) {
            if (part.is_file) {
                continue;
            }
            if (!utf8::isValid(part.content)) {
                detail::refuseMultipart("a text field is not UTF-8");
            }
            fields_.push_back({detail::str(part.name), detail::str(part.content)});
        }
    }

    std::string_view body_;
    std::size_t at_ = 0;
    std::string delimiter_;
    std::vector<MultipartPart> parts_;
    std::vector<mortise_pair> fields_;
};

}  // namespace mortise
