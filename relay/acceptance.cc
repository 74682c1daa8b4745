#include "relay/acceptance.h"

namespace waybill::relay {

schemas::Reply unrecorded(RelayMetrics& metrics, const runtime::Error& error) {
  metrics.unrecorded.add();
  if (runtime::errc_of(error) == runtime::Errc::log_full) {
    return {451, "4.3.1", "The log is full; try again later"};
  }
  if (runtime::errc_of(error) == runtime::Errc::no_space) {
    // RFC 5321 4.2.3.
    return {452, "4.3.1", "Insufficient system storage; try again later"};
  }
  return {451, "4.3.0", "The verdict could not be put on record; try again later"};
}

}  // namespace waybill::relay
