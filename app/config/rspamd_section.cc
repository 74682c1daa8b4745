// [rspamd]: who judges messages, and what follows.

#include "app/config/number_keys.h"
#include "app/config/sections.h"
#include "relay/spam/spam_settings.h"
#include "runtime/http_base.h"

namespace waybill::app {

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
  if (const auto what = reader.choice("on_failure", relay::spam::kOnFailureWords)) {
    spam.on_failure = static_cast<relay::spam::OnFailure>(*what);
  }
  if (const auto fields = reader.boolean("header_fields")) spam.header_fields = *fields;
}

}  // namespace waybill::app
