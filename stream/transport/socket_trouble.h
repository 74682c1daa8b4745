// What a failure of a socket (runtime/wire.h, runtime/datagrams.h) means to a sink.
#pragma once

#include "stream/transport/transport.h"

namespace waybill::stream {

// A peer that is not there may come back; one that does not know us waits for a person.
inline Trouble trouble_of(const runtime::Failure& failure) {
  return failure.code == runtime::Errc::refused ? Trouble::setup : Trouble::weather;
}

}  // namespace waybill::stream
