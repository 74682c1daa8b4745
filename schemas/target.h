// Target: where a copy goes: `user@domain`, `user@domain:port`, `user@[ip]:port`, `user@[ip]`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/endpoint.h"
#include "runtime/failure.h"
#include "schemas/address.h"

namespace waybill::schemas {

class Target {
 public:
  // Errc::invalid; the words say what was expected. IPv6: "user@[2001:db8::1]:2525" (the "IPv6:"
  // tag of RFC 5321 4.1.3 is taken too). Port 1..65535.
  static runtime::Explained<Target> parse(std::string_view text);

  const Address& address() const { return address_; }
  std::optional<std::uint16_t> port() const { return port_; }
  // Set for an address literal: no DNS is asked.
  const std::optional<runtime::IpAddress>& ip() const { return ip_; }

  // As written in the log: the address, and ":port" where one was given.
  std::string text() const;

  friend bool operator==(const Target&, const Target&) = default;

 private:
  Target(Address a, std::optional<std::uint16_t> p, std::optional<runtime::IpAddress> i)
      : address_(std::move(a)), port_(p), ip_(std::move(i)) {}
  Address address_;
  std::optional<std::uint16_t> port_;
  std::optional<runtime::IpAddress> ip_;
};

}  // namespace waybill::schemas
