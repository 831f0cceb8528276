# Reading and checking plugin.json, and writing the note that carries it. Used by MortisePlugin.cmake.
#
# The same checks stand in the host, which trusts nobody; here they save a round trip.

# Interfaces of the contract: id, header, table.
set(MORTISE_INTERFACES
    "mortise.declare/1|declare|mortise_declare" "mortise.request/1|request|mortise_request_api"
    "mortise.json/1|json|mortise_json" "mortise.operations/1|operations|mortise_operations"
    "mortise.db/1|db|mortise_db" "mortise.jobs/1|jobs|mortise_jobs" "mortise.config/1|config|mortise_config"
    "mortise.log/1|log|mortise_log" "mortise.identity/1|identity|mortise_identity" "mortise.tasks/1|tasks|mortise_tasks"
    "mortise.stream/1|stream|mortise_stream" "mortise.clock/1|clock|mortise_clock"
    "mortise.metrics/1|metrics|mortise_metrics" "mortise.health/1|health|mortise_health"
    "mortise.http_client/1|http_client|mortise_http_client" "mortise.trace/1|trace|mortise_trace"
    "mortise.cache/1|cache|mortise_cache")

# Names of the host's own areas: configuration, metrics and log events begin with them.
set(MORTISE_RESERVED_NAMES mortise host server http http_client cors trusted rate_limit log metrics trace identity database redis run cache plugins
    plugin control shutdown docs app public pg_catalog information_schema)
set(MORTISE_SETTING_TYPES string integer number boolean duration_ms list)

# Sets manifest_name, manifest_version, manifest_file (the JSON to embed), manifest_interfaces, manifest_schema_max and
# manifest_flags in the caller.
function(mortise_read_manifest file version_override)
    if(NOT EXISTS ${file})
        message(FATAL_ERROR "${file}: a plugin needs a plugin.json")
    endif()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} json)
    string(JSON type ERROR_VARIABLE problem TYPE "${json}")
    if(problem OR NOT type STREQUAL OBJECT)
        message(FATAL_ERROR "${file}: is not a JSON object: ${problem}")
    endif()
    if(version_override)
        string(JSON json SET "${json}" version "\"${version_override}\"")
    endif()
    _mortise_check_members()
    _mortise_check_identity()
    _mortise_check_interfaces()
    _mortise_check_settings()
    _mortise_check_calls()
    _mortise_check_schema()
    string(JSON stateful ERROR_VARIABLE problem GET "${json}" stateful)
    set(flags 0u)
    if(NOT problem AND stateful)
        set(flags MORTISE_MANIFEST_STATEFUL)
    endif()
    set(manifest_name ${name} PARENT_SCOPE)
    set(manifest_version ${version} PARENT_SCOPE)
    set(manifest_json "${json}" PARENT_SCOPE)
    set(manifest_interfaces "${interfaces}" PARENT_SCOPE)
    set(manifest_schema_max "${schema_max}" PARENT_SCOPE)
    set(manifest_flags ${flags} PARENT_SCOPE)
endfunction()

# The macros below work on the variables of mortise_read_manifest().

macro(_mortise_refuse text)
    message(FATAL_ERROR "${file}: ${text}")
endmacro()

# Sets `last` to the last index of a list, -1 when it is empty or missing. Items are always read by index: a text may hold
# semicolons, which would tear it apart in a CMake list.
macro(_mortise_last_index last member)
    set(${last} -1)
    string(JSON member_type ERROR_VARIABLE problem TYPE "${json}" ${member})
    if(NOT problem)
        if(NOT member_type STREQUAL ARRAY)
            _mortise_refuse("\"${member}\" is not a list")
        endif()
        string(JSON item_count LENGTH "${json}" ${member})
        math(EXPR ${last} "${item_count} - 1")
    endif()
endmacro()

macro(_mortise_check_members)
    set(known name version description interfaces calls grants settings schema stateful)
    string(JSON member_count LENGTH "${json}")
    if(member_count GREATER 0)
        math(EXPR member_last "${member_count} - 1")
        foreach(member_index RANGE ${member_last})
            string(JSON member MEMBER "${json}" ${member_index})
            if(NOT member IN_LIST known)
                _mortise_refuse("\"${member}\" is unknown; known are ${known}")
            endif()
        endforeach()
    endif()
endmacro()

macro(_mortise_check_identity)
    string(JSON name ERROR_VARIABLE problem GET "${json}" name)
    string(LENGTH "${name}" name_length)
    if(problem OR NOT name MATCHES "^[a-z][a-z0-9_]*$" OR name_length GREATER 31)
        _mortise_refuse("\"name\" must be [a-z][a-z0-9_]{0,30}")
    endif()
    if(name IN_LIST MORTISE_RESERVED_NAMES)
        _mortise_refuse("the name \"${name}\" belongs to the host")
    endif()
    string(JSON version ERROR_VARIABLE problem GET "${json}" version)
    string(LENGTH "${version}" version_length)
    if(problem OR version_length GREATER 31 OR NOT version MATCHES
        "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$")
        _mortise_refuse("\"version\" must be a semantic version like 1.0.0")
    endif()
endmacro()

