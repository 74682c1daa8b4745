#include <algorithm>

#include "tools/doctor/names.h"
#include "tools/doctor/wording.h"

namespace waybill::tools::doctor {

using relay::trust::dmarc::DmarcCode;
using relay::trust::spf::SpfCode;
using runtime::dns::Existence;
using runtime::dns::Mx;

namespace {

constexpr std::size_t kMostNamed = 5;

bool answered_at_all(const NameFacts& facts) {
  const auto has_mx = [](const DomainFacts& domain) { return domain.mx.has_value(); };
  if (!facts.signed_name.empty() && facts.signed_answer) return true;
  return facts.a || facts.aaaa || std::any_of(facts.domains.begin(), facts.domains.end(), has_mx);
}

// "for mx1.example.org and mx2.example.org"; RFC 7505: an empty exchange takes no mail.
std::string exchanges_text(const std::vector<Mx>& records) {
  std::vector<std::string> names;
  for (const Mx& one : records) names.push_back(one.exchange);
  std::sort(names.begin(), names.end());
  return name_some(names, kMostNamed);
}

void judge_reverse(const NameFacts& facts, Findings& out) {
  constexpr char kAskForPtr[] = "Ask who gave you the address to set its PTR record.";
  for (const auto& [address, names, confirmed] : facts.reverse) {
    // Nobody else sees a name of this machine's own.
    if (address.is_loopback()) continue;
    const std::string text = address.to_string();
    if (!names) {
      out.push_back(
          {Severity::warning, text, "no answer about its name: " + names.error().message(), ""});
      continue;
    }
    const auto& records = names->records;
    const bool ours = std::find(records.begin(), records.end(), facts.host) != records.end();
    if (ours && confirmed) continue;
    const std::string called =
        records.empty() ? "has no name" : "is called " + name_some(records, kMostNamed);
    if (confirmed) {
      out.push_back(
          {Severity::note, text,
           called + ", which leads back to it, and not " + facts.host + ": few servers mind",
           kAskForPtr});
    } else if (ours) {
      out.push_back({Severity::note, text,
                     called + ", which does not lead back to it: some servers refuse mail from "
                              "there",
                     "Add its A or AAAA record to " + facts.host + "."});
    } else {
      out.push_back({Severity::note, text,
                     called + ", not " + facts.host + ": some servers refuse mail from there",
                     kAskForPtr});
    }
  }
}

void judge_host(const NameFacts& facts, Findings& out) {
  const bool known =
      (facts.a && !facts.a->records.empty()) || (facts.aaaa && !facts.aaaa->records.empty());
  if (known) {
    std::vector<std::string> addresses;
    for (const auto* answer : {&facts.a, &facts.aaaa}) {
      if (!*answer) continue;
      for (const auto& one : (*answer)->records) addresses.push_back(one.to_string());
    }
    out.push_back({Severity::fine, facts.host, "is at " + name_some(addresses, kMostNamed), ""});
    judge_reverse(facts, out);
    return;
  }
  const bool asked = facts.a && facts.aaaa;
  out.push_back(
      {Severity::warning, facts.host,
       asked ? "(server.host_name) has no address in DNS: servers distrust who greets so"
             : "no answer about its address: " + (facts.a ? facts.aaaa : facts.a).error().message(),
       asked ? "Set server.host_name to the name of this host, or add A and AAAA records." : ""});
}

// Nothing to say: its mail comes here.
void judge_exchanges(const DomainFacts& domain, const std::string& host, Findings& out) {
  constexpr char kAddMx[] = "If its mail is to come here, let its MX name ";
  if (!domain.mx) {
    out.push_back({Severity::warning, domain.name,
                   "no answer about its MX: " + domain.mx.error().message(), ""});
    return;
  }
  if (domain.leads_here) return;
  const auto& records = domain.mx->records;
  const bool null_mx = std::all_of(records.begin(), records.end(),
                                   [](const Mx& one) { return one.exchange.empty(); });
  if (domain.mx->name == Existence::no_such_name) {
    out.push_back({Severity::warning, domain.name, "is not in DNS: nobody can send to it",
                   kAddMx + host + "."});
  } else if (records.empty()) {
    out.push_back({Severity::note, domain.name,
                   "has no MX, and its own address is not that of " + host, kAddMx + host + "."});
  } else if (null_mx) {
    out.push_back({Severity::warning, domain.name, "says that it takes no mail (RFC 7505)",
                   kAddMx + host + "."});
  } else {
    out.push_back({Severity::note, domain.name,
                   "its MX is " + exchanges_text(records) + ", not " + host +
                       ": mail comes here only if it is passed on from there",
                   kAddMx + host + "."});
  }
}

// Whether it says something, and not yes.
bool is_not_yes(SpfCode code) {
  switch (code) {
    case SpfCode::none:
    case SpfCode::pass:
    case SpfCode::temperror: return false;
    case SpfCode::neutral:
    case SpfCode::fail:
    case SpfCode::softfail:
    case SpfCode::permerror: return true;
  }
  return true;
}

// Copies leave with return paths of the alias's domain: it is the one that next hops judge.
void judge_spf(const NameFacts& facts, Findings& out) {
  std::vector<std::string> without;
  for (const DomainFacts& domain : facts.domains) {
    if (!domain.spf.empty() && domain.spf.front().code == SpfCode::none) {
      without.push_back(domain.name);
    }
    for (const auto& [address, code] : domain.spf) {
      if (!is_not_yes(code)) continue;
      out.push_back({Severity::note, domain.name,
                     "its SPF says " + std::string(word(code)) + " for mail from " +
                         address.to_string() +
                         ", and what is handed on from here has its return path there",
                     "Name the address that mail leaves from in its SPF record."});
    }
  }
  if (without.empty()) return;
  out.push_back({Severity::note, "SPF",
                 name_some(without, kMostNamed) + (without.size() == 1 ? " has" : " have") +
                     " no SPF record: next hops cannot see that we may send with return paths "
                     "there",
                 "Add a TXT record such as \"v=spf1 mx -all\"."});
}

// Nobody can forge mail of a domain whose policy says what to do with it.
void judge_dmarc(const NameFacts& facts, Findings& out) {
  std::vector<std::string> without;
  for (const DomainFacts& domain : facts.domains) {
    if (domain.dmarc == DmarcCode::none) without.push_back(domain.name);
  }
  if (without.empty()) return;
  out.push_back({Severity::note, "DMARC",
                 name_some(without, kMostNamed) + (without.size() == 1 ? " has" : " have") +
                     " no DMARC record, and neither has the domain above",
                 "Add a TXT record at _dmarc such as \"v=DMARC1; p=none\", and raise it later."});
}

void judge_dnssec(const NameFacts& facts, Findings& out) {
  if (facts.signed_name.empty()) return;
  const std::string& name = facts.signed_name;
  if (facts.signed_answer && facts.signed_answer->secure) {
    out.push_back({Severity::fine, "DNSSEC", "what is said of " + name + " is secure", ""});
    return;
  }
  const std::string why =
      facts.signed_answer ? "it is not signed" : facts.signed_answer.error().message();
  out.push_back({Severity::wrong, "DNSSEC",
                 "nothing secure is said of " + name + ": " + why +
                     "; mail to targets that DNS has to find may get 451",
                 "Name servers in dns.servers that pass signatures on, and correct "
                 "dns.trust_anchor; or set dns.dnssec to false."});
}

}  // namespace

Findings judge_names(const NameFacts& facts) {
  // Where signatures are what is missing, every answer is.
  Findings of_dnssec;
  judge_dnssec(facts, of_dnssec);
  const bool unsafe = !of_dnssec.empty() && of_dnssec.front().severity == Severity::wrong;
  if (!answered_at_all(facts) && unsafe) return of_dnssec;
  if (!answered_at_all(facts)) {
    return {{Severity::wrong, facts.servers,
             "no answer to any question: " + facts.a.error().message() +
                 "; mail to targets that DNS has to find gets 451",
             "Start the name server, or correct dns.servers."}};
  }
  Findings out;
  out.push_back({Severity::fine, facts.servers, "answered", ""});
  out.insert(out.end(), of_dnssec.begin(), of_dnssec.end());
  judge_host(facts, out);
  std::vector<std::string> lead_here;
  for (const DomainFacts& domain : facts.domains) {
    judge_exchanges(domain, facts.host, out);
    if (domain.mx && domain.leads_here) lead_here.push_back(domain.name);
  }
  if (!lead_here.empty()) {
    out.push_back({Severity::fine, "MX",
                   "mail for " + name_some(lead_here, kMostNamed) + " is sent here", ""});
  }
  judge_spf(facts, out);
  judge_dmarc(facts, out);
  if (facts.not_asked > 0) {
    out.push_back(
        {Severity::note, "domains",
         plural(facts.not_asked, "further one was", "further ones were") + " not asked of", ""});
  }
  return out;
}

}  // namespace waybill::tools::doctor
