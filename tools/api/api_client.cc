#include "tools/api/api_client.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <cstdlib>

#include "runtime/hex.h"
#include "runtime/secret_file.h"
#include "schemas/json_members.h"

namespace waybill::tools {

namespace json = boost::json;
using runtime::Explained;
using schemas::text_member;

namespace {

constexpr std::chrono::seconds kTimeout{30};
// The server ends a stream before (docs/api.md).
constexpr std::chrono::minutes kLongestStream{60};
// A JSON Web Token has some 2 KB.
constexpr std::size_t kMostToken = 16 << 10;

Explained<std::string> token_of(const ApiOptions& options) {
  if (!options.token_file.empty()) {
    return runtime::read_secret_line(options.token_file, kMostToken);
  }
  const char* const variable = std::getenv("WAYBILL_TOKEN");
  return std::string(variable == nullptr ? "" : variable);
}

}  // namespace

void add_options(app::Command command, ApiOptions& options) {
  app::Option server = command.add("--server", options.server, "Where waybill serve answers");
  if (!options.server.empty()) server.shows_default();
  command
      .add("--token-file", options.token_file,
           "Say who you are by the token in this file; without it, by the variable WAYBILL_TOKEN")
      .type_name("FILE");
  command.add("--ca", options.ca, "Trust the certificates in this file (PEM)").type_name("FILE");
  command.add("--reason", options.reason, "Why you ask, for the record of who looked at what");
}

std::unique_ptr<ApiClient> ApiClient::make(const ApiOptions& options, int& exit_code) {
  auto token = token_of(options);
  if (!token) {
    exit_code = app::fail(token.error().why);
    return nullptr;
  }
  runtime::HttpClientSettings settings;
  settings.ca_file = options.ca;
  auto http = runtime::HttpClient::make(std::move(settings));
  if (!http) {
    exit_code = app::fail(http.error().why);
    return nullptr;
  }
  return std::unique_ptr<ApiClient>(new ApiClient(options, std::move(*token), std::move(*http)));
}

ApiAnswer ApiClient::exchange(runtime::HttpRequest request, runtime::Duration timeout) {
  request.base = options_.server;
  if (!token_.empty()) request.fields.emplace_back("Authorization", "Bearer " + token_);
  if (!options_.reason.empty()) request.fields.emplace_back("Waybill-Reason", options_.reason);
  auto answer = http_->ask(request, timeout);
  ApiAnswer out;
  if (!answer) {
    out.why = "no answer from " + options_.server + ": " + answer.error().message();
    return out;
  }
  out.body = std::move(answer->body);
  if (request.taken && answer->status / 100 == 2) {
    out.status = answer->status;
    return out;
  }
  boost::system::error_code wrong;
  json::value value = json::parse(out.body, wrong);
  if (wrong || !value.is_object()) {
    out.why = options_.server + " does not answer as a Waybill does";
    return out;
  }
  out.value = std::move(value.as_object());
  out.status = answer->status;
  return out;
}

ApiAnswer ApiClient::try_ask(std::string_view method, const std::string& target) {
  runtime::HttpRequest request;
  request.target = target;
  request.method = method;
  return exchange(std::move(request), kTimeout);
}

ApiAnswer ApiClient::stream(const std::string& target, std::function<void(std::string_view)> taken,
                            std::vector<std::pair<std::string, std::string>> fields) {
  runtime::HttpRequest request;
  request.fields = std::move(fields);
  request.target = target;
  request.taken = std::move(taken);
  return exchange(std::move(request), kLongestStream);
}

int ApiClient::complain(const ApiAnswer& answer) const {
  if (answer.status == 0) {
    std::fprintf(stderr, "waybill: %s\nIs `waybill serve` running? --server names another one.\n",
                 answer.why.c_str());
    return app::kExitEnvironment;
  }
  const std::string detail(text_member(answer.value, "detail"));
  std::fprintf(stderr, "waybill: %s\n", detail.c_str());
  return answer.status < 500 ? app::kExitUsage : app::kExitEnvironment;
}

std::unique_ptr<json::object> ApiClient::ask(std::string_view method, const std::string& target,
                                             int& exit_code) {
  ApiAnswer answer = try_ask(method, target);
  if (answer.is_well()) return std::make_unique<json::object>(std::move(answer.value));
  exit_code = complain(answer);
  return nullptr;
}

void append_parameter(std::string& target, const char* name, const std::string& value) {
  if (value.empty()) return;
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += std::string(name) + "=" + runtime::percent_encode(value);
}

}  // namespace waybill::tools
