// Two things that are not the table itself: files no compiler makes, and the document written from the table.
#include <elf.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <sstream>

#include "plugin/remedy.hpp"
#include "tests/rogue/catalogue.hpp"
#include "tests/support/artifacts.hpp"

namespace mortise::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* kHead = R"(# Refused plugins

What a host says to a plugin it does not take, what that means, and what to do. Whatever happens here, what served before serves on.

`mortise plugin apply FILE` ends with the step, the code and the reason, and with what to do; `--json` gives the same as data
(`report.code`, `report.reason`, `report.remedy`, `report.findings`). With code `PREFLIGHT` the findings carry the codes, all that were found
at once, each with `found`, `needed` and `fix`. `mortise plugin check FILE` says the same before there is a host to ask.

Up to the end of *preflight* no code of the plugin has run anywhere. In *probe* it runs in a child process. From *load* on it runs in the
host, on a thread of its own, with a deadline.

This page is written by a test from the table of the host and the table of broken plugins in `tests/rogue`
(`rogue_refusals "[write]"`), and compared with both.

## In continuous integration

A plugin team needs no running host and no database to know most of this:

```console
$ mortise plugin check build/plugins/orders.so                       # exit 0, or 2 when a host would refuse it
$ mortise plugin check build/plugins/orders.so users.so --strict     # with the plugins it calls, and nothing that stays mapped
$ mortise plugin check build/plugins/orders.so --json > check.json
```

It judges the file, the note, the migrations and the settings, runs the first calls in a child process, and judges what the plugin
declares: against the host's own routes and codes, and against the other files given. A call to a plugin that was not given is told as
`CALL_NOT_JUDGED` and refuses nothing. Exit codes: 0 accepted, 2 refused, 64 wrong words, 78 wrong configuration. `--json` has one entry
for each file: `ok`, `plugin`, `version`, `sha256`, `findings`, `code` and `reason` of the probe, `clashes`, `remedy`, and the `ledger` of
what it declares, which is worth keeping beside a release. The `mortise` that checks decides what is offered: take the one that will serve.

## Codes

| code | what it means | what to do |
|---|---|---|
)";

constexpr const char* kMiddle = R"(
## Broken plugins

One running host meets all of these while another plugin serves without a wrong answer. `*` stands for what differs from case to case.

| a plugin that | step | code | reason |
|---|---|---|---|
)";

std::string contentOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string withByte(std::string content, std::size_t at, char value) {
    content.at(at) = value;
    return content;
}

/// False when `name` is none of these.
bool damage(const std::string& name, std::string& content) {
    if (name == "empty_file") {
        content.clear();
    } else if (name == "script") {
        content = "#!/bin/sh\nexit 0\n";
    } else if (name == "short_header") {
        content.resize(40);
    } else if (name == "lost_end") {
        content.resize(content.size() - 64);  // The section headers stand at the end.
    } else if (name == "other_machine") {
        content = withByte(content, offsetof(Elf64_Ehdr, e_machine), EM_SPARC);
    } else if (name == "other_width") {
        content = withByte(content, EI_CLASS, ELFCLASS32);
    } else if (name == "other_order") {
        content = withByte(content, EI_DATA, ELFDATA2MSB);
    } else if (name == "object_file") {
        content = withByte(content, offsetof(Elf64_Ehdr, e_type), ET_REL);
    } else if (name == "lost_names") {
        content = withByte(content, offsetof(Elf64_Ehdr, e_shstrndx) + 1, '\x7f');
    } else {
        return false;
    }
    return true;
}

// A table cell: bars and line ends would end it.
std::string cell(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        safe += c == '|' ? std::string("\\|") : std::string(1, c);
    }
    return safe;
}

std::string code(const std::string& text) {
    return text.empty() ? "" : "`" + text + "`";
}

}  // namespace

fs::path damagedFile(const std::string& name, const fs::path& directory) {
    const fs::path path = directory / (name + ".so");
    if (name == "missing_file") {
        return path;
    }
    if (name == "directory") {
        fs::create_directory(path);
        return path;
    }
    std::string content = contentOf(rogueFile("well_behaved"));
    if (!damage(name, content)) {
        return {};
    }
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

std::string refusalsDocument() {
    std::ostringstream out;
    out << kHead;
    for (const plugin::Remedy& remedy : plugin::remedies()) {
        out << "| `" << remedy.code << "` | " << cell(std::string(remedy.meaning)) << " | "
            << cell(std::string(remedy.text)) << " |\n";
    }
    out << kMiddle;
    for (const Sin& sin : sins()) {
        out << "| " << cell(sin.does) << " | " << (sin.step == "none" ? "taken" : sin.step) << " | "
            << code(sin.code) << " | " << code(cell(sin.message)) << " |\n";
    }
    return out.str();
}

}  // namespace mortise::test
