// ApiClient: what commands ask a running Waybill over HTTP, and as whom. Blocking.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "app/command/command_line.h"
#include "runtime/http_client.h"

namespace waybill::tools {

// As the file says it, where something listens.
inline constexpr char kDefaultServer[] = "http://127.0.0.1:8025";

struct ApiOptions {
  std::string server = kDefaultServer;
  std::string token_file;  // empty: the variable WAYBILL_TOKEN, and without one nothing is shown
  std::string ca;          // PEM; empty: whom the system trusts
  std::string reason;      // for the record
};

// --server, --token-file, --ca and --reason.
void add_options(app::Command command, ApiOptions& options);

// What came back, whatever it is.
struct ApiAnswer {
  unsigned status = 0;        // 0: no answer of a Waybill
  std::string body;           // as it came
  boost::json::object value;  // the same
  std::string why;            // of status 0, in words

  bool is_well() const { return status >= 200 && status <= 299; }
  // Asked again later it may be well: nobody answered, or not now.
  bool may_pass() const { return status == 0 || status == 429 || status >= 500; }
};

class ApiClient {
 public:
  // nullptr after why was said on standard error, with the exit code in `exit_code`.
  static std::unique_ptr<ApiClient> make(const ApiOptions& options, int& exit_code);

  ApiAnswer try_ask(std::string_view method, const std::string& target);
  // A stream (HttpRequest::taken), until it ends: what it says of a 2xx goes to `taken` alone.
  // `fields` come beside those of every request.
  ApiAnswer stream(const std::string& target, std::function<void(std::string_view)> taken,
                   std::vector<std::pair<std::string, std::string>> fields = {});
  // Says on standard error why there is no good answer; the exit code for it.
  int complain(const ApiAnswer& answer) const;

  // The object of the answer; nullptr after why was said, with the exit code.
  std::unique_ptr<boost::json::object> ask(std::string_view method, const std::string& target,
                                           int& exit_code);
  std::unique_ptr<boost::json::object> get(const std::string& target, int& exit_code) {
    return ask("GET", target, exit_code);
  }

 private:
  ApiAnswer exchange(runtime::HttpRequest request, runtime::Duration timeout);
  ApiClient(ApiOptions options, std::string token, std::unique_ptr<runtime::HttpClient> http)
      : options_(std::move(options)), token_(std::move(token)), http_(std::move(http)) {}

  const ApiOptions options_;
  const std::string token_;  // empty: nothing is shown
  const std::unique_ptr<runtime::HttpClient> http_;
};

// "&name=value", percent-encoded; nothing where the value is empty.
void append_parameter(std::string& target, const char* name, const std::string& value);

}  // namespace waybill::tools
