# How a folder becomes a library and a test program. A folder's sources are found, not listed:
#   x.cc        belongs to the library waybill_<folder>
#   x_test.cc   belongs to the test program <folder>_test, run by ctest under the label "unit"
# The arrows between folders are checked over the includes by tests/arch, not by link lines.

find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka++ rdkafka)
find_library(UNBOUND_LIBRARY unbound REQUIRED)
find_library(OPENDKIM_LIBRARY opendkim REQUIRED)

add_library(waybill_options INTERFACE)
target_include_directories(waybill_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
# Reported false by g++ 12 inside its own headers when it optimises coroutines.
set(waybill_quiet $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict
                  -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-dangling-pointer -Wno-mismatched-new-delete>)
target_compile_options(waybill_options INTERFACE -Wall -Wextra -Wshadow
                       -Werror ${waybill_quiet} -fstack-protector-strong -fno-omit-frame-pointer)
target_compile_definitions(waybill_options INTERFACE
  _GLIBCXX_ASSERTIONS
  # One executor type everywhere; no deprecated spellings; exceptions of Asio carry no source file.
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_REGEX
  WAYBILL_VERSION="${PROJECT_VERSION}"
  # Tests are run from the tree (waybill_test); no object depends on where the tree is, so that a
  # compiler cache serves every clone.
  WAYBILL_SOURCE_DIR=".")
if(WAYBILL_SANITIZE)
  target_compile_options(waybill_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -O1 -g1)
  target_link_options(waybill_options INTERFACE -fsanitize=address,undefined)
endif()
if(WAYBILL_FUZZ)
  # clang 14 cannot assemble coroutines with the check of indirect calls ("Cannot represent a
  # difference across sections").
  target_compile_options(waybill_options INTERFACE -fsanitize=address,undefined,fuzzer-no-link
                         -fno-sanitize=function -fno-sanitize-recover=undefined -O1 -g1)
  target_link_options(waybill_options INTERFACE -fsanitize=address,undefined)
endif()
target_link_libraries(waybill_options INTERFACE
  Boost::boost Boost::json Boost::url OpenSSL::Crypto OpenSSL::SSL protobuf::libprotobuf
  RocksDB::rocksdb-shared spdlog::spdlog prometheus-cpp::core tomlplusplus::tomlplusplus CLI11::CLI11
  PkgConfig::IDN2 PkgConfig::PSL PkgConfig::RDKAFKA ${UNBOUND_LIBRARY} ${OPENDKIM_LIBRARY} Threads::Threads)

# Libraries name each other freely in link lines (static archives, one group), because the order is
# the arrows' business and those are tests/arch's.
function(waybill_library folder)
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(sources)
    add_library(waybill_${name} STATIC ${sources})
  else()
    file(WRITE ${PROJECT_BINARY_DIR}/empty/${name}.cc "")
    add_library(waybill_${name} STATIC ${PROJECT_BINARY_DIR}/empty/${name}.cc)
  endif()
  target_link_libraries(waybill_${name} PUBLIC waybill_options)
  if(NOT name STREQUAL "schemas")
    add_dependencies(waybill_${name} waybill_schemas_proto)
  endif()
  set_property(GLOBAL APPEND PROPERTY waybill_libraries waybill_${name})
  if(tests AND WAYBILL_TESTS AND NOT WAYBILL_FUZZ)
    waybill_test(${name}_test unit ${tests})
  endif()
endfunction()

# Every library of the house, in one link group.
function(waybill_link_all target)
  target_link_libraries(${target} PRIVATE waybill_options "-Wl,--start-group"
    waybill_runtime waybill_schemas waybill_schemas_proto waybill_ingest waybill_relay_smtp waybill_relay_message
    waybill_relay_dns waybill_relay_routes waybill_relay_forward waybill_relay_returnpath waybill_relay_returnpath_report waybill_relay_trust waybill_relay_trust_dkim waybill_relay_trust_spf waybill_relay_trust_dmarc
    waybill_relay waybill_projector
    waybill_projector_views waybill_query waybill_app_config waybill_app_sink waybill_app_return_paths waybill_app_trace waybill_app_backup waybill_app_cluster waybill_app_doctor "-Wl,--end-group")
endfunction()

# What tests of several folders share: fakes of ports, real peers on loopback.
function(waybill_test_support)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cc)
  add_library(waybill_test_support STATIC ${sources})
  target_link_libraries(waybill_test_support PUBLIC waybill_options GTest::gtest)
  add_dependencies(waybill_test_support waybill_schemas_proto)
endfunction()

# A GoogleTest program, run by ctest under a label.
function(waybill_test name label)
  add_executable(${name} ${ARGN})
  # Before the libraries that it uses.
  target_link_libraries(${name} PRIVATE waybill_test_support)
  waybill_link_all(${name})
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 600)
endfunction()
