// A DMARC policy record (RFC 9989 4.7, 4.8; RFC 7489 6.3) as values. Pure functions.
//
// Promises: any octets that begin as a DMARC record are parsed, in linear time; unknown tags and
// tags with wrong values are passed over. Of a tag that stands twice, the first counts.
#pragma once

#include <optional>
#include <string_view>

namespace waybill::relay::trust::dmarc {

enum class Policy { none, quarantine, reject };
// "none", "quarantine", "reject".
std::string_view word(Policy policy);

enum class AlignmentMode { relaxed, strict };
// psd=: whether the domain is a public suffix, an organisation's top, or says nothing of it.
enum class SuffixFlag { unknown, suffix, organisation };
enum class TestMode { off, on };
// Of p, sp and np together: "wrong" if one stands there with a value that is no policy.
enum class PolicyTags { sound, wrong };
// Whether rua= names somewhere that reports may go.
enum class ReportAddress { none, given };

struct Record {
  std::optional<Policy> policy;              // p
  std::optional<Policy> subdomain_policy;    // sp
  std::optional<Policy> nonexistent_policy;  // np
  PolicyTags policy_tags = PolicyTags::sound;
  AlignmentMode dkim = AlignmentMode::relaxed;  // adkim
  AlignmentMode spf = AlignmentMode::relaxed;   // aspf
  SuffixFlag suffix = SuffixFlag::unknown;      // psd
  TestMode test = TestMode::off;                // t
  unsigned percent = 100;                       // pct (RFC 7489 6.3); RFC 9989 knows it no more
  ReportAddress reports = ReportAddress::none;  // rua
};

// "v=DMARC1" first, alone or before a semicolon; white space around the signs, and the value in
// this very case.
bool is_dmarc_record(std::string_view text);

// `text` is a DMARC record.
Record parse_record(std::string_view text);

}  // namespace waybill::relay::trust::dmarc
