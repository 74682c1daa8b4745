#include "tests/support/libspf2_judge.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>

extern "C" {
#include <spf2/spf.h>
#include <spf2/spf_dns_zone.h>
}

#include <map>
#include <memory>
#include <stdexcept>

namespace waybill::tests {
namespace {

using Dns = std::unique_ptr<SPF_dns_server_t, void (*)(SPF_dns_server_t*)>;
using Server = std::unique_ptr<SPF_server_t, void (*)(SPF_server_t*)>;
using Request = std::unique_ptr<SPF_request_t, void (*)(SPF_request_t*)>;
using Response = std::unique_ptr<SPF_response_t, void (*)(SPF_response_t*)>;

ns_type type_of(const std::string& word) {
  static const std::map<std::string, ns_type> kTypes{
      {"A", ns_t_a}, {"AAAA", ns_t_aaaa}, {"MX", ns_t_mx}, {"TXT", ns_t_txt}, {"PTR", ns_t_ptr}};
  const auto found = kTypes.find(word);
  return found == kTypes.end() ? ns_t_any : found->second;
}

// Of an MX, the exchange alone; no last dots.
std::string data_of(const ZoneRecord& one) {
  std::string out = one.value;
  if (one.type == "MX") out = out.substr(out.find(' ') + 1);
  if (one.type != "TXT" && out.ends_with('.')) out.pop_back();
  return out;
}

void add_to(SPF_dns_server_t* dns, const SpfZone& zone) {
  for (const ZoneRecord& one : zone) {
    // It ends the process for types that it does not know.
    if (one.type == "CNAME") continue;
    const SPF_dns_stat_t status = one.times_out ? TRY_AGAIN : NETDB_SUCCESS;
    const std::string data = data_of(one);
    const char* text = one.times_out ? nullptr : data.c_str();
    SPF_dns_zone_add_str(dns, one.name.c_str(), type_of(one.type), status, text);
  }
}

std::string word_of(SPF_response_t* response) {
  switch (SPF_response_result(response)) {
    case SPF_RESULT_NONE: return "none";
    case SPF_RESULT_NEUTRAL: return "neutral";
    case SPF_RESULT_PASS: return "pass";
    case SPF_RESULT_FAIL: return "fail";
    case SPF_RESULT_SOFTFAIL: return "softfail";
    case SPF_RESULT_TEMPERROR: return "temperror";
    case SPF_RESULT_PERMERROR: return "permerror";
    default: break;
  }
  const SPF_errcode_t error = SPF_response_errcode(response);
  if (error == SPF_E_NOT_SPF) return "none";
  return error == SPF_E_DNS_ERROR ? "temperror" : "permerror";
}

}  // namespace

std::string libspf2_word(const SpfZone& zone, const relay::trust::spf::SpfRequest& request) {
  // A server frees only a zone that it made itself.
  const Dns dns(SPF_dns_zone_new(nullptr, "test", 0), SPF_dns_free);
  if (dns == nullptr) throw std::runtime_error("libspf2 gives no zone");
  add_to(dns.get(), zone);
  const Server server(SPF_server_new_dns(dns.get(), 0), SPF_server_free);
  SPF_server_set_rec_dom(server.get(), "relay.test");
  const Request query(SPF_request_new(server.get()), SPF_request_free);
  const std::string client = request.client.to_string();
  if (request.client.is_v4()) {
    SPF_request_set_ipv4_str(query.get(), client.c_str());
  } else {
    SPF_request_set_ipv6_str(query.get(), client.c_str());
  }
  SPF_request_set_helo_dom(query.get(), request.helo.c_str());
  SPF_request_set_env_from(query.get(), request.sender.c_str());
  SPF_response_t* raw = nullptr;
  SPF_request_query_mailfrom(query.get(), &raw);
  if (raw == nullptr) throw std::runtime_error("libspf2 gives no response");
  const Response response(raw, SPF_response_free);
  return word_of(raw);
}

}  // namespace waybill::tests
