#include "relay/returnpath/report/redact.h"

#include <algorithm>
#include <array>
#include <set>

#include "relay/returnpath/report/address_scan.h"
#include "relay/returnpath/report/clean_text.h"
#include "relay/returnpath/report/report_facts.h"
#include "relay/returnpath/report/status_code.h"

namespace waybill::relay::returnpath::report {
namespace {

// Registered details (RFC 5248) have two digits so far.
constexpr std::size_t kMaxDetailDigits = 2;
// Longer words of letters and digits are no words.
constexpr std::size_t kMaxWord = 30;
// In a field that nobody knows a longer one may be an address in another code.
constexpr std::size_t kMaxUnknownWord = 20;
constexpr std::string_view kIpv6 = "ipv6:";

// Labels that every mail host has: they tell nothing, and reasons use them as words.
constexpr std::array<std::string_view, 20> kPlainLabels = {
    "mail", "smtp",    "mx",  "mta", "in",  "inbound", "outbound", "relay", "server", "host",
    "user", "gateway", "com", "net", "org", "info",    "co",       "ne",    "gov",    "edu"};

constexpr std::string_view kAddress = "[address]";
constexpr std::string_view kHost = "[host]";
constexpr std::string_view kLink = "[link]";
constexpr std::string_view kId = "[id]";

// What is hidden or kept goes under a mark that no clean text has, until the words are judged.
constexpr char kAliasMark = '\x01';
constexpr char kAddressMark = '\x02';
constexpr char kHostMark = '\x03';

bool is_word_octet(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}
// Beside letters of other alphabets a name is hidden too: they may be a server's own words.
bool goes_on(char c) { return is_letter(c) || is_digit(c); }

struct Secret {
  std::string word;  // lower case
  char mark;
};

// Names are many and long, as a stranger's report has them; few are in the text.
class SecretsOf {
 public:
  explicit SecretsOf(std::string_view text) : low_(lower(text)) {}

  void add(std::string_view word, char mark) {
    constexpr std::size_t kLeast = 2;
    if (word.size() < kLeast) return;
    std::string low = lower(word);
    if (low_.find(low) == std::string::npos || !known_.insert(low).second) return;
    secrets_.push_back({std::move(low), mark});
  }
  // The longest first: a name goes before its pieces.
  std::vector<Secret> take() {
    std::stable_sort(secrets_.begin(), secrets_.end(), [](const Secret& a, const Secret& b) {
      return a.word.size() > b.word.size();
    });
    return std::move(secrets_);
  }

 private:
  const std::string low_;
  std::set<std::string> known_;
  std::vector<Secret> secrets_;
};

bool is_ip_address(std::string_view core) {
  const bool four = core.find_first_not_of("0123456789.") == std::string_view::npos &&
                    std::count(core.begin(), core.end(), '.') == 3;
  const bool six = core.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
                   std::count(core.begin(), core.end(), ':') >= 2;
  return four || six;
}

void add_host(SecretsOf& secrets, std::string_view host) {
  secrets.add(host, kHostMark);
  // The numbers of an address are no names.
  if (host.starts_with('[') || is_ip_address(host)) {
    const std::string_view bare = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
    secrets.add(bare, kHostMark);
    return;
  }
  while (!host.empty()) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    const std::string label = lower(host.substr(0, dot));
    const bool plain =
        std::find(kPlainLabels.begin(), kPlainLabels.end(), label) != kPlainLabels.end();
    // The last label is a country's or a kind's.
    if (dot < host.size() && label.size() > 2 && !plain) secrets.add(label, kHostMark);
    host.remove_prefix(std::min(dot + 1, host.size()));
  }
}

std::vector<Secret> secrets_of(const Hidden& hidden, std::string_view text) {
  SecretsOf secrets(text);
  for (const std::string& raw : hidden.names) {
    const std::string name = bare_address(raw);
    const std::size_t at = name.rfind('@');
    if (at == std::string::npos) {
      add_host(secrets, trim(std::string_view(name).substr(0, name.find(' '))));
      continue;
    }
    secrets.add(name, kAddressMark);
    secrets.add(std::string_view(name).substr(0, at), kAddressMark);
    add_host(secrets, std::string_view(name).substr(at + 1));
  }
  return secrets.take();
}

// `secret` as a whole word, wherever it stands.
void hide(std::string& text, const Secret& secret) {
  const std::string low = lower(text);
  std::string out;
  std::size_t taken = 0;
  std::size_t at = low.find(secret.word);
  for (; at != std::string::npos; at = low.find(secret.word, at + 1)) {
    const std::size_t end = at + secret.word.size();
    const bool begins = at == 0 || !goes_on(low[at - 1]) || !goes_on(low[at]);
    const bool ends = end == low.size() || !goes_on(low[end]) || !goes_on(low[end - 1]);
    if (at < taken || !begins || !ends) continue;
    out.append(text, taken, at - taken);
    out += secret.mark;
    taken = end;
  }
  out.append(text, taken);
  text = std::move(out);
}

void hide_addresses(std::string& text) {
  std::string out;
  std::size_t taken = 0;
  for (const FoundAddress& found : find_addresses(text)) {
    out.append(text, taken, found.begin - taken);
    out += kAddressMark;
    taken = found.end;
  }
  out.append(text, taken);
  text = std::move(out);
}

// Labels and a last one of letters. "e.g" and "sentence.Next" pass for one too: better so.
bool is_host_name(std::string_view core) {
  const std::size_t dot = core.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || core.size() - dot < 3) return false;
  const std::string_view last = core.substr(dot + 1);
  if (lower(last).starts_with("xn--")) return true;
  return std::all_of(last.begin(), last.end(), [](char c) { return is_letter(c) || c == '-'; });
}

