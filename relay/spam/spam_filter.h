// SpamFilter: a program that judges whole messages, as a port.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relay/message/spool.h"
#include "runtime/endpoint.h"
#include "runtime/failure.h"
#include "runtime/task.h"
#include "runtime/time.h"

namespace waybill::relay::spam {

// What is done with a message, as far as the filter is followed.
enum class Action {
  pass,     // nothing
  tag,      // it goes on, marked
  put_off,  // 451: it is to come again
  reject,   // 550
};

struct Judgement {
  Action action = Action::pass;
  std::string word;  // the filter's own for it: "add header"
  double score = 0;
  double threshold = 0;  // from which on it rejects
  std::vector<std::string> symbols;
  std::string text;  // for the sender; empty: none was given
  // Header fields that the filter asks for: name and value.
  std::vector<std::pair<std::string, std::string>> fields;
};

// What is known of a message beside its octets.
struct Question {
  runtime::IpAddress client;
  std::string client_name;  // confirmed (client_facts.h); empty: not known
  std::string helo;
  std::string sender;  // empty: the null sender
  std::vector<std::string> recipients;
  std::string id;  // of the message
  std::string host_name;
  std::optional<std::string> tls_version{};
};

class SpamFilter {
 public:
  virtual ~SpamFilter() = default;
  // `spool` outlives the task, which ends by its deadline. A Failure says why nothing was judged.
  virtual runtime::Task<runtime::Explained<Judgement>> judge(Question question,
                                                             message::Spool& spool,
                                                             runtime::Instant deadline) = 0;
};

}  // namespace waybill::relay::spam
