// TestAuthority: a certificate authority of a test, with its files in a folder of its own that goes
// with it. Real certificates (P-256, valid for a day), made by OpenSSL on the spot.
#pragma once

#include <memory>
#include <string>

#include "tests/support/temporary_directory.h"

struct evp_pkey_st;
struct x509_st;

namespace waybill::tests {

class TestAuthority {
 public:
  struct Issued {
    std::string chain_file;
    std::string key_file;
  };

  explicit TestAuthority(const std::string& name);
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // `names`: as in a subject alternative name, "DNS:node-1.test,IP:127.0.0.1".
  enum class Validity { today, ended };
  Issued issue(const std::string& names, Validity validity = Validity::today);

  std::string ca_file() const { return folder_.path("ca.pem"); }
  const std::string& folder() const { return folder_.path(); }

 private:
  using Key = std::shared_ptr<evp_pkey_st>;
  using Certificate = std::shared_ptr<x509_st>;

  const TemporaryDirectory folder_;
  Key key_;
  Certificate certificate_;
  long serial_ = 1;
};

}  // namespace waybill::tests