bool is_identifier(std::string_view core) {
  const auto digits = std::count_if(core.begin(), core.end(), is_digit);
  const auto letters = std::count_if(core.begin(), core.end(), is_letter);
  if (core.size() > kMaxWord || digits > 5) return true;
  if (core.find('=') != std::string_view::npos || core.find('/') != std::string_view::npos) {
    return digits > 0 || letters > 12;
  }
  return digits > 0 && letters > 0;
}

std::string_view strip_edges(std::string_view word) {
  constexpr std::string_view kMarks = ".:-";
  const std::size_t begin = std::min(word.find_first_not_of(kMarks), word.size());
  word.remove_prefix(begin);
  return word.substr(0, word.find_last_not_of(kMarks) + 1);
}

// What stands in place of one word; the word itself if it may stay.
std::string shown_word(std::string_view word) {
  constexpr std::string_view kEdges = "<>()[]{}\"'`,;:.!?*#";
  if (word.find("://") != std::string_view::npos) return std::string(kLink);
  if (word.find(kAddressMark) != std::string_view::npos) return std::string(kAddress);
  if (word.find(kHostMark) != std::string_view::npos) return std::string(kHost);
  const std::size_t begin = word.find_first_not_of(kEdges);
  if (begin == std::string_view::npos) return std::string(word);
  const std::size_t end = word.find_last_not_of(kEdges) + 1;
  const std::string_view core = word.substr(begin, end - begin);
  if (lower(core).starts_with("www.")) return std::string(kLink);
  if (read_status(core) == core) {
    return std::string(word.substr(0, begin)) + redact_status(core) + std::string(word.substr(end));
  }
  if (core.find('@') != std::string_view::npos) return std::string(kAddress);
  if (is_ip_address(core) || is_host_name(core)) return std::string(kHost);
  return is_identifier(core) ? std::string(kId) : std::string(word);
}

// Where a word ends, if not at a space: "550-5.7.26" is two words, "mx.example[192.0.2.1]:25"
// three.
bool ends_word(std::string_view text, std::size_t begin, std::size_t at) {
  constexpr std::string_view kOpening = "[(<";
  constexpr std::string_view kClosing = "])>";
  if (at == begin) return false;
  if (kOpening.find(text[at]) != std::string_view::npos) {
    return kOpening.find(text[at - 1]) == std::string_view::npos;
  }
  if (kClosing.find(text[at - 1]) != std::string_view::npos) {
    return kClosing.find(text[at]) == std::string_view::npos;
  }
  const std::string_view word = text.substr(begin, at - begin);
  return word.size() == 4 && word[3] == '-' &&
         std::all_of(word.begin(), word.begin() + 3, is_digit);
}

// Placeholders that follow each other are one.
std::string shown_words(std::string_view text) {
  constexpr std::array<std::string_view, 4> kPlaceholders = {kAddress, kHost, kLink, kId};
  std::string out;
  std::string last;
  while (!text.empty()) {
    const bool spaced = text.front() == ' ';
    if (spaced) text.remove_prefix(1);
    std::size_t end = 0;
    while (end < text.size() && text[end] != ' ' && !ends_word(text, 0, end)) ++end;
    const std::string shown = shown_word(text.substr(0, end));
    text.remove_prefix(end);
    const bool again = shown == last && std::find(kPlaceholders.begin(), kPlaceholders.end(),
                                                  shown) != kPlaceholders.end();
    if (again) continue;
    if (spaced) out += ' ';
    out += shown;
    last = shown;
  }
  return out;
}

}  // namespace

