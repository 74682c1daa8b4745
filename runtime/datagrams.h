// Datagrams: UDP to one host, for a thread that may block. The socket is connected, so that the
// host's refusal (ICMP port unreachable) is heard: by the call after the one that met it.
//
// Errors, with words that begin with the host: Errc::unreachable: nobody listens there, or there is
// no way; limit_exceeded: the octets are more than one datagram holds; timeout; closed: cancelled.
// One thread at a time; cancel() from any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/cancel_signal.h"
#include "runtime/endpoint.h"

namespace waybill::runtime {

class Datagrams {
 public:
  Datagrams(std::string host, std::uint16_t port);
  ~Datagrams();
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  // A socket to an address of the host, which is looked up anew.
  Explained<void> open(Instant deadline);
  bool is_open() const { return socket_ >= 0; }
  // One datagram. The system has it; what becomes of it is not known.
  Explained<void> send(std::string_view octets, Instant deadline);
  // Whether a refusal was heard since; never blocks.
  Explained<void> heard();
  void drop() noexcept;
  void cancel() noexcept { cancel_.cancel(); }

 private:
  Failure failure(Errc code, const std::string& why) const;
  Failure failed(int error) const;

  const std::string host_;
  const std::uint16_t port_;
  CancelSignal cancel_;
  int socket_ = -1;
};

}  // namespace waybill::runtime
