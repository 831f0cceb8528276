// Thread tags: what the headers say about threads ([control], [request], [reactor], [any]), asserted.
//
// Problem: a call from the wrong thread works by luck: it blocks an event loop for a moment, or races once a week.
// Choice:  in a debug build every function with a tag stands in its table behind a check, which ends the process and names the
//          function, its tag and the thread; in a release build the table holds the function itself. The kinds of thread are those
//          the host gave its own; a thread it did not start is judged by [reactor] only, since tests and C plugins bring such.
// A test compares the tags of the headers with those in the tables.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mortise::bridge {

enum class ThreadTag : std::uint8_t {
    Control,
    Request,
    Reactor,
    ControlOrRequest,
    RequestOrReactor
};

/// Ends the process when the calling thread is none that `tag` allows. `function` is "mortise_db.execute".
void requireThread(ThreadTag tag, std::string_view function) noexcept;

/// A text that can be an argument of a template.
template <std::size_t kSize>
struct FunctionName {
    // Implicit: a name is written as a literal.
    consteval FunctionName(const char (&literal)[kSize]) {
        std::copy_n(literal, kSize, text.begin());
    }
    constexpr std::string_view view() const { return {text.data(), kSize - 1}; }
    std::array<char, kSize> text{};
};

template <FunctionName kName, ThreadTag kTag, auto kFunction, typename = decltype(kFunction)>
struct Tagged;

template <FunctionName kName, ThreadTag kTag, auto kFunction, typename Result,
          typename... Arguments>
struct Tagged<kName, kTag, kFunction, Result (*)(Arguments...)> {
    static Result call(Arguments... arguments) {
        requireThread(kTag, kName.view());
        return kFunction(arguments...);
    }
};

/// What stands in a table for `kFunction`.
#ifdef NDEBUG
template <FunctionName kName, ThreadTag kTag, auto kFunction>
inline constexpr auto kOnThread = kFunction;
#else
template <FunctionName kName, ThreadTag kTag, auto kFunction>
inline constexpr auto kOnThread = &Tagged<kName, kTag, kFunction>::call;
#endif

}  // namespace mortise::bridge
