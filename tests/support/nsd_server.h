// NsdServer: a real authoritative name server (nsd) on 127.0.0.1, with zones written in the test.
//
// Runs from the constructor, which returns once it answers, to the destructor, which ends it and
// removes its files. Names outside its zones are refused. Where nsd is not in build/peers,
// installed() is false and the test has to GTEST_SKIP.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace waybill::tests {

struct Zone {
  std::string origin;      // "example.test", no trailing dot
  std::string records;     // as ZoneResolver reads them; SOA and NS are added
  bool is_signed = false;  // by a key of the test's
};

class NsdServer {
 public:
  static bool installed();
  // ldns-signzone is there, too.
  static bool can_sign();

  // Throws std::runtime_error when nsd does not come up; its log is in the message.
  explicit NsdServer(const std::vector<Zone>& zones);
  ~NsdServer();
  NsdServer(const NsdServer&) = delete;
  NsdServer& operator=(const NsdServer&) = delete;

  std::uint16_t port() const { return port_; }
  // The file of the key that a zone is signed by.
  std::string trust_anchor(const std::string& origin) const {
    return directory_.path(origin + ".anchor");
  }

 private:
  void write_files(const std::vector<Zone>& zones) const;
  void sign(const std::string& origin) const;
  void start();
  void wait_until_ready(const std::string& origin);
  void stop();
  std::string log() const;

  const TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace waybill::tests
