// ZoneResolver: a Resolver that answers from a zone written in a test, on any Clock.
//
// The zone is text, a record a line, in a subset of the zone file form of RFC 1035 5.1 that real
// name servers read too: "owner TYPE data", absolute names with their trailing dot, ';' comments.
// Types A, AAAA, MX, TXT (quoted strings), PTR, TLSA and CNAME. Names can be made to fail, to be
// slow, or silent. Belongs to one thread. A line that does not parse throws std::invalid_argument.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/dns/resolver.h"

namespace waybill::tests {

enum class RecordType { a, aaaa, mx, txt, ptr, tlsa };

class ZoneResolver final : public runtime::dns::Resolver {
 public:
  explicit ZoneResolver(runtime::Clock& clock, std::string_view zone = {});

  void add(std::string_view zone);
  // Records that the text cannot hold: any octets in a TXT, spaces in a name. `name` without its
  // trailing dot.
  void add_text(const std::string& name, std::string text);
  void add_address(const std::string& name, const runtime::IpAddress& address);
  // Forgets all records of a name; failures and delays stay.
  void remove(const std::string& name);

  // From now on questions for the name fail with `error`: all, or those for one type.
  void fail(const std::string& name, runtime::Errc error,
            std::optional<RecordType> type = std::nullopt);
  // Answers and failures of the name come after `delay`, or not at all: Errc::timeout then.
  void delay(const std::string& name, runtime::Duration delay);
  void silence(const std::string& name);
  // No failures, delays and silences any more.
  void heal();

  // What is said of names at and below `zone` is secure from now on; an answer that aliases lead to
  // is where all of them are.
  void sign(const std::string& zone) { signed_.insert(zone); }

  // Every question so far, "mx example.test", in order.
  const std::vector<std::string>& asked() const { return asked_; }

  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::dns::Mx>>> mx(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::IpAddress>>> a(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::IpAddress>>> aaaa(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<std::string>>> txt(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<runtime::Tlsa>>> tlsa(
      std::string name, runtime::Instant deadline) override;
  runtime::Task<runtime::Result<runtime::dns::Answer<std::string>>> ptr(
      runtime::IpAddress address, runtime::Instant deadline) override;

 private:
  struct Node {
    std::vector<runtime::dns::Mx> mx;
    std::vector<runtime::IpAddress> a;
    std::vector<runtime::IpAddress> aaaa;
    std::vector<std::string> txt;
    std::vector<std::string> ptr;
    std::vector<runtime::Tlsa> tlsa;
    std::optional<std::string> cname;
  };

  void add_line(const std::string& line);
  runtime::Task<runtime::Error> answer_in_time(std::string name, RecordType type,
                                               runtime::Instant deadline);
  runtime::Error failure_of(const std::string& name, RecordType type) const;
  template <class Record>
  runtime::Result<runtime::dns::Answer<Record>> look_up(std::string name,
                                                        std::vector<Record> Node::*records) const;
  bool has_name(const std::string& name) const;
  bool is_signed(const std::string& name) const;

  runtime::Clock& clock_;
  std::map<std::string, Node> nodes_;
  std::map<std::string, runtime::Errc> failures_;
  std::map<std::pair<std::string, RecordType>, runtime::Errc> failures_of_type_;
  std::map<std::string, runtime::Duration> delays_;
  std::set<std::string> silent_;
  std::set<std::string> signed_;
  std::vector<std::string> asked_;
};

}  // namespace waybill::tests
