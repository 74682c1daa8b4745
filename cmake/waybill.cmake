# How a folder becomes a library and a test program. A folder's sources are found, not listed:
#   x.cc        belongs to the library waybill_<folder>
#   x_test.cc   belongs to the test program <folder>_test, run by ctest under the label "unit"
# A library names what it uses, of ours and of others; what it does not name it cannot link to.

find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
if(WAYBILL_TESTS)
  find_package(GTest REQUIRED)
endif()
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(XML2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka++ rdkafka)
find_library(UNBOUND_LIBRARY unbound REQUIRED)

add_library(waybill_options INTERFACE)
target_include_directories(waybill_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
# Reported false by g++ 12 inside its own headers when it optimises coroutines.
set(waybill_quiet $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict
                  -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
                  -Wno-dangling-pointer -Wno-mismatched-new-delete>)
target_compile_options(waybill_options INTERFACE -Wall -Wextra -Wshadow ${waybill_quiet}
                       -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # runtime/mutex.h; g++ has no such check.
  target_compile_options(waybill_options INTERFACE -Wthread-safety -Wthread-safety-beta)
endif()
if(WAYBILL_WERROR)
  target_compile_options(waybill_options INTERFACE -Werror)
endif()
target_compile_definitions(waybill_options INTERFACE
  _GLIBCXX_ASSERTIONS
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_REGEX
  # Asio's functions are compiled once (runtime/asio.cc) and not again in each unit.
  BOOST_ASIO_SEPARATE_COMPILATION
  # Frames of coroutines are kept for the next one: a message has some forty, and those of a few
  # sessions are open at once. New ones come from malloc, which aligns them well enough.
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=32
  BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC
  BOOST_ASIO_DISABLE_BOOST_ALIGN
  # Tests are run from the tree (waybill_test); no object depends on where the tree is, so that a
  # compiler cache serves every clone.
  WAYBILL_SOURCE_DIR=".")

# Half of a unit's time are its headers. So some units of a folder are compiled together, each still
# a file that compiles alone: clang-tidy reads them so, and `./dev includes` compiles them so. A
# name in the anonymous namespace is therefore the folder's, not the file's.
set(WAYBILL_UNITY 8 CACHE STRING "So many units of a folder are compiled together; 0: each alone")
if(WAYBILL_UNITY)
  # g++ sees no main file any more to which an anonymous type could belong.
  target_compile_options(waybill_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# waybill_together(OUT NAME SOURCE...): OUT is what is compiled in place of the sources. Not CMake's
# own unity build, which names them by absolute paths: these files have one text in every clone. A
# source of the list waybill_alone stays by itself.
function(waybill_together out name)
  set(units ${ARGN})
  if(NOT WAYBILL_UNITY OR NOT units)
    set(${out} ${units} PARENT_SCOPE)
    return()
  endif()
  set(compiled)
  set(number 0)
  set(count 0)
  set(text "")
  foreach(unit ${units})
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${unit})
    if(path IN_LIST waybill_alone)
      list(APPEND compiled ${unit})
      continue()
    endif()
    string(APPEND text "#include \"${path}\"\n")
    math(EXPR count "${count} + 1")
    if(count EQUAL WAYBILL_UNITY)
      waybill_batch(${name}_${number} "${text}")
      math(EXPR number "${number} + 1")
      set(count 0)
      set(text "")
    endif()
  endforeach()
  if(count GREATER 0)
    waybill_batch(${name}_${number} "${text}")
  endif()
  set(${out} ${compiled} PARENT_SCOPE)
endfunction()

# Of waybill_together(): a file of that text, written only where it is another one.
macro(waybill_batch file text)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/together/${file}.cc CONTENT "${text}" @ONLY)
  list(APPEND compiled ${PROJECT_BINARY_DIR}/together/${file}.cc)
endmacro()

# Check builds, by clang. address: one compilation for the tests under the sanitizers of addresses
# and undefined behaviour, and for the fuzz targets. thread: for tests under the thread sanitizer.
set(waybill_sanitizers)
if(WAYBILL_CHECK)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR NOT WAYBILL_CHECK MATCHES "^(address|thread)$")
    message(FATAL_ERROR "WAYBILL_CHECK is \"address\" or \"thread\", and needs clang "
                        "(-DCMAKE_CXX_COMPILER=clang++-14): libFuzzer is a part of it")
  endif()
endif()
if(WAYBILL_CHECK STREQUAL "thread")
  set(waybill_sanitizers -fsanitize=thread)
elseif(WAYBILL_CHECK)
  # clang 14 cannot assemble coroutines with the check of indirect calls ("Cannot represent a
  # difference across sections").
  set(waybill_sanitizers -fsanitize=address,undefined -fno-sanitize=function
      -fno-sanitize-recover=undefined)
  target_compile_definitions(waybill_options INTERFACE WAYBILL_CHECKS_ADDRESSES)
endif()
if(WAYBILL_CHECK)
  target_compile_options(waybill_options INTERFACE ${waybill_sanitizers} -O1 -g1)
  target_link_options(waybill_options INTERFACE ${waybill_sanitizers} -fuse-ld=lld)
endif()

