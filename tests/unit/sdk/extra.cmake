# Mistakes the SDK must refuse at compile time, with a text that helps: MORTISE_CASE of refused/refused.cpp.
function(mortise_add_refused_case case expected)
    add_test(NAME sdk_refuses_${case} COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -DMORTISE_CASE=${case}
        -I${PROJECT_SOURCE_DIR}/sdk/cpp -I${PROJECT_SOURCE_DIR}/sdk/include
        ${PROJECT_SOURCE_DIR}/tests/unit/sdk/refused/refused.cpp)
    set_tests_properties(sdk_refuses_${case} PROPERTIES LABELS compile TIMEOUT 120 PASS_REGULAR_EXPRESSION "${expected}")
endfunction()

add_test(NAME sdk_refuses_nothing_right COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -DMORTISE_CASE=0
    -I${PROJECT_SOURCE_DIR}/sdk/cpp -I${PROJECT_SOURCE_DIR}/sdk/include
    ${PROJECT_SOURCE_DIR}/tests/unit/sdk/refused/refused.cpp)
set_tests_properties(sdk_refuses_nothing_right PROPERTIES LABELS compile TIMEOUT 120)
mortise_add_refused_case(1 "this constraint is about text")
mortise_add_refused_case(2 "notNull\\(\\) needs a std::optional or Patch member")
mortise_add_refused_case(3 "never a raw array: return Page<T>")
mortise_add_refused_case(4 "throw NotFoundError instead of returning an empty optional")
mortise_add_refused_case(5 "the data of an answer needs a struct with")
mortise_add_refused_case(6 "a Secret never leaves in an answer")
mortise_add_refused_case(7 "this type has no JSON form")
mortise_add_refused_case(8 "parameter is a scalar, an optional scalar or a list of scalars")