macro(_mortise_check_interfaces)
    set(interfaces "")
    _mortise_last_index(last interfaces)
    if(last GREATER_EQUAL 0)
        foreach(index RANGE ${last})
            string(JSON interface GET "${json}" interfaces ${index})
            if(NOT MORTISE_INTERFACES MATCHES "(^|;)${interface}\\|")
                _mortise_refuse("the interface \"${interface}\" is unknown to this SDK")
            endif()
            if(interface IN_LIST interfaces)
                _mortise_refuse("the interface \"${interface}\" appears twice")
            endif()
            list(APPEND interfaces ${interface})
        endforeach()
    endif()
endmacro()

macro(_mortise_check_settings)
    set(keys "")
    _mortise_last_index(last settings)
    if(last GREATER_EQUAL 0)
        foreach(index RANGE ${last})
            string(JSON key ERROR_VARIABLE problem GET "${json}" settings ${index} key)
            if(problem OR NOT key MATCHES "^[a-z][a-z0-9_]*$")
                _mortise_refuse("setting ${index} needs a \"key\" in snake_case")
            endif()
            if(key IN_LIST keys)
                _mortise_refuse("the setting \"${key}\" appears twice")
            endif()
            list(APPEND keys ${key})
            string(JSON setting_type ERROR_VARIABLE problem GET "${json}" settings ${index} type)
            if(NOT setting_type IN_LIST MORTISE_SETTING_TYPES)
                _mortise_refuse("the setting \"${key}\" needs a \"type\" out of ${MORTISE_SETTING_TYPES}")
            endif()
            string(JSON text ERROR_VARIABLE problem GET "${json}" settings ${index} description)
            if(problem)
                _mortise_refuse("the setting \"${key}\" needs a \"description\"")
            endif()
        endforeach()
    endif()
endmacro()

macro(_mortise_check_calls)
    _mortise_last_index(last calls)
    if(last GREATER_EQUAL 0)
        foreach(index RANGE ${last})
            string(JSON operation ERROR_VARIABLE problem GET "${json}" calls ${index} operation)
            if(problem OR NOT operation MATCHES "^[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*$")
                _mortise_refuse("call ${index} needs an \"operation\" like users.find_user")
            endif()
            string(JSON range ERROR_VARIABLE problem GET "${json}" calls ${index} version)
            if(problem)
                _mortise_refuse("the call of ${operation} needs a \"version\" like \">=1.0.0 <2.0.0\"")
            endif()
        endforeach()
    endif()
endmacro()

macro(_mortise_check_schema)
    set(schema_max "")
    string(JSON schema ERROR_VARIABLE problem GET "${json}" schema)
    if(NOT problem)
        string(JSON schema_min ERROR_VARIABLE min_problem GET "${schema}" min)
        string(JSON schema_max ERROR_VARIABLE max_problem GET "${schema}" max)
        if(min_problem OR max_problem OR NOT "${schema_min} ${schema_max}" MATCHES "^[0-9]+ [0-9]+$"
            OR schema_min GREATER schema_max)
            _mortise_refuse("\"schema\" needs whole numbers \"min\" <= \"max\"")
        endif()
    endif()
endmacro()

# Writes the file with the note; reads the manifest_* variables of the caller.
function(mortise_write_note output)
    set(headers "")
    set(entries "")
    list(LENGTH manifest_interfaces interface_count)
    foreach(interface ${MORTISE_INTERFACES})
        string(REPLACE "|" ";" parts ${interface})
        list(GET parts 0 id)
        list(GET parts 1 header)
        list(GET parts 2 table)
        if(id IN_LIST manifest_interfaces)
            string(APPEND headers "#include \"mortise/${header}.h\"\n")
            string(APPEND entries "        {\"${id}\", (uint32_t)sizeof(${table})},\n")
        endif()
    endforeach()
    set(interface_member "")
    if(interface_count GREATER 0)
        set(interface_member "    mortise_manifest_interface interfaces[${interface_count}];\n")
        set(entries "    {\n${entries}    },\n")
    endif()
    file(WRITE ${output}.json "${manifest_json}")
    file(SIZE ${output}.json json_size)
    _mortise_hex_of_file(json_bytes ${output}.json)
    string(CONFIGURE [[/* Generated from plugin.json: the note by which a host knows this plugin without running it. */
#include "mortise/manifest.h"
@headers@
struct note {
    uint32_t owner_size;
    uint32_t descriptor_size;
    uint32_t type;
    char owner[8];
    mortise_manifest manifest;
@interface_member@    unsigned char json[@json_size@];
};

#ifdef __cplusplus
extern "C" {
#endif
extern const struct note mortise_plugin_note __attribute__((visibility("default")));
__attribute__((section(MORTISE_NOTE_SECTION), used, aligned(4)))
const struct note mortise_plugin_note = {
    8u, (uint32_t)(offsetof(struct note, json) - offsetof(struct note, manifest)) + @json_size@u, MORTISE_NOTE_TYPE,
    MORTISE_NOTE_OWNER,
    {MORTISE_MANIFEST_MAGIC, MORTISE_ABI_VERSION, MORTISE_TARGET, @manifest_flags@, @interface_count@u, @json_size@u,
     "@manifest_name@", "@manifest_version@"},
@entries@    {
    @json_bytes@
    }
};
#ifdef __cplusplus
}
#endif
]] content @ONLY)
    _mortise_write_if_changed(${output} "${content}")
endfunction()
