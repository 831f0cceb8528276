#include "tests/rogue/catalogue.hpp"

namespace mortise::test {

namespace {

std::vector<Sin> sinsOfTheFile() {
    return {
        {"missing_file", "is not there", "stage", "FILE_UNREADABLE",
         "could not open \"*/missing_file.so\": No such file or directory"},
        {"directory", "is a directory", "stage", "FILE_UNREADABLE",
         "\"*/directory.so\" is not a regular file"},
        {"empty_file", "is an empty file", "preflight", "NOT_ELF", "the file is empty"},
        {"script", "is a shell script", "preflight", "NOT_ELF",
         "the file does not start as a shared library does"},
        {"short_header", "was cut off after 40 bytes", "preflight", "ELF_TRUNCATED",
         "the file ends inside its header"},
        {"lost_end", "has lost its last 64 bytes", "preflight", "ELF_TRUNCATED",
         "the file has * bytes, but byte * and * more are needed"},
        {"other_machine", "is for another processor", "preflight", "ELF_MACHINE",
         "the library is for machine 2, this host is *"},
        {"other_width", "is for 32-bit machines", "preflight", "ELF_CLASS",
         "the library is not for 64-bit machines"},
        {"other_order", "is for big-endian machines", "preflight", "ELF_CLASS",
         "the library is not for little-endian machines"},
        {"object_file", "is an object file", "preflight", "ELF_TYPE",
         "the file is no shared library but of type 1"},
        {"lost_names", "has lost the names of its sections", "preflight", "ELF_DAMAGED",
         "the section names are missing"},
    };
}

std::vector<Sin> sinsOfTheNote() {
    return {
        {"no_manifest", "has no note", "preflight", "MANIFEST_MISSING",
         "the library has no note in section .note.mortise"},
        {"bad_magic", "has a note that begins with something else", "preflight", "MANIFEST_DAMAGED",
         "the note does not start with its magic number"},
        {"note_too_long", "has a note that ends behind its section", "preflight", "ELF_DAMAGED",
         "a note ends behind its section"},
        {"json_too_long", "has a note that is too short for its JSON", "preflight",
         "MANIFEST_DAMAGED", "the note is too short for its JSON"},
        {"many_interfaces", "has a note that is too short for its interfaces", "preflight",
         "MANIFEST_DAMAGED", "the note is too short for its interfaces"},
        {"broken_json", "has a plugin.json that ends too early", "preflight", "MANIFEST_INVALID",
         "the JSON cannot be read: *"},
        {"unknown_member", "has a misspelt member in plugin.json", "preflight", "MANIFEST_INVALID",
         "unknown member \"grant\""},
        {"bad_name", "has a name no schema could have", "preflight", "MANIFEST_INVALID",
         "\"Rogue-One\" is no plugin name, or one the host keeps for itself"},
        {"reserved_name", "has the name of a part of the host", "preflight", "MANIFEST_INVALID",
         "\"database\" is no plugin name, or one the host keeps for itself"},
        {"bad_version", "has a version that is not semantic", "preflight", "MANIFEST_INVALID",
         "\"1.0\" is no semantic version"},
        {"lies_about_version", "says one version in the note and another in plugin.json",
         "preflight", "MANIFEST_INVALID",
         "the version is \"1.0.0\" in the JSON and \"9.9.9\" in the note"},
        {"bad_range", "calls an operation without a range of versions", "preflight",
         "MANIFEST_INVALID", "\"newest\" is no version range: \">=1.0.0 <2.0.0\""},
        {"newer_abi", "speaks a layer L0 that comes later", "preflight", "MANIFEST_ABI",
         "ABI version 2, newer than this host"},
        {"older_abi", "speaks a layer L0 that is gone", "preflight", "MANIFEST_ABI",
         "ABI version 0, which this host gave up"},
        {"newer_sdk", "is built for hosts of a later minor release", "preflight", "SDK_TOO_NEW",
         "built for hosts from 1.4 on"},
        {"missing_interface", "needs an interface no host has", "preflight", "INTERFACE_MISSING",
         "this host does not offer mortise.telepathy/1"},
        {"bigger_table", "needs more of a table than this host has", "preflight",
         "INTERFACE_TOO_OLD", "mortise.declare/1 with * bytes"},
        {"damaged_migrations", "has something else where its migrations should be", "preflight",
         "MIGRATIONS_DAMAGED", "an entry does not start with its magic number"},
        {"double_migration", "has two migrations with one number", "preflight",
         "MIGRATIONS_INVALID", "\"0001_create_other.up.sql\": another file has the same number"},
        {"bad_setting", "declares a setting of an unknown type", "preflight", "SETTING_INVALID",
         "*setting \"rogue.colour\" has the unknown type \"colour\"*"},
        {"unknown_grant", "asks for a grant that does not exist", "preflight", "GRANT_REFUSED",
         "there is no grant \"identity.omnipotence\""},
        {"bad_origin", "wants to call something that is no server", "preflight", "MANIFEST_INVALID",
         "*\"https://rates.example.org/path\" is no origin*"},
    };
}

std::vector<Sin> sinsOfTheLibrary() {
    return {
        {"no_entry", "does not export its entry", "preflight", "ELF_ENTRY_MISSING",
         "no function mortise_plugin_open_v1"},
        {"extra_export", "exports a function of its own", "preflight", "ELF_EXTRA_EXPORTS",
         "exports helper_everybody_sees"},
        {"executable_stack", "wants an executable stack", "preflight", "ELF_EXECUTABLE_STACK",
         "asks for an executable stack"},
        {"text_relocations", "keeps an address among its code", "preflight", "ELF_TEXT_RELOCATIONS",
         "relocations in code (DT_TEXTREL)"},
        {"rpath", "brings a search path (DT_RPATH)", "preflight", "ELF_RPATH",
         "DT_RPATH \"/opt/rogue/lib\""},
        {"runpath", "brings a search path (DT_RUNPATH)", "preflight", "ELF_RPATH",
         "DT_RUNPATH \"/opt/rogue/lib\""},
        {"private_library", "needs a library of its own build", "preflight", "ELF_PRIVATE_LIBRARY",
         "needs librogue_private.so"},
        {"foreign_poco", "needs a Poco of its own", "preflight", "ELF_FOREIGN_POCO",
         "needs libPocoRogue.so"},
        {"second_runtime", "needs libc++ as a library of its own", "preflight",
         "ELF_SECOND_RUNTIME", "needs libc++rogue.so"},
        {"soname_clash", "calls itself as a library of the host", "preflight", "ELF_SONAME_CLASH",
         "SONAME libstdc++.so.6, which * has already"},
        {"nodelete", "forbids the loader to unmap it", "none", "ELF_NODELETE",
         "the flag DF_1_NODELETE"},
        {"unique_symbols", "has a symbol that keeps it mapped", "none", "ELF_UNIQUE_SYMBOLS",
         "1 unique symbols: _ZN6UniqueIiE5valueE"},
    };
}

std::vector<Sin> sinsAgainstNeighbours() {
    return {
        {"missing_provider", "calls a plugin that is not there", "preflight", "DEPENDENCY_MISSING",
         "plugin nobody is not there"},
        {"wrong_provider",
         "calls a plugin that is there in another version",
         "preflight",
         "DEPENDENCY_VERSION",
         "rogue 1.0.0",
         {"apply well_behaved", "apply wrong_provider"}},
        {"well_behaved_2",
         "is a version that a plugin which calls it does not accept",
         "preflight",
         "DEPENDENT_VERSION",
         "rogue 2.0.0",
         {"apply provider", "apply caller", "apply well_behaved_2"}},
        {"circle",
         "calls a plugin that calls it",
         "preflight",
         "DEPENDENCY_CYCLE",
         "rogue -> caller -> rogue",
         {"apply provider", "apply caller", "apply circle"}},
        {"caller",
         "calls an operation that is not offered",
         "judge",
         "OPERATION_MISSING",
         "rogue.find_it is not offered by the running rogue",
         {"apply well_behaved", "apply caller"}},
        {"well_behaved",
         "takes away an operation that is called",
         "judge",
         "OPERATION_MISSING",
         "rogue.find_it, which caller calls, is not offered any more",
         {"apply provider", "apply caller", "apply well_behaved"}},
        {"provider",
         "is to go while another one calls it",
         "preflight",
         "DEPENDENCY",
         "caller calls rogue.find_it",
         {"apply provider", "apply caller", "remove rogue"}},
        {"clashing_route",
         "wants a route that another plugin has",
         "judge",
         "CLASH",
         "route GET /api/v1/rogue belongs to rogue: both want the same route",
         {"apply well_behaved", "apply clashing_route"}},
        {"clashing_error", "gives an error code of the host another meaning", "judge", "CLASH",
         "error code NOT_AUTHENTICATED means 401 (host), not 418 (plugin rogue)"},
        {"unmet_schema", "needs a schema that nothing brings", "migrate", "SCHEMA_MISMATCH",
         "schema \"rogue\" is at 0, the plugin works with 1 to 1"},
    };
}

std::vector<Sin> sinsOfTheFirstCalls() {
    return {
        {"undefined_symbol", "calls a function nobody defines", "probe", "LIBRARY_OPEN",
         "*undefined symbol: rogue_function_of_nobody*"},
        {"constructor_crashes", "crashes when it is loaded", "probe", "PROBE_SIGNAL",
         "the plugin died of SIGILL in load and open"},
        {"open_aborts", "aborts in open", "probe", "PROBE_SIGNAL",
         "the plugin died of SIGABRT in load and open"},
        {"open_fails", "does not open", "probe", "OPEN_FAILED",
         "the licence of this plugin is over"},
        {"open_throws", "throws out of open", "probe", "OPEN_FAILED", "thrown in open"},
        {"incomplete_table", "leaves a function of its table NULL", "probe", "TABLE_INCOMPLETE",
         "open() left a function of the table unset"},
        {"probe_crashes", "crashes in configure", "probe", "PROBE_SIGNAL",
         "the plugin died of SIGSEGV in configure"},
        {"probe_exits", "ends the process in configure", "probe", "PROBE_EXIT",
         "the plugin ended the process with code 7 in configure"},
        {"probe_hangs", "hangs in configure", "probe", "PROBE_DEADLINE",
         "the plugin hung in configure and was killed after * ms"},
        {"configure_refuses", "finds its settings bad", "probe", "CONFIGURE_FAILED",
         "INVALID_ARGUMENT: first and last contradict each other"},
        {"configure_throws", "throws out of configure", "probe", "CONFIGURE_FAILED",
         "threw: thrown in configure"},
        {"declare_crashes", "crashes in declare", "probe", "PROBE_SIGNAL",
         "the plugin died of SIGFPE in declare"},
        {"declare_loops", "never comes out of declare", "probe", "PROBE_DEADLINE",
         "the plugin hung in declare and was killed after * ms"},
        {"declare_throws", "throws out of declare", "probe", "DECLARE_FAILED",
         "threw: thrown in declare"},
        {"ungranted_route", "registers a route it has no grant for, and goes on", "probe",
         "DECLARE_FAILED",
         "INVALID_ARGUMENT REGISTRATION_REFUSED: route \"/api/v1/users\" lies under none of the "
         "prefixes in \"grants.routes\" *"},
        {"double_route", "registers a route twice", "probe", "DECLARE_FAILED",
         "CONFLICT: GET /api/v1/rogue is registered twice"},
        {"bad_pattern", "registers a pattern that cannot be read", "probe", "DECLARE_FAILED",
         "INVALID_ARGUMENT: route \"/api/v1/rogue/{id\": *"},
        {"bad_method", "registers a method that is the host's", "probe", "DECLARE_FAILED",
         "INVALID_ARGUMENT: \"OPTIONS\" is no method of a route; HEAD and OPTIONS are the host's"},
        {"no_handler", "registers a route without a handler", "probe", "DECLARE_FAILED",
         "INVALID_ARGUMENT: the route has no handler"},
        {"unknown_flags", "asks for something of a route this host has never heard of", "probe",
         "DECLARE_FAILED", "INVALID_ARGUMENT: the route has flags this host does not know"},
        {"small_struct", "gives a struct smaller than it ever was", "probe", "DECLARE_FAILED",
         "INVALID_ARGUMENT: the route is missing or its struct_size is too small"},
        {"prints_noise", "prints what looks like an answer of the probe", "none", "", ""},
    };
}

std::vector<Sin> sinsInTheHost() {
    return {
        {"configure_fails", "refuses its settings only when they count", "configure",
         "CONFIGURE_FAILED", "INVALID_ARGUMENT: setting token_ttl_s is below 1"},
        {"declares_differently", "declares something else than in the probe", "declare",
         "LEDGER_DIFFERS", "the plugin declares something else than in the probe; *"},
        {"prepare_fails", "cannot warm up", "prepare", "PREPARE_FAILED",
         "INTERNAL: the cache cannot be filled"},
        {"prepare_waits", "misses something that may come back", "prepare", "PREPARE_UNAVAILABLE",
         "UNAVAILABLE: the database is away"},
        {"prepare_hangs", "hangs in prepare", "prepare", "PREPARE_FAILED",
         "prepare did not return by its deadline"},
        {"throws_in_prepare", "throws out of prepare", "prepare", "PREPARE_FAILED",
         "threw: thrown in prepare"},
        {"registers_late", "registers a route after declare", "prepare", "PREPARE_FAILED",
         "SEALED: registration is only possible inside declare()"},
    };
}

std::vector<Sin> sinsInService() {
    const std::string unit = "tests/unit/plugin/activation_test.cpp";
    const std::string hang = "tests/system/hang_test.cpp";
    return {
        {"throws_in_activate", "throws out of activate", "activate", "ACTIVATE_FAILED",
         "activate threw: not in the mood to serve; version 1.0.0 serves all the same"},
        {"activate_hangs",
         "hangs in activate",
         "activate",
         "ACTIVATE_FAILED",
         "activate did not return by its deadline; *",
         {},
         unit},
        {"waits_then_throws",
         "throws out of activate when the host has tried again",
         "activate",
         "ACTIVATE_FAILED",
         "activate threw: *",
         {},
         unit},
        {"throws_in_handler",
         "throws out of a handler",
         "serve",
         "INTERNAL_ERROR",
         "*",
         {"apply throws_in_handler", "get /api/v1/rogue"}},
        {"handler_hangs",
         "never comes out of a blocking handler",
         "serve",
         "",
         "its thread is lost; the host names it when it ends",
         {},
         hang},
        {"inline_hangs",
         "never comes out of a handler on an event loop",
         "serve",
         "",
         "its event loop is lost; the host names it when it ends",
         {},
         hang},
    };
}

std::vector<Sin> sinsAtTheEnd() {
    const std::string unit = "tests/unit/plugin/activation_test.cpp";
    return {
        {"throws_in_resume",
         "throws out of resume, after a rollback to it",
         "resume",
         "RESUME_FAILED",
         "resume threw: not in the mood to go on; version 1.0.0 serves all the same",
         {"apply throws_in_resume", "apply well_behaved_2", "rollback rogue"}},
        {"resume_hangs",
         "hangs in resume",
         "resume",
         "RESUME_FAILED",
         "resume did not return by its deadline; *",
         {},
         unit},
        {"throws_in_stop",
         "throws out of stop",
         "unmap",
         "RETIRED",
         "stop: threw: something that is no std::exception",
         {"apply throws_in_stop", "remove rogue"}},
        {"stop_hangs",
         "hangs in stop",
         "unmap",
         "STUCK",
         "stop did not return by its deadline",
         {},
         "tests/unit/plugin/swap_test.cpp"},
        {"logs_heavily",
         "logs more than any queue holds while it is taken out",
         "none",
         "",
         "",
         {"apply logs_heavily", "remove rogue"}},
        {"leaves_thread",
         "leaves a thread behind",
         "unmap",
         "RETIRED",
         "*thread * \"rogue-thread\" was started after the library was loaded*",
         {"apply leaves_thread", "remove rogue"}},
        {"thread_keys",
         "makes a key of thread-local storage",
         "unmap",
         "RETIRED",
         "ELF_THREAD_KEYS: calls pthread_key_create",
         {"apply thread_keys", "remove rogue"}},
        {"quiesce_refuses",
         "does not let itself be replaced",
         "quiesce",
         "QUIESCE_FAILED",
         "CONFLICT: a backup is being written",
         {"apply quiesce_refuses", "apply well_behaved_2"}},
    };
}

}  // namespace

const std::vector<Sin>& sins() {
    static const std::vector<Sin> all = [] {
        std::vector<Sin> rows;
        for (const auto& part :
             {sinsOfTheFile(), sinsOfTheNote(), sinsOfTheLibrary(), sinsAgainstNeighbours(),
              sinsOfTheFirstCalls(), sinsInTheHost(), sinsInService(), sinsAtTheEnd()}) {
            rows.insert(rows.end(), part.begin(), part.end());
        }
        return rows;
    }();
    return all;
}

const std::vector<std::string>& codesWithoutPlugin() {
    static const std::vector<std::string> codes = {
        "NOT_A_FILE",     "FILE_TOO_LARGE", "ENTRY_MISSING", "PROBE_OUTPUT", "PROBE_START",
        "LEDGER_DAMAGED", "STORE_WRITE",    "STORE_ALTERED", "STORE_MISSING"};
    return codes;
}

}  // namespace mortise::test
