// Principals: who asks, decided once for each request before its handler runs. What is decided
// travels with the request (request.h) as a schemas::Principal.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "http/problem.h"
#include "http/request.h"
#include "schemas/principal.h"

namespace waybill::http {

using Asker = std::shared_ptr<const schemas::Principal>;

class Principals {
 public:
  virtual ~Principals() = default;

  // Any thread; it does not block. A Problem is the answer: 401 where nobody is named who is known
  // here. Its words do not tell a token that never was from one that is no more.
  virtual std::variant<Asker, Problem> who(const Request& request) = 0;

  // 429 for somebody who is known and asks too often. Any thread; it does not block.
  virtual std::optional<Problem> asks_too_often(const schemas::Principal& asker) {
    (void)asker;
    return std::nullopt;
  }

  // 403 for a question about mail by somebody who has to say why and gives no reason. Any thread;
  // it does not block.
  virtual std::optional<Problem> owes_a_reason(const schemas::Principal& asker) {
    (void)asker;
    return std::nullopt;
  }
};

// Whoever reaches the server is `principal`: for servers on loopback alone, and for those of a
// cluster, where each request shows the secret.
std::unique_ptr<Principals> everyone_is(schemas::Principal principal);

// Of a request from this machine without credentials, who may read everything.
schemas::Principal local_reader();

}  // namespace waybill::http
