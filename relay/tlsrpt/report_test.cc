#include "relay/tlsrpt/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "relay/tlsrpt/policies_json.h"
#include "relay/trust/dkim/tag_list.h"
#include "runtime/gzip.h"

namespace waybill::relay::tlsrpt {
namespace {

using testing::HasSubstr;
namespace json = boost::json;

constexpr Date kReportDay = std::chrono::sys_days(std::chrono::year(2016) / 4 / 1);
constexpr runtime::WallTime kBegun = kReportDay + std::chrono::hours(3);

Reporter reporter() {
  return {"Company-X", "sts-reporting@company-x.example",
          *schemas::Address::parse("noreply@mail.company-x.example")};
}

// RFC 8460, Appendix B, with mx-host as an array (erratum 6241), what we never write left out
// ("receiving-mx-helo", "additional-information"), and its report-id being ours.
constexpr const char* kExample = R"({
  "organization-name": "Company-X",
  "date-range": {
    "start-datetime": "2016-04-01T00:00:00Z",
    "end-datetime": "2016-04-01T23:59:59Z"
  },
  "contact-info": "sts-reporting@company-x.example",
  "report-id": "ID",
  "policies": [{
    "policy": {
      "policy-type": "sts",
      "policy-string": ["version: STSv1", "mode: testing",
                        "mx: *.mail.company-y.example", "max_age: 86400"],
      "policy-domain": "company-y.example",
      "mx-host": ["*.mail.company-y.example"]
    },
    "summary": {
      "total-successful-session-count": 5326,
      "total-failure-session-count": 303
    },
    "failure-details": [{
      "result-type": "starttls-not-supported",
      "sending-mta-ip": "2001:db8:abcd:13::1",
      "receiving-mx-hostname": "mx2.mail.company-y.example",
      "receiving-ip": "203.0.113.56",
      "failed-session-count": 200
    }, {
      "result-type": "certificate-expired",
      "sending-mta-ip": "2001:db8:abcd:12::1",
      "receiving-mx-hostname": "mx1.mail.company-y.example",
      "failed-session-count": 100
    }, {
      "result-type": "validation-failure",
      "sending-mta-ip": "198.51.100.62",
      "receiving-mx-hostname": "mx-backup.mail.company-y.example",
      "receiving-ip": "203.0.113.58",
      "failed-session-count": 3,
      "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"
    }]
  }]
})";

Policies example() {
  AppliedPolicy policy{
      PolicyType::sts,
      {"version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"},
      "company-y.example",
      {"*.mail.company-y.example"}};
  Tally tally{5326, 303, {}};
  tally.details[{ResultType::certificate_expired, "2001:db8:abcd:12::1",
                 "mx1.mail.company-y.example", "", ""}] = 100;
  tally.details[{ResultType::starttls_not_supported, "2001:db8:abcd:13::1",
                 "mx2.mail.company-y.example", "203.0.113.56", ""}] = 200;
  tally
      .details[{ResultType::validation_failure, "198.51.100.62", "mx-backup.mail.company-y.example",
                "203.0.113.58", "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED"}] = 3;
  return {{policy, tally}};
}

Report report() {
  return write_report(reporter(), "company-y.example", kReportDay, kBegun, example());
}

TEST(TlsReportTest, IsTheExampleOfTheRfc) {
  const json::value written = json::parse(report().json);
  json::value wanted = json::parse(kExample);
  wanted.as_object()["report-id"] = report().id;
  EXPECT_EQ(written, wanted) << report().json;
}

TEST(TlsReportTest, HasWordsForAllThatTheRfcHasWordsFor) {
  EXPECT_EQ(word_of(PolicyType::none), "no-policy-found");
  EXPECT_EQ(word_of(ResultType::sts_webpki_invalid), "sts-webpki-invalid");
  Policies none{{{PolicyType::none, {}, "a.test", {}}, {1, 0, {}}}};
  EXPECT_EQ(json::serialize(json_of(none)),
            R"([{"policy":{"policy-type":"no-policy-found","policy-domain":"a.test"},)"
            R"("summary":{"total-successful-session-count":1,"total-failure-session-count":0}}])");
  EXPECT_EQ(policies_of(json_of(example())), example());
}

// RFC 8460 5.1: the same report has the same id; another one another.
TEST(TlsReportTest, IsToldFromOthersByItsId) {
  const std::string id = report().id;
  EXPECT_THAT(id, testing::MatchesRegex("2016-04-01\\.[0-9a-f]+@mail\\.company-x\\.example"));
  EXPECT_EQ(report().id, id);
  const auto with = [](const char* domain, Date date, runtime::WallTime begun) {
    return write_report(reporter(), domain, date, begun, example()).id;
  };
  EXPECT_NE(with("other.example", kReportDay, kBegun), id);
  EXPECT_NE(with("company-y.example", kReportDay, kBegun + std::chrono::seconds(1)), id);
  EXPECT_THAT(report().file_name,
              testing::MatchesRegex("mail\\.company-x\\.example!company-y\\.example!1459468800!"
                                    "1459555199!2016-04-01\\.[0-9a-f]+\\.json\\.gz"));
}

// RFC 8460 5.3
TEST(TlsReportTest, GoesByMailAsTheRfcAsks) {
  const std::string packed = runtime::gzip(report().json);
  const auto to = schemas::Address::parse("tls@company-y.example");
  const std::string text = write_message(reporter(), report(), *to, packed, kBegun);
  for (const char* const field :
       {"From: <noreply@mail.company-x.example>\r\n", "To: <tls@company-y.example>\r\n",
        "Subject: Report Domain: company-y.example\r\n Submitter: mail.company-x.example\r\n "
        "Report-ID: <2016-04-01.",
        "TLS-Report-Domain: company-y.example\r\n",
        "TLS-Report-Submitter: mail.company-x.example\r\n", "TLS-Required: No\r\n",
        "Content-Type: multipart/report; report-type=\"tlsrpt\";\r\n boundary=\"",
        "Content-Type: application/tlsrpt+gzip\r\nContent-Transfer-Encoding: base64\r\n",
        "Date: Fri, 1 Apr 2016 03:00:00 +0000\r\n"}) {
    EXPECT_THAT(text, HasSubstr(field));
  }
  const std::size_t begin = text.find("\r\n\r\n", text.find("application/tlsrpt+gzip")) + 4;
  const std::size_t end = text.find("\r\n--", begin);
  EXPECT_EQ(trust::dkim::decode_base64(text.substr(begin, end - begin)), packed);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t line = text.find("\r\n", at);
    ASSERT_NE(line, std::string::npos);
    EXPECT_LE(line - at, 998U);
    at = line + 2;
  }
}

}  // namespace
}  // namespace waybill::relay::tlsrpt
