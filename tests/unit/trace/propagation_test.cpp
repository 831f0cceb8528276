// traceparent and tracestate as the W3C specification has them.
#include <set>

#include "limits.hpp"
#include "tests/support/catch.hpp"
#include "trace/propagation.hpp"
#include "trace/sampler.hpp"

using namespace mortise;
using namespace mortise::trace;

namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";
const std::string kPlain = "00-" + kTrace + "-" + kSpan + "-01";

std::string written(const SpanContext& context) {
    const auto text = traceparentOf(context);
    return {text.begin(), text.end()};
}

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        all += text;
    }
    return all;
}

}  // namespace

TEST_CASE("a traceparent names a trace, a span and whether it is sampled") {
    const auto context = parseTraceparent(kPlain);
    REQUIRE(context);
    CHECK(context->ids == TraceIds{0x0af7651916cd43ddU, 0x8448eb211c80319cU, 0xb7ad6b7169203331U});
    CHECK(context->is_sampled);
    CHECK(written(*context) == kPlain);
}

TEST_CASE("only the sampled flag of a traceparent counts, and only it is handed on") {
    struct Case {
        const char* flags;
        bool is_sampled;
    };
    for (const Case& each : {Case{"00", false}, Case{"01", true}, Case{"02", false},
                             Case{"03", true}, Case{"fe", false}, Case{"ff", true}}) {
        INFO(each.flags);
        const auto context = parseTraceparent("00-" + kTrace + "-" + kSpan + "-" + each.flags);
        REQUIRE(context);
        CHECK(context->is_sampled == each.is_sampled);
        CHECK(written(*context) ==
              "00-" + kTrace + "-" + kSpan + (each.is_sampled ? "-01" : "-00"));
    }
}

TEST_CASE("a later version is read as far as this one knows it, and answered as version 00") {
    for (const std::string& text :
         {"01-" + kTrace + "-" + kSpan + "-01", "cc-" + kTrace + "-" + kSpan + "-01-what-comes",
          "fe-" + kTrace + "-" + kSpan + "-01-"}) {
        INFO(text);
        const auto context = parseTraceparent(text);
        REQUIRE(context);
        CHECK(written(*context) == kPlain);
    }
}

TEST_CASE("a traceparent that breaks a rule is none") {
    const std::string zeros(32, '0');
    for (const std::string& text : {std::string(),
                                    std::string("00"),
                                    kPlain.substr(0, 54),
                                    kPlain + "-",
                                    kPlain + "-more",
                                    kPlain + "0",
                                    kPlain + " ",
                                    " " + kPlain,
                                    "ff-" + kTrace + "-" + kSpan + "-01",
                                    "0-" + kTrace + "-" + kSpan + "-01",
                                    "000-" + kTrace + "-" + kSpan + "-01",
                                    "0X-" + kTrace + "-" + kSpan + "-01",
                                    ".0-" + kTrace + "-" + kSpan + "-01",
                                    "00-" + zeros + "-" + kSpan + "-01",
                                    "00-" + kTrace + "-0000000000000000-01",
                                    "00-0AF7651916CD43DD8448EB211C80319C-" + kSpan + "-01",
                                    "00-" + kTrace + "-B7AD6B7169203331-01",
                                    "00-" + kTrace + "-" + kSpan + "-0G",
                                    "00-" + kTrace + "-" + kSpan + "-0A",
                                    "00-" + kTrace + "-" + kSpan + "-1",
                                    "00-" + kTrace + "-" + kSpan + "-001",
                                    "00_" + kTrace + "_" + kSpan + "_01",
                                    "00-" + kTrace.substr(1) + "-" + kSpan + "0-01",
                                    "00-" + kTrace.substr(1) + ".-" + kSpan + "-01",
                                    "01-" + kTrace + "-" + kSpan + "-01.more",
                                    "cc-" + kTrace + "-" + kSpan + "-012",
                                    "00-" + kTrace + "-" + kSpan,
                                    "00-" + kTrace + "-" + kSpan + "-"}) {
        INFO(text);
        CHECK_FALSE(parseTraceparent(text));
    }
}

TEST_CASE("a tracestate is handed on without spaces, empty and repeated members") {
    CHECK(cleanTraceState("") == "");
    CHECK(cleanTraceState("foo=1") == "foo=1");
    CHECK(cleanTraceState("foo=1 \t , \t bar=2, baz=3") == "foo=1,bar=2,baz=3");
    CHECK(cleanTraceState("foo=1,,bar=2,") == "foo=1,bar=2");
    CHECK(cleanTraceState("foo=1,bar=2,foo=3") == "foo=1,bar=2");
    CHECK(cleanTraceState("a b=1") == "");
    CHECK(cleanTraceState("foo=a b") == "foo=a b");
}

