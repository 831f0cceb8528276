// handler_values: the types a handler names in its signature: where an argument comes from, and what an answer is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/fixed_text.hpp"

namespace mortise {

/// A value taken from a part of the request; used like a pointer to it: `*id`, `query->page`.
template <class T>
struct Taken {
    T value{};

    const T& operator*() const noexcept { return value; }
    const T* operator->() const noexcept { return &value; }
    operator const T&() const noexcept { return value; }
};

/// A path parameter. T is an integer (the host answers 422 for others), Uuid, std::string or a described enum.
template <FixedText kName, class T>
struct Path : Taken<T> {};

/// The query, read through T::schema().
template <class T>
struct Query : Taken<T> {};

/// The JSON body, read through T::schema(). In an operation: the input.
template <class T>
struct Body : Taken<T> {};

/// The body of a route that takes JSON or `application/x-www-form-urlencoded`, read through one schema. Beside File<> the
/// other fields of the multipart form.
template <class T>
struct Form : Taken<T> {};

/// The arguments of a job.
template <class T>
struct Args : Taken<T> {};

using HeaderField = std::pair<std::string, std::string>;

/// 201 with `Location`.
template <class T>
struct Created {
    T data;
    std::string location;
};

/// 202: taken, not yet done; `Location` leads to where the state of it can be seen.
template <class T>
struct Accepted {
    T data;
    std::string location = {};
};

/// 204.
struct NoContent {};

/// An answer with a status, a message or headers of its own:
/// `return Reply(NoteResponse{...}).status(200).message("Saved").header("ETag", tag);`
template <class T>
class Reply {
public:
    explicit Reply(T value) : data_(std::move(value)) {}

    Reply& status(int http_status) & {
        status_ = http_status;
        return *this;
    }
    Reply& message(std::string text) & {
        message_ = std::move(text);
        return *this;
    }
    Reply& header(std::string name, std::string value) & {
        headers_.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    Reply&& status(int http_status) && { return std::move(status(http_status)); }
    Reply&& message(std::string text) && { return std::move(message(std::move(text))); }
    Reply&& header(std::string name, std::string value) && {
        return std::move(header(std::move(name), std::move(value)));
    }

    const T& data() const noexcept { return data_; }
    /// 0 takes the route's own.
    int statusValue() const noexcept { return status_; }
    /// Empty takes the route's own.
    const std::string& messageText() const noexcept { return message_; }
    const std::vector<HeaderField>& headers() const noexcept { return headers_; }

private:
    T data_;
    int status_ = 0;
    std::string message_;
    std::vector<HeaderField> headers_;
};

/// An answer without envelope, for formats that others have fixed (OAuth2 tokens, JWKS, files).
struct RawReply {
    int status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<HeaderField> headers = {};
};

}  // namespace mortise
