// What every Transport is tested in: a receiver of the test's own that has bad days. A transport
// joins the suite by an adapter in transport_contract_worlds.cc, or in a file of its own that names
// one.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "stream/transport/transport.h"
#include "tests/support/socket_receiver.h"

namespace waybill::tests {

// A record as it arrived.
struct ArrivedRecord {
  std::string id;
  std::string octets;  // all that belongs to it, as sent
};

class TransportWorld {
 public:
  virtual ~TransportWorld() = default;
  virtual stream::Transport& transport() = 0;
  // What the receiver does with the next connections, or requests.
  virtual void behave(Habit habit, int times) = 0;
  // It ends the connections that it has, cleanly.
  virtual void end_all() = 0;
  virtual std::vector<ArrivedRecord> arrived() = 0;
};

struct TransportAdapter {
  const char* name;
  std::unique_ptr<TransportWorld> (*make)();
  // Those that the receiver can have.
  std::vector<Habit> habits;
  // Whether a record may hold a newline.
  enum class Newlines { taken, refused } newlines = Newlines::taken;
};

inline void PrintTo(const TransportAdapter& adapter, std::ostream* out) { *out << adapter.name; }

TransportAdapter syslog_tls_adapter();
TransportAdapter syslog_tls_fin_adapter();
TransportAdapter syslog_tcp_adapter();
TransportAdapter relp_adapter();
TransportAdapter relp_tls_adapter();
TransportAdapter line_file_adapter();

// A record of the contract: its body names its id, and says no more than that in many octets.
stream::Record contract_record(std::size_t number);
// The id that a body made by contract_record() names; empty: none.
std::string id_in(const std::string& body);

}  // namespace waybill::tests