TEST_CASE("keys and values of a tracestate keep the grammar, or all of it is dropped") {
    const std::string all_of_key = "foo-_*/bar";
    for (const std::string& member :
         {all_of_key + "-_*/=1", std::string("0tenant@system=1"), std::string("t-0@s-0*/_=1"),
          "z" + std::string(255, 'a') + "=1", std::string(241, 't') + "@v=1",
          "t@" + std::string(14, 'v') + "=1", "foo=" + std::string(256, '~'),
          std::string("foo= !\"#$%&'()*+-./:;<>?@[]^_`{|}~")}) {
        INFO(member);
        CHECK(cleanTraceState(member) == member);
    }
    for (const std::string& member : {std::string("foo"),
                                      std::string("foo="),
                                      std::string("=1"),
                                      std::string("foo=1=2"),
                                      std::string("FOO=1"),
                                      std::string("foo.bar=1"),
                                      std::string("0foo=1"),
                                      std::string("foo@=1"),
                                      std::string("@foo=1"),
                                      std::string("foo@@bar=1"),
                                      std::string("foo@0bar=1"),
                                      std::string("-foo=1"),
                                      std::string("foo =1"),
                                      "z" + std::string(256, 'a') + "=1",
                                      std::string(242, 't') + "@v=1",
                                      "t@" + std::string(15, 'v') + "=1",
                                      "foo=" + std::string(257, '~'),
                                      std::string("foo=\x7f"),
                                      std::string("foo=\x01"),
                                      std::string("foo=\xc3\xa4")}) {
        INFO(member);
        CHECK(cleanTraceState("rojo=1," + member) == "");
    }
}

TEST_CASE("a tracestate has a bound in members, and one in bytes that cuts whole members") {
    std::string full = "k0=1";
    for (std::size_t i = 1; i < limits::kTraceStateCountMax; ++i) {
        full += ",k" + std::to_string(i) + "=1";
    }
    CHECK(cleanTraceState(full) == full);
    CHECK(cleanTraceState(full + ",more=1") == "");

    const std::string small = repeated("v", 90);
    const std::string large = repeated("v", 200);
    std::string list = "a=" + small + ",b=" + large + ",c=" + small + ",d=" + large;
    CHECK(cleanTraceState(list) == "a=" + small + ",b=" + large + ",c=" + small);
    list = "a=" + small + ",b=" + small + ",c=" + small + ",d=" + small + ",e=" + small;
    CHECK(cleanTraceState(list + ",f=" + small) == list);
}

TEST_CASE("a child is in the trace of its parent and knows it") {
    SpanContext parent = *parseTraceparent(kPlain);
    parent.state = std::make_shared<const std::string>("foo=1");
    const SpanContext child = childOf(parent);
    CHECK(child.ids.trace_high == parent.ids.trace_high);
    CHECK(child.ids.trace_low == parent.ids.trace_low);
    CHECK(child.ids.span != parent.ids.span);
    CHECK(child.parent_span == parent.ids.span);
    CHECK(child.is_sampled);
    CHECK(child.state == parent.state);
    CHECK(child.isValid());
}

TEST_CASE("no two traces begin with the same ids") {
    std::set<std::string> seen;
    for (int i = 0; i < 10'000; ++i) {
        const SpanContext context = newTrace();
        REQUIRE(context.isValid());
        REQUIRE(context.parent_span == 0);
        REQUIRE(seen.insert(written(context)).second);
    }
}

TEST_CASE("a sampler keeps the share it was told, and decides by the trace alone") {
    const Sampler none(0);
    const Sampler all(1);
    const Sampler quarter(0.25);
    int kept = 0;
    constexpr int kCount = 40'000;
    for (int i = 0; i < kCount; ++i) {
        const SpanContext context = newTrace();
        CHECK_FALSE(none.keeps(context.ids));
        CHECK(all.keeps(context.ids));
        kept += quarter.keeps(context.ids) ? 1 : 0;
        CHECK(quarter.keeps(childOf(context).ids) == quarter.keeps(context.ids));
    }
    // Ten standard deviations of a fair coin of that weight.
    CHECK(kept > kCount / 4 - 866);
    CHECK(kept < kCount / 4 + 866);
}

TEST_CASE("a higher ratio keeps all that a lower one kept") {
    const Sampler tenth(0.1);
    const Sampler half(0.5);
    for (int i = 0; i < 10'000; ++i) {
        const SpanContext context = newTrace();
        if (tenth.keeps(context.ids)) {
            CHECK(half.keeps(context.ids));
        }
    }
}
