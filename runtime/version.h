// Which Waybill this is. Its values are written by the build (cmake/version.cmake).
#pragma once

namespace waybill::runtime {

// "0.1.0": what others are told.
extern const char kRelease[];
// "0.1.0+g1e5e5fd", with ".changed" where the tree differed from that commit; the release alone
// where it was built without git.
extern const char kBuild[];

}  // namespace waybill::runtime
