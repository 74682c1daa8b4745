// [smarthost], and the keys of a log-in (RFC 4954), there and in [next_hops."their.domain"].

#include <algorithm>

#include "app/config/number_keys.h"
#include "app/config/sections.h"
#include "runtime/ascii.h"

namespace waybill::app {

using relay::forward::TlsLevel;
using relay::smtp::Mechanism;

namespace {

constexpr std::string_view kPasswords = "\"PLAIN\" or \"LOGIN\", which take a password";
constexpr std::string_view kTokens = "\"OAUTHBEARER\" or \"XOAUTH2\", which take a token";

// The strongest first, whatever the order in the file.
std::vector<Mechanism> read_mechanisms(TomlReader& reader, bool of_token) {
  std::vector<Mechanism> out;
  if (reader.find("mechanisms") == nullptr) {
    if (of_token) return {Mechanism::oauthbearer, Mechanism::xoauth2};
    return {Mechanism::plain, Mechanism::login};
  }
  for (const WrittenText& text : reader.texts("mechanisms")) {
    const auto known = relay::smtp::mechanism_of(text.value);
    if (!known || relay::smtp::takes_token(*known) != of_token) {
      reader.expected(text, of_token ? kTokens : kPasswords);
    } else if (std::find(out.begin(), out.end(), *known) != out.end()) {
      reader.expected(text, "every mechanism once");
    } else {
      out.push_back(*known);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

void read_user(TomlReader& reader, LoginConfig& login) {
  const auto user = reader.text("user");
  if (!user) return;
  const bool fits =
      user->value.size() <= relay::smtp::kMaxAuthUser && !runtime::ascii::has_control(user->value);
  if (fits) {
    login.user = user->value;
  } else {
    reader.expected(*user, "a name of 320 octets at most, without control octets");
  }
}

}  // namespace

std::optional<LoginConfig> read_login(TomlReader& reader) {
  const toml::node* const user = reader.find("user");
  const toml::node* const password = reader.find("password_file");
  const toml::node* const token = reader.find("token_file");
  const toml::node* const mechanisms = reader.find("mechanisms");
  const toml::node* const file = password != nullptr ? password : token;
  const char* const file_key = password != nullptr ? "password_file" : "token_file";
  if (user == nullptr && file == nullptr) {
    if (mechanisms != nullptr) {
      reader.expected(*mechanisms, reader.name("mechanisms"), "user beside it");
    }
    return std::nullopt;
  }
  if (user == nullptr) {
    reader.expected(*file, reader.name(file_key), "user beside it");
    return std::nullopt;
  }
  if (file == nullptr) {
    reader.expected(*user, reader.name("user"), "password_file or token_file beside it");
    return std::nullopt;
  }
  if (password != nullptr && token != nullptr) {
    reader.expected(*token, reader.name("token_file"), "no password_file beside it");
    return std::nullopt;
  }
  LoginConfig out;
  read_user(reader, out);
  read_path(reader, file_key, out.file);
  out.mechanisms = read_mechanisms(reader, token != nullptr);
  return out;
}

void take_login(TomlReader& reader, const std::string& name, std::optional<LoginConfig> login,
                Config& config) {
  if (!login) return;
  // Whoever has not said how much he trusts is not taken to send a password to anybody.
  const TlsLevel least = std::max(config.tls.to_next_hops, TlsLevel::verified);
  const auto [level, fresh] = config.tls.by_domain.emplace(name, least);
  // A level from elsewhere is that of a domain that stands twice, of which somebody complained.
  const toml::node* const said = reader.find("tls");
  if (!fresh && said != nullptr && level->second < TlsLevel::required) {
    reader.expected(*said, reader.name("tls"),
                    "\"required\" or more beside user: no log-in goes out in clear");
  }
  config.logins.emplace(name, *std::move(login));
}

void read_smarthost(TomlReader& reader, Config& config) {
  relay::forward::Smarthost& out = config.limits.smarthost;
  read_numbers(reader, "smarthost", config);
  if (reader.find("except") != nullptr) {
    for (const WrittenText& text : reader.texts("except")) {
      if (const auto name = next_hop_name(text.value)) {
        out.except.insert(*name);
      } else {
        reader.expected(text, "the domain of a target, or an address literal");
      }
    }
  }
  const auto level = read_level(reader, "tls", config);
  const auto source = read_source(reader);
  auto login = read_login(reader);
  const toml::node* const host = reader.find("host");
  if (host == nullptr) {
    reader.lacks("host", "the name of the smarthost");
    return;
  }
  const auto text = reader.text("host");
  if (!text) return;
  if (const auto address = runtime::ip_of(std::string(text->value))) {
    out.host = address->to_string();
  } else if (auto normal = schemas::normalise_domain(text->value)) {
    out.host = std::move(*normal);
  } else {
    reader.expected(*text, "a host name such as \"smtp.example.org\", or an IP address");
    return;
  }
  const std::string& name = out.host;
  if (config.tls.by_domain.contains(name) || config.limits.sources.by_domain.contains(name) ||
      config.logins.contains(name)) {
    reader.expected(*text, "a host that is not in next_hops: its keys stand here");
  }
  if (level) config.tls.by_domain.emplace(name, *level);
  if (source != relay::forward::Source()) config.limits.sources.by_domain.emplace(name, source);
  take_login(reader, name, std::move(login), config);
}

}  // namespace waybill::app
