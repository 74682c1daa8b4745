#include "query/dashboard/dashboard.h"

#include <memory>
#include <string>

#include "http/choice.h"
#include "http/parameters.h"
#include "query/dashboard/pages.h"
#include "runtime/crypto.h"
#include "runtime/gzip.h"
#include "runtime/hex.h"

namespace waybill::query::dashboard {
namespace {

// No style and no script stands in a page itself, nothing comes from elsewhere, and no page of
// others has this one in a frame. "data:" is for the icon. `origin` may be asked too, where it is
// not empty.
std::string policy(const std::string& origin = {}) {
  return "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'" +
         (origin.empty() ? origin : ' ' + origin) +
         "; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

// Octets of the digest that name a content: no two releases meet in 128 bits.
constexpr std::size_t kTagOctets = 16;

// One content in one coding.
struct Form {
  std::string octets;
  std::string tag;  // with its quotes
};

struct Forms {
  std::string content_type;
  Form plain;
  Form gzip;
};

Forms forms_of(const Page& page) {
  Forms out;
  out.content_type = page.content_type;
  const runtime::Digest digest = runtime::sha256(page.octets);
  const std::string name = runtime::hex(std::span(digest).first(kTagOctets));
  out.plain = {std::string(page.octets), '"' + name + '"'};
  // RFC 9110 8.8.3.3: each coding has a tag of its own.
  out.gzip = {runtime::gzip(page.octets), '"' + name + "-gzip\""};
  return out;
}

bool asks_for_gzip(const http::Request& request) {
  return http::reads_gzip(request.field("Accept-Encoding"));
}

http::Response head_of(const Forms& forms, const std::string& policy) {
  http::Response response;
  response.content_type = forms.content_type;
  response.fields = {
      {"Vary", "Accept-Encoding"},
      {"Content-Security-Policy", policy},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  return response;
}

http::Response answer(const Forms& forms, const http::Request& request) {
  const bool zipped = asks_for_gzip(request);
  const Form& form = zipped ? forms.gzip : forms.plain;
  http::Response response = head_of(forms, policy());
  response.fields.emplace_back("ETag", form.tag);
  // It is asked again each time, for a release may have come; the answer is mostly 304.
  response.fields.emplace_back("Cache-Control", "no-cache");
  if (http::has_already(request.field("If-None-Match"), form.tag)) {
    response.status = 304;
    return response;
  }
  if (zipped) response.fields.emplace_back("Content-Encoding", "gzip");
  response.body = form.octets;
  return response;
}

// The page to which the provider sends somebody back. The parameters are for its script alone (RFC
// 6749 4.1.2: what is unknown among them is ignored), and no cache keeps an address with a code. A
// cache that did would keep an old policy too: Chromium takes none from a 304.
void add_return(http::Router& router, std::shared_ptr<const Forms> forms,
                std::shared_ptr<const SignIn> sign_in) {
  router.add(kReturnPath, http::kOpen,
             [forms = std::move(forms),
              sign_in = std::move(sign_in)](const http::Request& request) -> http::Plan {
               const std::string origin = sign_in ? sign_in->token_origin() : std::string();
               http::Response response = head_of(*forms, policy(origin));
               response.fields.emplace_back("Cache-Control", "no-store");
               const bool zipped = asks_for_gzip(request);
               if (zipped) response.fields.emplace_back("Content-Encoding", "gzip");
               response.body = (zipped ? forms->gzip : forms->plain).octets;
               return response;
             });
}

}  // namespace

void add_routes(http::Router& router, std::shared_ptr<const SignIn> sign_in) {
  for (const Page& page : pages()) {
    const auto forms = std::make_shared<const Forms>(forms_of(page));
    if (page.path == "/") add_return(router, forms, sign_in);
    router.add(std::string(page.path), http::kOpen,
               [forms](const http::Request& request) -> http::Plan {
                 if (const auto problem = http::Parameters(request).problem()) {
                   return http::to_response(*problem);
                 }
                 return answer(*forms, request);
               });
  }
  add_sign_in_route(router, std::move(sign_in));
}

}  // namespace waybill::query::dashboard
