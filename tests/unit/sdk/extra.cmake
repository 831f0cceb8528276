# Mistakes the SDK must refuse at compile time, with a text that helps: MORTISE_CASE of a file in refused/.
function(mortise_compile_refused name file case)
    add_test(NAME ${name} COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -DMORTISE_CASE=${case}
        -I${PROJECT_SOURCE_DIR}/sdk/cpp -I${PROJECT_SOURCE_DIR}/sdk/include
        ${PROJECT_SOURCE_DIR}/tests/unit/sdk/refused/${file})
    set_tests_properties(${name} PROPERTIES LABELS compile TIMEOUT 120)
endfunction()
function(mortise_add_refused_case case expected)
    mortise_compile_refused(sdk_refuses_${case} refused.cpp ${case})
    set_tests_properties(sdk_refuses_${case} PROPERTIES PASS_REGULAR_EXPRESSION "${expected}")
endfunction()
function(mortise_add_refused_handler case expected)
    mortise_compile_refused(sdk_refuses_handler_${case} refused_handler.cpp ${case})
    set_tests_properties(sdk_refuses_handler_${case} PROPERTIES PASS_REGULAR_EXPRESSION "${expected}")
endfunction()

mortise_compile_refused(sdk_refuses_nothing_right refused.cpp 0)
mortise_add_refused_case(1 "this constraint is about text")
mortise_add_refused_case(2 "notNull\\(\\) needs a std::optional or Patch member")
mortise_add_refused_case(3 "never a raw array: return Page<T>")
mortise_add_refused_case(4 "throw NotFoundError instead of returning an empty optional")
mortise_add_refused_case(5 "the data of an answer needs a struct with")
mortise_add_refused_case(6 "a Secret never leaves in an answer")
mortise_add_refused_case(7 "this type has no JSON form")
mortise_add_refused_case(8 "parameter is a scalar, an optional scalar or a list of scalars")
mortise_add_refused_case(9 "each alternative of a std::variant is a struct whose schema\\(\\) has a")
mortise_add_refused_case(10 "a Secret never leaves in an answer")
mortise_add_refused_case(11 "the type of this member is Constrained: its rules belong into that type")
mortise_add_refused_case(12 "the bound of a Decimal is exact")
mortise_add_refused_case(13 "no match for .*operator\\+")
mortise_add_refused_case(14 "uniqueItems\\(\\) needs a std::vector of texts, numbers or described enums")
mortise_add_refused_case(15 "a rule of a Constrained type is Gt<0>, MinLength<1> and so on")
mortise_add_refused_case(16 "a \\( without \\), or a \\$ inside a group")
mortise_add_refused_case(17 "only \\(\\?: \\) is known: no look-around")
mortise_add_refused_case(18 "a Secret never leaves in an answer")
mortise_add_refused_case(19 "conversion from .*Secret")
mortise_add_refused_case(20 "no matching function for call to .*basic_string_view")
mortise_add_refused_case(21 "a Secret is never logged")
mortise_add_refused_case(22 "no match for .*operator\\+")
mortise_add_refused_case(23 "a range that begins with a class")
mortise_add_refused_case(24 "a range that ends with a class")

# Signatures that cannot work.
mortise_compile_refused(sdk_refuses_no_right_handler refused_handler.cpp 0)
mortise_add_refused_handler(1 "this parameter type cannot be resolved. Requests: Path")
mortise_add_refused_handler(2 "the name of a header field is written in lower case")
mortise_add_refused_handler(3 "this header field has a reader of its own")
mortise_add_refused_handler(4 "this is no name of a cookie")
mortise_add_refused_handler(5 "returns the type it stands in")
mortise_add_refused_handler(6 "a coroutine runs on the reactor and must not wait")
mortise_add_refused_handler(7 "name at least one role")
mortise_add_refused_handler(8 "this parameter type cannot be resolved. Requests: Path")
mortise_add_refused_handler(9 "this parameter type cannot be resolved. Requests: Path")
mortise_add_refused_handler(10 "this type has no JSON form")
mortise_add_refused_handler(11 "a QueryParam<> is a scalar, an optional scalar or a list of scalars")

# The source file in docs/handlers.md.
add_test(NAME docs_handlers_compile COMMAND sh -c "awk '/^```cpp/ { code = 1; next } /^```/ { code = 0 } code' docs/handlers.md \
    | '${CMAKE_CXX_COMPILER}' -std=c++20 -Wall -Wextra -Werror -fsyntax-only -x c++ -Isdk/cpp -Isdk/include \
        -DMORTISE_PLUGIN_NAME='\"albums\"' -DMORTISE_PLUGIN_VERSION='\"1.0.0\"' -" WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(docs_handlers_compile PROPERTIES LABELS compile TIMEOUT 120)

# The source file in docs/schemas.md.
add_test(NAME docs_schemas_compile COMMAND sh -c "awk '/^```cpp/ { code = 1; next } /^```/ { code = 0 } code' docs/schemas.md \
    | '${CMAKE_CXX_COMPILER}' -std=c++20 -Wall -Wextra -Werror -fsyntax-only -x c++ -Isdk/cpp -Isdk/include -"
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
set_tests_properties(docs_schemas_compile PROPERTIES LABELS compile TIMEOUT 120)

# The table of parameters in docs/plugins.md.
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/sdk/extractors_test.cpp
    PROPERTIES COMPILE_DEFINITIONS MORTISE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# An evaluator of JSON Schema that shares nothing with the validator it is compared with.
target_sources(unit_sdk PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/json_schema.cpp
    ${PROJECT_SOURCE_DIR}/tests/support/json_number.cpp ${PROJECT_SOURCE_DIR}/tests/support/json_format.cpp
    ${PROJECT_SOURCE_DIR}/tests/support/json_values.cpp)

# A second opinion on that evaluator, where Python has the package (Debian: python3-jsonschema).
find_package(Python3 COMPONENTS Interpreter)
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import jsonschema; jsonschema.Draft202012Validator"
    RESULT_VARIABLE has_no_jsonschema OUTPUT_QUIET ERROR_QUIET)
if(Python3_FOUND AND NOT has_no_jsonschema)
    add_test(NAME sdk_schema_second_opinion COMMAND ${Python3_EXECUTABLE}
        ${PROJECT_SOURCE_DIR}/tests/unit/sdk/schema_agreement.py $<TARGET_FILE:unit_sdk>)
    set_tests_properties(sdk_schema_second_opinion PROPERTIES TIMEOUT 120)
endif()
