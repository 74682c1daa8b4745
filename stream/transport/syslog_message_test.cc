#include "stream/transport/syslog_message.h"

#include <gtest/gtest.h>

namespace waybill::stream {
namespace {

using runtime::WallTime;

Record spoken(WallTime time, std::string body = "{}") {
  Record out;
  out.id = "0198c0de-0000-7000-8000-000000000001";
  out.kind = "verification-failed";
  out.time = time;
  out.body = std::move(body);
  return out;
}

WallTime wall(std::int64_t nanoseconds) { return WallTime(std::chrono::nanoseconds(nanoseconds)); }

std::string message_of(const SyslogSettings& settings, const Record& record) {
  std::string out;
  SyslogMessages(settings).append(record, out);
  return out;
}

TEST(SyslogMessageTest, AMessageIsThatOfRfc5424) {
  SyslogSettings settings{.host_name = "relay.example"};
  // 2025-11-24T16:00:00.123456789Z
  Record record = spoken(wall(1'764'000'000'123'456'789), "{\"a\":\"\xC3\xBC\"}");
  EXPECT_EQ(message_of(settings, record),
            "<166>1 2025-11-24T16:00:00.123456Z relay.example waybill - verification-failed - "
            "{\"a\":\"\xC3\xBC\"}");
  settings.facility = 2;
  settings.process = "archive";
  settings.digits = SyslogSettings::Digits::three;
  record.severity = Severity::error;
  EXPECT_EQ(message_of(settings, record),
            "<19>1 2025-11-24T16:00:00.123Z relay.example waybill archive verification-failed - "
            "{\"a\":\"\xC3\xBC\"}");
}

TEST(SyslogMessageTest, TimesAreCutAndNeverRounded) {
  struct Case {
    std::int64_t nanoseconds;
    const char* six;
    const char* three;
  };
  for (const auto& [nanoseconds, six, three] : {
           Case{0, "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.000Z"},
           Case{999'999'999, "1970-01-01T00:00:00.999999Z", "1970-01-01T00:00:00.999Z"},
           Case{-1, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999Z"},
           Case{951'782'399'000'000'999, "2000-02-28T23:59:59.000000Z", "2000-02-28T23:59:59.000Z"},
           Case{951'782'400'001'002'000, "2000-02-29T00:00:00.001002Z", "2000-02-29T00:00:00.001Z"},
       }) {
    SyslogSettings settings;
    const Record record = spoken(wall(nanoseconds));
    EXPECT_NE(message_of(settings, record).find(six), std::string::npos) << six;
    settings.digits = SyslogSettings::Digits::three;
    EXPECT_NE(message_of(settings, record).find(three), std::string::npos) << three;
  }
}

// Seconds are kept from one record to the next.
TEST(SyslogMessageTest, EachRecordHasItsOwnTimeInWhateverOrder) {
  SyslogMessages messages(SyslogSettings{});
  for (const std::int64_t second : {5L, 5L, 4L, 4'000'000'000L, 0L, -7L, 5L}) {
    const Record record = spoken(wall(second * 1'000'000'000 + 1'000));
    std::string kept;
    messages.append(record, kept);
    EXPECT_EQ(kept, message_of({}, record)) << second;
  }
}

TEST(SyslogMessageTest, NamesAreOfTheOctetsAndTheLengthThatTheHeaderHas) {
  const SyslogSettings settings{.host_name = "re lay\n\xC3\xBC" + std::string(300, 'h'),
                                .app_name = std::string(60, 'a'),
                                .process = std::string(200, 'p')};
  Record record = spoken(wall(0));
  const std::string kind = "a kind\t" + std::string(40, 'k');
  record.kind = kind;
  EXPECT_EQ(message_of(settings, record), "<166>1 1970-01-01T00:00:00.000000Z re-lay---" +
                                              std::string(246, 'h') + " " + std::string(48, 'a') +
                                              " " + std::string(128, 'p') + " a-kind-" +
                                              std::string(25, 'k') + " - {}");
}

TEST(SyslogMessageTest, WithAnEnterpriseNumberTheIdIsStructuredData) {
  SyslogSettings settings;
  settings.enterprise_number = 32473;
  Record record = spoken(wall(0));
  EXPECT_NE(message_of(settings, record)
                .find(" [waybill@32473 id=\"0198c0de-0000-7000-8000-000000000001\"] {}"),
            std::string::npos);
  record.id = "a\"b\\c]";
  EXPECT_NE(message_of(settings, record).find(" [waybill@32473 id=\"a\\\"b\\\\c\\]\"] {}"),
            std::string::npos);
}

}  // namespace
}  // namespace waybill::stream
