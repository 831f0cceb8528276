// redirect: answers that send the client elsewhere.
//
//   return Redirect("/api/v1/notes/7");                     303: look there, with GET
//   return Redirect::permanent("https://new.example.com/"); 308: moved for good, same method
//
// A target is a URI reference (RFC 3986): printable ASCII without blanks and quotes, so that a text of a client can neither end
// the header line nor begin another one. A text that is none is refused when the answer is made. Redirect::local() refuses other
// hosts too; take it when the target comes from the client.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace mortise {

namespace detail {

/// What browsers and proxies take; longer ones are lost on the way.
inline constexpr std::size_t kLocationSizeMax = 8000;

/// Characters of a URI reference, in any order.
constexpr bool isUriText(std::string_view text) noexcept {
    for (const char c : text) {
        if (c <= ' ' || c >= '\x7f' ||
            std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos) {
            return false;
        }
    }
    return !text.empty() && text.size() <= kLocationSizeMax;
}

constexpr bool isRedirectStatus(int status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace detail

/// An answer without body. Throws std::invalid_argument when the target or the status cannot be sent.
class Redirect {
public:
    /// The status of the route when it says one, otherwise 303 See Other.
    explicit Redirect(std::string location) : Redirect(std::move(location), 0) {}
    Redirect(std::string location, int status) : location_(std::move(location)), status_(status) {
        if (!detail::isUriText(location_)) {
            throw std::invalid_argument("the target of a redirect is no URI reference");
        }
        if (status_ != 0 && !detail::isRedirectStatus(status_)) {
            throw std::invalid_argument("a redirect answers 301, 302, 303, 307 or 308");
        }
    }

    /// 301: for good; old clients turn POST into GET.
    static Redirect moved(std::string location) { return {std::move(location), 301}; }
    /// 302: for now; old clients turn POST into GET.
    static Redirect found(std::string location) { return {std::move(location), 302}; }
    /// 303: look there, with GET.
    static Redirect seeOther(std::string location) { return {std::move(location), 303}; }
    /// 307: for now, with the same method and body.
    static Redirect temporary(std::string location) { return {std::move(location), 307}; }
    /// 308: for good, with the same method and body.
    static Redirect permanent(std::string location) { return {std::move(location), 308}; }

    /// A path on this host. Throws for "//elsewhere.example.com" and everything else that leads away.
    static Redirect local(std::string path) {
        if (!path.starts_with('/') || path.starts_with("//")) {
            throw std::invalid_argument("the target of a local redirect is no path of this host");
        }
        return Redirect(std::move(path));
    }

    const std::string& location() const noexcept { return location_; }
    /// 0 takes the route's own.
    int status() const noexcept { return status_; }

private:
    std::string location_;
    int status_;
};

}  // namespace mortise
