// ClientFacts: what DNS says of a client's address. Values.
#pragma once

#include <string>
#include <vector>

namespace waybill::relay::door {

// A DNS list that names the client.
struct Listing {
  std::string zone;
  std::string answer;  // "127.0.0.2"
  int weight = 0;
  friend bool operator==(const Listing&, const Listing&) = default;
};

enum class ClientName {
  not_asked,
  unknown,      // DNS gave no answer
  none,         // the address has no name
  unconfirmed,  // none of its names leads back to it
  confirmed,
};

struct ClientFacts {
  ClientName name_is = ClientName::not_asked;
  std::string name;  // the confirmed one, or else the first; a domain as DNS has it
  std::vector<Listing> listings;

  int score() const {
    int sum = 0;
    for (const Listing& one : listings) sum += one.weight;
    return sum;
  }
};

}  // namespace waybill::relay::door
