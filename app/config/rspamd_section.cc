// [rspamd]: who judges messages, and what follows.

#include "app/config/number_keys.h"
#include "app/config/sections.h"
#include "relay/spam/spam_settings.h"
#include "runtime/http_base.h"

namespace waybill::app {

namespace {

// For the end of the body, less what the rest takes (RFC 5321 4.5.3.2.6).
constexpr std::chrono::seconds kSendersPatience{570};

}  // namespace

void read_rspamd(TomlReader& reader, Config& config) {
  relay::spam::SpamSettings& spam = config.limits.spam;
  read_numbers(reader, "rspamd", config);
  if (const auto url = reader.text("url")) {
    const auto base = runtime::HttpBase::parse(url->value);
    if (base && !base->tls) {
      spam.url = url->value;
    } else {
      reader.expected(*url,
                      "where rspamd's normal worker is, by plain HTTP and without a path, such as "
                      "\"http://127.0.0.1:11333\"");
    }
  }
  const toml::node* const timeout = reader.find("timeout");
  if (timeout != nullptr && spam.timeout + config.limits.final_deadline > kSendersPatience) {
    reader.expected(*timeout, reader.name("timeout"),
                    "with limits.final_deadline at most 570 s: the sender waits 10 minutes");
  }
  if (const auto what = reader.choice("on_failure", relay::spam::kOnFailureWords)) {
    spam.on_failure = static_cast<relay::spam::OnFailure>(*what);
  }
  if (const auto fields = reader.boolean("header_fields")) spam.header_fields = *fields;
}

}  // namespace waybill::app
