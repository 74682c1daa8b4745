# cmake -DSOURCE=... -DRELEASE=0.1.0 -DOUT=version.cc -P version.cmake
# The release, and of which commit this build is; written only where it differs, so that nothing is
# compiled again for the same.
set(build "${RELEASE}")
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty=.changed --exclude=*
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                  RESULT_VARIABLE failed)
  if(NOT failed)
    # Build metadata, Semantic Versioning 2.0.0 10.
    string(APPEND build "+g${commit}")
  endif()
endif()
set(text "#include \"runtime/version.h\"

namespace waybill::runtime {
const char kRelease[] = \"${RELEASE}\";
const char kBuild[] = \"${build}\";
}  // namespace waybill::runtime
")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