# Precompiled headers: one for the libraries, one for those that count edges, and for the tests one
# with GoogleTest at each level of optimisation, because a compiler refuses one made otherwise.
# Every unit that reads one must be compiled with the same definitions and machine flags, which
# therefore stand in waybill_options.
if(WAYBILL_PCH)
  # Written only where it is not there: a new time would compile it again.
  if(NOT EXISTS ${PROJECT_BINARY_DIR}/empty.cc)
    file(WRITE ${PROJECT_BINARY_DIR}/empty.cc "")
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Without a time in it a compiler cache can tell that it is the same.
    target_compile_options(waybill_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  # Named as an include, not as a file: its text has no path of the tree.
  foreach(pch waybill_pch waybill_fuzzed_pch)
    add_library(${pch} OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/empty.cc)
    target_link_libraries(${pch} PRIVATE waybill_options)
    target_precompile_headers(${pch} PRIVATE <cmake/precompiled.h>)
    add_dependencies(${pch} waybill_schemas_proto)
  endforeach()
  target_compile_options(waybill_fuzzed_pch PRIVATE -fsanitize=fuzzer-no-link)
  if(WAYBILL_TESTS)
    foreach(level O0 O1)
      set(pch waybill_test_pch_${level})
      add_library(${pch} OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/empty.cc)
      target_compile_options(${pch} PRIVATE -${level})
      target_link_libraries(${pch} PRIVATE waybill_options GTest::gtest GTest::gmock)
      target_precompile_headers(${pch} PRIVATE <cmake/precompiled.h>
                                <gtest/gtest.h> <gmock/gmock.h>)
      add_dependencies(${pch} waybill_schemas_proto)
    endforeach()
  endif()
endif()

# waybill_precompiled(TARGET PCH): TARGET's units read the headers of PCH from it.
function(waybill_precompiled target pch)
  if(WAYBILL_PCH)
    target_precompile_headers(${target} REUSE_FROM ${pch})
  endif()
endfunction()

target_link_libraries(waybill_options INTERFACE Boost::boost protobuf::libprotobuf Threads::Threads)

# Tests of single units, and those of what crosses units: each to be built without the other.
add_custom_target(unit_tests)
add_custom_target(crossing_tests)

# waybill_library(FOLDER [FUZZED] [USES FOLDER...] [LINKS TARGET...]): FOLDER's sources as
# waybill_<folder>, its tests as <folder>_test. USES: the folders that it may call, LINKS: the
# libraries of others. Both are private: whoever uses FOLDER gets neither by it. The program
# <folder>_arrows is the library whole with these alone, so that a call to anything else does not
# link; tests/arch holds the includes against the same lines. FUZZED: fuzz targets feed it, so it
# counts its edges for them in the check build.
function(waybill_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 library "FUZZED" "" "USES;LINKS")
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  waybill_together(sources ${name} ${sources})
  add_library(waybill_${name} STATIC ${sources})
  list(TRANSFORM library_USES REPLACE "/" "_")
  list(TRANSFORM library_USES PREPEND "waybill_")
  target_link_libraries(waybill_${name} PUBLIC waybill_options
                        PRIVATE ${library_USES} ${library_LINKS})
  add_dependencies(waybill_${name} waybill_schemas_proto)
  if(WAYBILL_CHECK STREQUAL "address" AND library_FUZZED)
    target_compile_options(waybill_${name} PRIVATE -fsanitize=fuzzer-no-link)
    waybill_precompiled(waybill_${name} waybill_fuzzed_pch)
  else()
    waybill_precompiled(waybill_${name} waybill_pch)
  endif()
  set_property(GLOBAL APPEND PROPERTY waybill_libraries waybill_${name})
  if(tests AND WAYBILL_TESTS)
    waybill_test(${name}_test unit ${tests})
  endif()
  if(WAYBILL_TESTS AND NOT WAYBILL_CHECK)
    add_executable(${name}_arrows ${PROJECT_SOURCE_DIR}/cmake/arrow.cc)
    target_link_libraries(${name}_arrows PRIVATE
                          $<LINK_LIBRARY:WHOLE_ARCHIVE,waybill_${name}>)
    set_target_properties(${name}_arrows PROPERTIES
                          RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/arrows)
    add_dependencies(crossing_tests ${name}_arrows)
  endif()
endfunction()

# Every library of the house, for what crosses folders; filled at the end of CMakeLists.txt.
add_library(waybill_all INTERFACE)

# What tests of several folders share: fakes of ports, real peers on loopback.
function(waybill_test_support)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cc)
  waybill_together(sources test_support ${sources})
  add_library(waybill_test_support STATIC ${sources})
  target_link_libraries(waybill_test_support PUBLIC waybill_options GTest::gtest
                        PRIVATE waybill_all)
  target_compile_options(waybill_test_support PRIVATE -O1)
  add_dependencies(waybill_test_support waybill_schemas_proto)
  waybill_precompiled(waybill_test_support waybill_test_pch_O1)
endfunction()

# waybill_test(NAME LABEL SOURCE...): a GoogleTest program, run by ctest under LABEL. Tests of one
# unit end at once and are not optimised; others spend their time in their own inlined code, where
# -O1 pays for itself. The libraries are as shipped.
function(waybill_test name label)
  waybill_together(sources ${name} ${ARGN})
  add_executable(${name} ${sources})
  set(level O1)
  if(label STREQUAL "unit")
    set(level O0)
  endif()
  target_compile_options(${name} PRIVATE -${level})
  waybill_precompiled(${name} waybill_test_pch_${level})
  target_link_libraries(${name} PRIVATE waybill_test_support waybill_all GTest::gtest GTest::gmock
                        GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600)
  if(label STREQUAL "unit")
    add_dependencies(unit_tests ${name})
  else()
    add_dependencies(crossing_tests ${name})
  endif()
endfunction()
