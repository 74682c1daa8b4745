// The sockets that a service manager opened for this process: sd_listen_fds(3), of which this is
// the reading half.
#pragma once

#include <string>
#include <vector>

#include "runtime/failure.h"

namespace waybill::runtime {

struct InheritedSocket {
  int descriptor = -1;
  std::string name;  // FileDescriptorName= of the socket unit; "unknown" where none was given
};

// What the three variables say to the process `own`, in the order of descriptors; empty where they
// are meant for another one, or are not there (nullptr). Pure.
Explained<std::vector<InheritedSocket>> inherited_in(const char* pid, const char* count,
                                                     const char* names, int own);

// The same of this process, once: it takes the variables away, and no child inherits the sockets.
// Before there are threads, for it changes the environment.
Explained<std::vector<InheritedSocket>> take_inherited_sockets();

}  // namespace waybill::runtime