std::string redact_status(std::string_view status) {
  std::string code = read_status(status);
  const std::size_t dot = code.rfind('.');
  if (dot != std::string::npos && code.size() - dot - 1 > kMaxDetailDigits) {
    code.replace(dot + 1, std::string::npos, "0");
  }
  return code;
}

std::string redact(std::string_view diagnostic, const Hidden& hidden) {
  const std::string typed = typed_diagnostic(clean_line(diagnostic, kMaxFact));
  if (typed.empty()) return {};
  const std::size_t text_begin = typed.find("; ") + 2;
  std::string text = typed.substr(text_begin);
  if (!hidden.alias.empty()) hide(text, {lower(hidden.alias), kAliasMark});
  for (const Secret& secret : secrets_of(hidden, text)) hide(text, secret);
  hide_addresses(text);
  std::string out = typed.substr(0, text_begin);
  for (const char c : shown_words(text)) {
    if (c == kAliasMark) {
      out += hidden.alias;
    } else {
      out += c;
    }
  }
  return clean_line(out, kMaxFact);
}

std::string redact_reply(std::string_view text, const Hidden& hidden) {
  constexpr std::string_view kType = "smtp; ";
  std::string out;
  for (;;) {
    const std::size_t line = std::min(text.find('\n'), text.size());
    const std::string shown = redact(std::string(kType).append(text.substr(0, line)), hidden);
    if (shown.size() > kType.size()) out.append(shown, kType.size());
    if (line == text.size()) return out;
    out += '\n';
    text.remove_prefix(line + 1);
  }
}

namespace {

// An address, a host, or what may be either in another code.
bool is_telling(std::string_view word) {
  return word.size() > kMaxUnknownWord || is_ip_address(word) || is_host_name(word);
}

bool is_telling_word(std::string_view word) {
  word = strip_edges(word);
  // RFC 5321 4.1.3.
  if (lower(word).starts_with(kIpv6)) word.remove_prefix(kIpv6.size());
  if (is_telling(word)) return true;
  // "mx.example:25", "tcp:192.0.2.1".
  while (!word.empty()) {
    const std::size_t end = std::min(word.find(':'), word.size());
    if (is_telling(strip_edges(word.substr(0, end)))) return true;
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return false;
}

}  // namespace

bool names_somebody(std::string_view text, const Hidden& hidden) {
  // RFC 2047: what is encoded can be anything.
  if (text.find("=?") != std::string_view::npos) return true;
  std::string shown(text);
  for (const Secret& secret : secrets_of(hidden, shown)) hide(shown, secret);
  if (shown != text || !find_addresses(text).empty()) return true;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const bool inside = at < text.size() && (is_word_octet(text[at]) || text[at] == '.' ||
                                             text[at] == '-' || text[at] == ':');
    if (inside) continue;
    if (is_telling_word(text.substr(begin, at - begin))) return true;
    begin = at + 1;
  }
  return false;
}

struct NameCleaner::Secrets {
  std::vector<Secret> all;
};

NameCleaner::NameCleaner(const Hidden& hidden, std::string_view text)
    : alias_(hidden.alias), secrets_(std::make_unique<Secrets>()) {
  SecretsOf secrets(text);
  for (const std::string& name : hidden.names) {
    const std::size_t at = name.rfind('@');
    if (at != std::string::npos) secrets.add(name, kAddressMark);
    secrets.add(std::string_view(name).substr(at == std::string::npos ? 0 : at + 1), kHostMark);
  }
  secrets_->all = secrets.take();
}

NameCleaner::~NameCleaner() = default;

std::string NameCleaner::clean(std::string_view part) const {
  std::string out(part);
  if (!alias_.empty()) hide(out, {lower(alias_), kAliasMark});
  for (const Secret& secret : secrets_->all) hide(out, secret);
  std::string shown;
  for (const char c : out) {
    if (c == kAliasMark) {
      shown += alias_;
    } else if (c == kAddressMark) {
      shown += kAddress;
    } else if (c == kHostMark) {
      shown += kHost;
    } else {
      shown += c;
    }
  }
  return shown;
}

std::string without_names(std::string_view text, const Hidden& hidden) {
  return NameCleaner(hidden, text).clean(text);
}

}  // namespace waybill::relay::returnpath::report
