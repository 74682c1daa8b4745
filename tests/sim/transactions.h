// What the log has of each message in one SMTP transaction, and which of them a sender's try was.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/time.h"
#include "schemas/event.h"
#include "tests/sim/client.h"

namespace waybill::tests {

// Ends an acceptance.
bool is_outcome(const schemas::Event& event);

// A target without its port.
std::string mailbox_of(const std::string& target);

struct Transaction {
  runtime::WallTime accepted_at{};
  std::vector<const schemas::Event*> accepted;            // one for each recipient
  std::map<std::string, std::string> mailboxes;           // by delivery
  std::map<std::string, const schemas::Event*> outcomes;  // by delivery

  // The outcomes of one alias; empty: of all.
  std::vector<const schemas::Event*> outcomes_of(std::string_view alias = {}) const;
  // Of the mailbox; nullptr: none.
  const schemas::Event* outcome_at(const std::string& mailbox) const;
  // Some of it is put off or in doubt: its sender is to come again.
  bool open() const;
};

class Transactions {
 public:
  // The events outlive it.
  explicit Transactions(const std::vector<schemas::Event>& events);

  // By the message id of the log; nullptr: nothing was accepted.
  const Transaction* find(const std::string& id) const;
  // What was accepted of the message in its try of that number; nullptr: nothing.
  const Transaction* of_try(const SentMessage& sent, std::size_t number) const;

  // A notice on that delivery is with its sender's server.
  bool is_told(const schemas::Event& outcome) const;

 private:
  std::map<std::string, Transaction> all_;
  // By the Message-ID of RFC 5322.
  std::map<std::string, std::vector<const Transaction*>> by_message_;
  // Transactions of ours, by the delivery that they tell of.
  std::map<std::string, std::vector<const Transaction*>> notices_;
};

// When the sender came again, or never.
runtime::WallTime end_of_try(const SentMessage& sent, std::size_t number);

}  // namespace waybill::tests
