#include "ingest/event_stream.h"

#include "runtime/crypto.h"

namespace waybill::ingest {

std::string digest_of_value(std::string_view value) {
  const runtime::Digest digest = runtime::sha256(value);
  return {digest.begin(), digest.end()};
}

}  // namespace waybill::ingest
